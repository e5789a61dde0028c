"""`registry employers`: organisations that check in bulk, and their keys."""

import click

from registry.cli.opening import JSON, echo_json, open_session
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.ids import read_reference
from registry.organisations import actions, members, models, second_steps
from registry.organisations import keys as api_keys
from registry.organisations.sessions import MEMBER_SESSIONS
from registry.vocabulary.organisations import Scope
from registry.vocabulary.register import STAFF_LANGUAGES
from registry.watches import retention

MAX_RATE = 1_000_000


@click.group()
def employers() -> None:
    """Organisations that check in bulk. They register themselves at /account; here they are looked after by hand."""


@employers.command()
@click.argument("name")
@click.argument("country")
@click.option(
    "--language",
    default="en",
    show_default=True,
    type=click.Choice([one.value for one in STAFF_LANGUAGES]),
    help="Of its pages at /account and its mails, which are in these.",
)
def add(name: str, country: str, language: str) -> None:
    """Add an organisation NAME of COUNTRY (two letters), without people, and print its reference."""
    if len(country) != 2 or not (country.isascii() and country.isalpha()):
        raise click.BadParameter("two letters, like IT", param_hint="COUNTRY")
    with open_session() as session:
        made = actions.begin(session, name, country.upper(), language, day_at(now(), None))
        reference = made.reference
    click.echo(
        f"{reference}: added. Make it a key with: registry employers keys {reference} --make NAME --scope verify"
    )


@employers.command("list")
@JSON
def list_employers(as_json: bool) -> None:
    """Every organisation: reference, country, since when, name."""
    with open_session() as session:
        found = actions.organisations(session)
        if as_json:
            shown = ("reference", "country", "since_on", "name", "closed_on")
            echo_json([{name: getattr(one, name) for name in shown} for one in found])
            return
        for one in found:
            closed = f"  closed {one.closed_on}" if one.closed_on else ""
            click.echo(f"{one.reference}  {one.country}  {one.since_on}  {one.name}{closed}")
        if not found:
            click.echo("There is none yet: they register at /account, or add one with `registry employers add`.")


@employers.command()
@click.argument("reference")
@click.option("--make", "name", metavar="NAME", help="Make a key for this program; it is shown once.")
@click.option(
    "--scope", "scopes", multiple=True, type=click.Choice([one.value for one in Scope]), help="What it opens."
)
@click.option("--days", default=api_keys.DAYS, show_default=True, type=click.IntRange(1, api_keys.MAX_DAYS))
@click.option("--test", "is_test", is_flag=True, help="A test key, which sees the sandbox alone.")
@click.option("--revoke", metavar="KEY", help="End the key of this reference at once.")
def keys(
    reference: str, name: str | None, scopes: tuple[str, ...], days: int, is_test: bool, revoke: str | None
) -> None:
    """List the keys of the organisation REFERENCE, make one, or revoke one."""
    with open_session() as session:
        organisation = actions.organisation_named(session, read_reference(reference) or reference)
        call = Call(session, models.OrganisationActor(organisation.id), now())
        if revoke is not None:
            api_keys.revoke(call, revoke)
        made = None
        if name is not None:
            opened = [Scope(word) for word in scopes]
            made = api_keys.make(call, name, opened, days, is_test=is_test).text
        found = [
            f"{key.reference}  {key.prefix}…  until {key.ends_on}  used {key.last_used_on or 'never'}  "
            f"{' '.join(key.scopes)}  {key.name}"
            for key in api_keys.keys_of(session, organisation.id, day_at(call.at, None))
        ]
    for line in found or ["There is no key that opens anything."]:
        click.echo(line)
    if made is not None:
        click.echo(f"The new key, shown once:\n  {made}")


@employers.command()
@click.argument("reference")
@click.option("--reset-second-step", "reset", metavar="EMAIL", help="Take away apps and codes that this person lost.")
def people(reference: str, reset: str | None) -> None:
    """List the people of the organisation REFERENCE, or take away the second step of one whom no owner can help.

    The person is signed out. Be sure who asks: call, and do not answer a mail.
    """
    with open_session() as session:
        organisation = actions.organisation_named(session, read_reference(reference) or reference)
        found = members.members_of(session, organisation.id)
        if reset is not None:
            member = next((one for one in found if one.email == reset.strip().lower()), None)
            if member is None:
                raise click.BadParameter(
                    "no one of this organisation has this address", param_hint="--reset-second-step"
                )
            second_steps.forget(session, member)
            MEMBER_SESSIONS.end_all(session, member, now())
        steps = second_steps.who_have_apps(session, organisation.id)
        lines = [
            f"{one.reference}  {one.role:<6}  {'second step' if one.id in steps else 'password'}  {one.email}"
            for one in found
        ]
    for line in lines or ["There are no people yet: they come by invitations, at /account."]:
        click.echo(line)


@employers.command()
@click.argument("reference")
@click.argument("requests", type=click.IntRange(1, MAX_RATE), required=False)
def rate(reference: str, requests: int | None) -> None:
    """Let the organisation REFERENCE ask REQUESTS times a minute with all its keys; without a number, as often as others."""
    with open_session() as session:
        organisation = actions.organisation_named(session, read_reference(reference) or reference)
        organisation.rate = requests
    often = f"{requests} times a minute" if requests else "as often as others (REGISTRY_ORGANISATION_RATE)"
    click.echo(f"{reference}: may ask {often}, a minute from now at the latest.")


@employers.command()
@click.argument("reference")
@click.option("--yes", is_flag=True, help="Do not ask.")
def close(reference: str, yes: bool) -> None:
    """Close the organisation REFERENCE for good: its keys, watches and webhooks end at once, and its feed is removed."""
    at = now()
    with open_session() as session:
        organisation = actions.organisation_named(session, read_reference(reference) or reference)
        if not yes:
            click.confirm(f"Close {organisation.name} ({organisation.reference}) for good?", abort=True)
        actions.close(session, organisation, at=at, today=day_at(at, None))
        retention.forget(session, organisation.id)
    click.echo(f"{reference}: closed.")
