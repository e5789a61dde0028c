"""`registry cases openings`: lists access grants: who asked, who agreed, and until when. Nothing of a case is shown."""

import click

from registry.cli.sealing_keys import opened
from registry.complaints.case import units
from registry.complaints.casework.access_grants import queries
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import instant_text, now


@click.command()
@click.option("--unit", required=True, help="Whose cases.")
def openings(unit: str) -> None:
    """Break-glass, identities and originals of a unit: what waits, what is open, what was in the last 30 days."""
    with opened() as (_, sessions, keyring), sessions() as session:
        units.unit_named(session, unit)
        found = queries.of_unit(session, Sealer(keyring), unit, "", now(), decides=())
        lines = [_line(one) for one in found]
    click.echo("\n".join(lines) or "Nothing was asked for lately.")


def _line(one: queries.AccessGrantView) -> str:
    it = one.opening
    until = instant_text(it.ends_at)[:16]
    second = it.decided_by or "-"
    return f"{it.reference}  {one.case}  {it.kind:<11}  {one.state:<7}  until {until}Z  asked {it.asked_by}  second {second}"
