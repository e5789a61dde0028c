"""`registry officers`: the first officer of a unit, and who is there."""

import click

from registry.cli.opening import open_session
from registry.core.clock import day_at, now
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.register import STAFF_LANGUAGES


@click.group(
    epilog="\b\nExamples:\n  registry officers add it-labour 'A. Official' a.official@authority.example --role supervisor\n"
    "  registry officers list\n  registry officers close 7KQ2ABCD3EFG"
)
def officers() -> None:
    """Officers who sign in to the console. Only the first of a unit need be added here: they invite the others there."""


@officers.command(
    epilog="\b\nExamples:\n  registry officers add it-labour 'A. Official' a.official@authority.example --role supervisor\n"
    "  registry officers add it-labour 'B. Official' b@authority.example --role triage --role investigator --language it"
)
@click.argument("unit")
@click.argument("name")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--language", default="en", show_default=True, type=click.Choice([one.value for one in STAFF_LANGUAGES]))
def add(unit: str, name: str, email: str, roles: tuple[str, ...], language: str) -> None:
    """Add an officer of UNIT (its reference) and print the code for joining at /console/join."""
    at = now()
    with open_session() as session:
        officer, code = accounts.add_first(
            session,
            accounts.Invitation(unit.lower(), name, email, [Role(role) for role in roles], language),
            at,
            day_at(at, None),
        )
        reference = officer.reference
    click.echo(f"{reference}: added. Hand this code over in person; it is good for three days and shown once:")
    click.echo(f"  {code}")


@officers.command("list")
@click.option("--unit", help="Only those of this unit.")
def list_officers(unit: str | None) -> None:
    """Every officer: reference, unit, state, name, roles."""
    with open_session() as session:
        found = accounts.officers_of(session, unit)
        for one in found:
            roles = " ".join(sorted(accounts.own_roles(session, one)))
            click.echo(f"{one.reference}  {one.unit:<20}  {one.state:<8}  {one.name} <{one.email}>  {roles}")
        if not found:
            click.echo("There are no officers yet: add the first with `registry officers add`.")


@officers.command()
@click.argument("reference")
def close(reference: str) -> None:
    """Sign the officer REFERENCE out everywhere and for good."""
    at = now()
    with open_session() as session:
        officer = accounts.officer_named(session, reference)
        accounts.close(session, officer, by=accounts.COMMAND_LINE, at=at, today=day_at(at, None))
    click.echo(f"{reference}: closed.")
