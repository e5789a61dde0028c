"""`registry statistics`: close the quarters of the open statistics, and list them."""

import click

from registry.cli.opening import open_sessions
from registry.core.clock import day_at, now
from registry.oversight.rules import Quarter, read_quarter
from registry.oversight.statistics import close, close_due, releases

EXAMPLES = """\b
Examples:
  registry statistics list
  registry statistics close
  registry statistics close 2026-Q3

\b
A quarter can be closed two weeks after its last day; the worker does it then. What is closed never changes. Counts are rounded
to five, and none below five is written down.
"""


class _Quarter(click.ParamType[Quarter]):
    name = "quarter"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> Quarter:
        found = read_quarter(str(value))
        if found is None:
            self.fail(f"{value} is no quarter; write it as 2026-Q3", param, ctx)
        return found


@click.group(epilog=EXAMPLES)
def statistics() -> None:
    """Open numbers about complaints, by closed quarters."""


@statistics.command(name="close")
@click.argument("quarter", type=_Quarter(), required=False)
def close_command(quarter: Quarter | None) -> None:
    """Close QUARTER, or every quarter that is due. Doing it again changes nothing."""
    today = day_at(now(), None)
    with open_sessions() as sessions:
        if quarter is None:
            closed = close_due(sessions, today)
            click.echo(f"Closed: {', '.join(closed)}." if closed else "Nothing is due.")
            return
        with sessions.begin() as session:
            snapshot = close(session, quarter, today)
            click.echo(f"{snapshot.quarter} was closed on {snapshot.closed_on}.")


@statistics.command(name="list")
def list_command() -> None:
    """List what is closed, with its counts."""
    with open_sessions() as sessions, sessions() as session:
        found = releases(session)
    if not found:
        click.echo("No quarter is closed yet.")
    for release in found:
        click.echo(f"{release.quarter}  closed on {release.closed_on}")
        for table in release.tables:
            cells = ", ".join(f"{value} {count}" for value, count in table.cells.items())
            click.echo(f"  {table.dimension:10} {cells or 'fewer than five everywhere'}")
