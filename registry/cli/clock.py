"""`registry clock`: this machine's clock beside the database's and what is stored, and an operator's word for which is right."""

from datetime import datetime, timedelta

import click

from registry.cli.opening import open_session
from registry.core.clock import answer_instant
from registry.core.db.reading import database_now
from registry.core.errors import ClockWrong
from registry.log import actions, clock_check

TODAY = click.option(
    "--today", type=click.DateTime(["%Y-%m-%d"]), help="Today's date by a clock that you trust, such as your own watch."
)


@click.group()
def clock() -> None:
    """This machine's clock: compare it, and accept it where what is stored is wrong."""


@clock.command()
def show() -> None:
    """Say how far off the clock is. Exit code 2 where it is too wrong to publish, sign or purge by."""
    with open_session() as session:
        report = clock_check.check_clock(session)
    if report.trouble is not None:
        raise ClockWrong(report.trouble)
    click.echo(f"The clock is right: {report.offset:+.3f} s.")


@clock.command()
@TODAY
def accept(today: datetime | None) -> None:
    """Go by the clock although it is before the newest entry or beat, or weeks after them.

    Beats from the future are forgotten. An entry from the future stays in the log, and those after it bear nearly its instant
    until its time has come. Where this machine's clock and the database's differ, there is nothing to accept: set one of them.
    """
    with open_session() as session:
        state = actions.lock_log(session)
        report = clock_check.check_clock(session)
        if report.trouble is None:
            click.echo(f"There is nothing to accept, for the clock is right: {report.offset:+.3f} s.")
            return
        if report.database_now is not None:
            raise ClockWrong(report.trouble)
        at = database_now(session)
        require_today(at, today)
        clock_check.accept_clock(session, state, at)
        click.echo(f"The clock counts from now on: {answer_instant(at)}.")
        if state.clock_disregards is not None:
            until = answer_instant(state.clock_disregards)
            click.echo(f"The newest entry says {until}, and all entries until then will say so, a microsecond apart.")


def require_today(at: datetime, today: datetime | None) -> None:
    """Hold a clock that shows `at` to the day that its operator says, and ask for it where none is given. Raises ClockWrong.

    The day may be that of any time zone.
    """
    if today is None:
        today = click.prompt("Today's date by a clock that you trust", type=click.DateTime(["%Y-%m-%d"]), err=True)
    if abs(at.date() - today.date()) > timedelta(days=1):
        raise ClockWrong(
            f"the clock says {answer_instant(at)}, and you say {today:%Y-%m-%d}: set it; nothing was changed"
        )
