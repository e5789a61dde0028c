"""`registry clones`: warnings that somebody imitates an agency, published on its entry by an officer of its authority."""

from datetime import date, datetime

import click

from registry.cli.collisions import Reference
from registry.cli.officer_terminal import DAY, act_at_terminal, by_officer, if_unchanged
from registry.officer_desk.licence_acts import CLONE_WARNINGS, COLLISIONS

EXAMPLES = """\b
Examples:
  registry clones warn 2K7MPXW4NQ9T --text "A chat group of a similar name asks for a deposit." --by a@authority.example
  registry clones confirm 7QXK2MPW4N9T --text "A firm of nearly the same name is not this agency." --by a@authority.example
  registry clones lift 2K7MPXW4NQ9T --by a@authority.example
"""


@click.group(epilog=EXAMPLES)
def clones() -> None:
    """Warn on an agency's entry that somebody imitates it, confirm a collision, and lift a warning.

    The one who does it is an officer of the console, with the rights and interests held there; the agency is one of the
    officer's own authority.
    """


@clones.command(
    epilog="\b\nExamples:\n"
    '  registry clones warn 2K7MPXW4NQ9T --text "A chat group asks for a deposit." --from 2026-11-01 --by a@authority.example\n'
    '  registry clones warn 2K7MPXW4NQ9T --text "..." --source cn-mofcom --by a@authority.example    another said so'
)
@click.argument("agency_id", type=Reference())
@click.option("--text", required=True, help="What everybody may read, in the words of who warns.")
@click.option(
    "--source",
    help="Who says so, where it is not your authority: the name of a list, as in `registry sources list`, or words.",
)
@click.option("--from", "from_", type=DAY, help="First day, if it is known.")
@click.option("--to", type=DAY, help="Last day, if it is over.")
@by_officer
def warn(
    agency_id: str, text: str, source: str | None, from_: datetime | None, to: datetime | None, by: str
) -> None:  # fmt: skip
    """Publish a clone warning on the entry of AGENCY_ID, the agency that is imitated."""
    act_at_terminal(
        by, CLONE_WARNINGS, "warn", agency_id, what="clone warn", say=lambda _, done: f"Published a clone warning on {done}.",
        text=text, source=source, from_=_day(from_), to=_day(to),
    )  # fmt: skip


@clones.command(
    epilog="\b\nExamples:\n  registry clones lift 2K7MPXW4NQ9T --by a@authority.example\n"
    "  registry clones lift 2K7MPXW4NQ9T --number 2 --by a@authority.example"
)
@click.argument("agency_id", type=Reference())
@click.option("--number", type=int, help="Which of the entry's warnings, counted from 1, where there are several.")
@by_officer
def lift(agency_id: str, number: int | None, by: str) -> None:
    """Take a clone warning from the entry of AGENCY_ID. The entry's history keeps it."""
    act_at_terminal(
        by, CLONE_WARNINGS, "lift", agency_id, what="clone lift", number=number,
        say=lambda _, lifted: f"Lifted from {agency_id}: {lifted.text}",
    )  # fmt: skip


@clones.command(
    name="confirm",
    epilog="\b\nExamples:\n"
    '  registry clones confirm 7QXK2MPW4N9T --text "A firm of nearly the same name is not this agency." '
    "--by a@authority.example",
)
@click.argument("collision", type=Reference())
@click.option("--text", required=True, help="What everybody may read.")
@click.option("--true", "true_entry", type=Reference(), help="The true entry, where both or neither hold a licence.")
@if_unchanged
@by_officer
def confirm_clone(collision: str, text: str, true_entry: str | None, version: int | None, by: str) -> None:
    """Confirm COLLISION: a clone warning is published on the true entry, in the name of your authority, whose agency it is."""
    act_at_terminal(
        by, COLLISIONS, "confirm", collision, what="clone confirm", version=version, text=text, true_entry=true_entry,
        say=lambda _, agency: f"Confirmed {collision}; published a clone warning on {agency.agency_id}.",
    )  # fmt: skip


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None
