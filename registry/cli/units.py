"""`registry units` and `registry partners`: who takes complaints, and to whom a case may be referred."""

from typing import Any

import click
import msgspec

from registry.cli.opening import JSON, echo_json, open_registry
from registry.complaints.case import units as case_units
from registry.complaints.intake.rules import takes_complaints
from registry.complaints.retention.rules import SHIPPED, Periods
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import day_at, now
from registry.officers.models import Unit
from registry.vocabulary.cases import PartnerKind
from registry.vocabulary.register import Language


@click.group()
def units() -> None:
    """Who takes complaints. A complaint goes to the unit of the country of work, or else to the default one.

    Units of China see licensing and never a complaint. Without a default unit no one can file.
    """


@units.command()
@click.argument("reference")
@click.option("--country", required=True, help="Two letters of an EU state, or CN.")
@click.option("--authority", required=True, help="The authority it belongs to, by its reference.")
@click.option("--name", "names", multiple=True, required=True, help="LANGUAGE=NAME, once for each language.")
@click.option("--email", help="Hears that something waits, never what.")
@click.option("--supervisor-email", help="Hears that something is overdue (the same address).")
@click.option("--default", "is_default", is_flag=True, help="Takes what no other unit is for.")
@click.option("--keep", "kept", multiple=True, help="KIND=DAYS: how long it keeps what was written, by its law.")
def add(names: tuple[str, ...], kept: tuple[str, ...], is_default: bool, **given: Any) -> None:
    """Write down a unit and make its keys, in REGISTRY_HOME/keys: back them up."""
    with open_registry() as (_, sessions, keyring), sessions.begin() as session:
        details = case_units.UnitDetails(names=names_by_language(names), periods=_periods(kept), **given)
        unit = case_units.add(session, Sealer(keyring), details, day_at(now(), None), is_default=is_default)
        click.echo("\n".join(_lines(unit)))


@units.command(name="list")
@JSON
def list_units(as_json: bool) -> None:
    """Every unit: what it takes, and how long it keeps what was written."""
    with open_registry() as (_, sessions, _keyring), sessions() as session:
        known = case_units.all_units(session)
        if as_json:
            echo_json([_stated(unit) for unit in known])
            return
        for unit in known:
            click.echo("\n".join(_lines(unit)))
        if not any(unit.is_default for unit in known):
            click.echo("There is no default unit: no one can file a complaint. See `registry units add --help`.")


@units.command()
@click.argument("reference")
def close(reference: str) -> None:
    """Let a unit take nothing new. Its cases stay its own."""
    with open_registry() as (_, sessions, _keyring), sessions.begin() as session:
        unit = case_units.close(session, reference, day_at(now(), None))
        click.echo(f"{unit.reference} takes nothing new since {unit.closed_on}.")


@units.command(name="default")
@click.argument("reference")
def make_default(reference: str) -> None:
    """Let a unit take what no other is for, in place of the one that does."""
    with open_registry() as (_, sessions, _keyring), sessions.begin() as session:
        case_units.make_default(session, reference)
        click.echo(f"{reference} takes what no other unit is for.")


def _stated(unit: Unit) -> dict[str, Any]:
    """What a program reads of a unit."""
    shown = ("reference", "country", "names", "is_default", "closed_on", "time_zone", "email", "supervisor_email")
    return {name: getattr(unit, name) for name in shown} | {
        "takes_complaints": takes_complaints(case_units.facts_of(unit)),
        "kept_for_days": msgspec.to_builtins(case_units.periods_of(unit)),
    }


def _lines(unit: Unit) -> list[str]:
    name = unit.names.get(Language.EN) or next(iter(unit.names.values()))
    facts = case_units.facts_of(unit)
    accepts = "takes complaints" if takes_complaints(facts) else "takes no complaints"
    if unit.closed_on is not None:
        accepts = f"takes nothing new since {unit.closed_on}"
    lines = [f"{unit.reference}  {unit.country}  {name}", f"  {accepts}{', default' if unit.is_default else ''}"]
    unknown = (
        ""
        if unit.authority_zone or unit.is_outside
        else f": the register does not know the authority {unit.authority} yet"
    )
    lines.append(f"  days of {unit.time_zone or 'UTC'}{unknown}")
    lines.append(f"  mail {unit.email or 'none'}, overdue {unit.supervisor_email or unit.email or 'none'}")
    periods = msgspec.to_builtins(case_units.periods_of(unit))
    lines.append("  keeps " + ", ".join(f"{kind} {days} days" for kind, days in periods.items()))
    return lines


def names_by_language(names: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in names:
        language, is_given, name = one.partition("=")
        if not is_given or language not in list(Language):
            raise click.BadParameter(
                f"write it as LANGUAGE=NAME, with one of {', '.join(Language)}", param_hint="--name"
            )
        found[language] = name.strip()
    return found


def _periods(stored: tuple[str, ...]) -> Periods | None:
    known = msgspec.to_builtins(SHIPPED)
    found = {}
    for one in stored:
        kind, _, days = one.partition("=")
        if kind not in known or not days.isdecimal():
            raise click.BadParameter(f"write it as KIND=DAYS, with one of {', '.join(known)}", param_hint="--keep")
        found[kind] = int(days)
    return Periods(**found) if found else None


@click.group()
def partners() -> None:
    """To whom a case may be referred: inspectorates, NGOs, unions, police, prosecutors. None of immigration can be written down.

    Their people sign in to the console and see what was handed to them, and nothing else.
    """


@partners.command(name="add")
@click.argument("reference")
@click.option("--kind", required=True, type=click.Choice([kind.value for kind in PartnerKind]))
@click.option("--country", required=True, help="Two letters of an EU state, or CN.")
@click.option("--name", "names", multiple=True, required=True, help="LANGUAGE=NAME, once for each language.")
@click.option("--email", help="Hears that something waits, never what.")
def add_partner(reference: str, kind: str, country: str, names: tuple[str, ...], email: str | None) -> None:
    """Write down a partner organisation and make its keys, in REGISTRY_HOME/keys: back them up."""
    with open_registry() as (_, sessions, keyring), sessions.begin() as session:
        partner = case_units.NewPartner(reference, PartnerKind(kind), country, names_by_language(names), email)
        unit = case_units.add_partner(session, Sealer(keyring), partner, day_at(now(), None))
        click.echo(
            f"{unit.reference}: added. Now add its people: registry officers add {unit.reference} ... --role partner"
        )


@partners.command("list")
@JSON
def list_partners(as_json: bool) -> None:
    """Every partner organisation."""
    with open_registry() as (_, sessions, _keyring), sessions() as session:
        found = case_units.partners(session)
        if as_json:
            shown = ("reference", "country", "partner_kind", "names", "closed_on")
            echo_json([{name: getattr(unit, name) for name in shown} for unit in found])
            return
        for unit in found:
            name = unit.names.get(Language.EN) or next(iter(unit.names.values()))
            ended = f"  closed since {unit.closed_on}" if unit.closed_on else ""
            click.echo(f"{unit.reference}  {unit.country}  {unit.partner_kind}  {name}{ended}")
        if not found:
            click.echo("There is none: see `registry partners add --help`.")


@partners.command(name="close")
@click.argument("reference")
def close_partner(reference: str) -> None:
    """Hand nothing more to a partner. What it has stays open to it until it expires or is taken back."""
    with open_registry() as (_, sessions, _keyring), sessions.begin() as session:
        case_units.partner_named(session, reference)
        unit = case_units.close(session, reference, day_at(now(), None))
        click.echo(f"{unit.reference} is handed nothing more since {unit.closed_on}.")
