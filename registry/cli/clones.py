"""`registry clones`: warnings that somebody imitates an agency, published on its entry."""

from datetime import date, datetime

import click

from registry import cli
from registry.agencies.clone_warnings import lift_clone_warning, warn_of_clone
from registry.cli.collisions import Reference, opened
from registry.collisions.actions import confirm

OURSELVES = "registry"
"""The source of a warning that no list of ours stated."""

DAY = click.DateTime(["%Y-%m-%d"])

EXAMPLES = """\b
Examples:
  registry clones warn 2K7MPXW4NQ9T --text "A chat group of a similar name asks for a deposit." --source cn-mofcom
  registry clones confirm 7QXK2MPW4N9T --by "A. Officer" --text "A firm of nearly the same name is not this agency."
  registry clones lift 2K7MPXW4NQ9T
"""


@click.group(epilog=EXAMPLES)
def clones() -> None:
    """Warn on an agency's entry that somebody imitates it, confirm a collision, and lift a warning."""


@clones.command(
    epilog="\b\nExamples:\n"
    '  registry clones warn 2K7MPXW4NQ9T --text "A chat group asks for a deposit." --source cn-mofcom --from 2026-11-01'
)
@click.argument("agency_id", type=Reference())
@click.option("--text", required=True, help="What everybody may read, in the words of who warns.")
@click.option(
    "--source", required=True, help="Who says so: the name of a list, as in `registry sources list`, or words."
)
@click.option("--from", "from_", type=DAY, help="First day, if it is known.")
@click.option("--to", type=DAY, help="Last day, if it is over.")
def warn(agency_id: str, text: str, source: str, from_: datetime | None, to: datetime | None) -> None:
    """Publish a clone warning on the entry of AGENCY_ID, the agency that is imitated."""
    settings = cli.settings()
    engine, sessions = opened(settings)
    with sessions.begin() as session:
        appended = warn_of_clone(session, agency_id, text, source, from_=_day(from_), to=_day(to))
    cli.sign_published(settings, sessions)
    engine.dispose()
    click.echo(f"Published a clone warning on {agency_id}: entry {appended.last_index} of the log.")


@clones.command(
    epilog="\b\nExamples:\n  registry clones lift 2K7MPXW4NQ9T\n  registry clones lift 2K7MPXW4NQ9T --number 2"
)
@click.argument("agency_id", type=Reference())
@click.option("--number", type=int, help="Which of the entry's warnings, counted from 1, where there are several.")
def lift(agency_id: str, number: int | None) -> None:
    """Take a clone warning from the entry of AGENCY_ID. The entry's history keeps it."""
    settings = cli.settings()
    engine, sessions = opened(settings)
    with sessions.begin() as session:
        lifted = lift_clone_warning(session, agency_id, number)
    cli.sign_published(settings, sessions)
    engine.dispose()
    click.echo(f"Lifted from {agency_id}: {lifted.text}")


@clones.command(
    name="confirm",
    epilog="\b\nExamples:\n"
    '  registry clones confirm 7QXK2MPW4N9T --by "A. Officer" --text "A firm of nearly the same name is not this agency."',
)
@click.argument("collision", type=Reference())
@click.option("--by", required=True, help="Who decides; this is not published.")
@click.option("--text", required=True, help="What everybody may read.")
@click.option("--source", default=OURSELVES, show_default=True, help="Who warns, as for `registry clones warn`.")
@click.option("--true", "true_entry", type=Reference(), help="The true entry, where both or neither hold a licence.")
def confirm_clone(collision: str, by: str, text: str, source: str, true_entry: str | None) -> None:
    """Confirm COLLISION: a clone warning is published on the true entry."""
    settings = cli.settings()
    engine, sessions = opened(settings)
    with sessions.begin() as session:
        agency = confirm(session, collision, by, text, source=source, true_entry=true_entry)
    cli.sign_published(settings, sessions)
    engine.dispose()
    click.echo(f"Confirmed {collision}; published a clone warning on {agency.agency_id}.")


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None
