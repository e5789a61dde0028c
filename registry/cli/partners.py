"""`registry partners`: organisations to which cases may be referred."""

import click

from registry.cli.sealing_keys import opened
from registry.cli.units import named
from registry.complaints.case import units as actions
from registry.complaints.parties import accounts
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.vocabulary.cases import PartnerKind
from registry.vocabulary.register import Language


@click.group(
    epilog="\b\nExamples:\n"
    '  registry partners add it-union-prato --kind union --country IT --name en="Union of Prato" --email desk@union.example\n'
    "  registry officers add it-union-prato 'A. Person' a.person@union.example --role partner\n"
    "  registry partners list\n  registry partners close it-union-prato"
)
def partners() -> None:
    """To whom a case may be referred: inspectorates, NGOs, unions, police, prosecutors. None of immigration can be written down.

    Their people sign in to the console and see what was handed to them, and nothing else.
    """


@partners.command()
@click.argument("reference")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in PartnerKind]))
@click.option("--country", required=True, help="Two letters of an EU state, or CN.")
@click.option("--name", "names", multiple=True, required=True, help="LANGUAGE=NAME, once for each language.")
@click.option("--email", help="Hears that something waits, never what.")
def add(reference: str, kind: str, country: str, names: tuple[str, ...], email: str | None) -> None:
    """Write down a partner organisation and make its keys, in REGISTRY_HOME/keys: back them up."""
    with opened() as (_, sessions, keyring), sessions.begin() as session:
        partner = accounts.NewPartner(reference, PartnerKind(kind), country, named(names), email)
        unit = accounts.add_partner(session, Sealer(keyring), partner, day_at(now(), None))
        click.echo(
            f"{unit.reference}: added. Now add its people: registry officers add {unit.reference} ... --role partner"
        )


@partners.command("list")
def list_partners() -> None:
    """Every partner organisation."""
    with opened() as (_, sessions, _keyring), sessions() as session:
        found = accounts.partners(session)
        for unit in found:
            name = unit.names.get(Language.EN) or next(iter(unit.names.values()))
            ended = f"  closed since {unit.closed_on}" if unit.closed_on else ""
            click.echo(f"{unit.reference}  {unit.country}  {unit.partner_kind}  {name}{ended}")
        if not found:
            click.echo("There is none: see `registry partners add --help`.")


@partners.command()
@click.argument("reference")
def close(reference: str) -> None:
    """Hand nothing more to a partner. What it has stays open to it until it expires or is taken back."""
    with opened() as (_, sessions, _keyring), sessions.begin() as session:
        accounts.partner_named(session, reference)
        unit = actions.close(session, reference, day_at(now(), None))
        click.echo(f"{unit.reference} is handed nothing more since {unit.closed_on}.")
