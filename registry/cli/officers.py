"""`registry officers`: the first officer of a unit, and who is there; `registry audit`: what they did.

Whether the lines of who did what still follow from one another, and all of them as a file.
"""

from pathlib import Path

import click

from registry import cli
from registry.audit import queries
from registry.cli.opening import EXISTING, JSON, NOT_WELL, echo_json, open_session, open_to_read, read_file
from registry.core import files, operator_texts
from registry.core.clock import day_at, now
from registry.core.errors import BadProof
from registry.officers import accounts, rights
from registry.officers.providers.linking import providers_of
from registry.officers.providers.settings import FILE, read_providers
from registry.oversight.trail import logged_heads
from registry.vocabulary.register import STAFF_LANGUAGES


@click.group()
def officers() -> None:
    """Officers who sign in to the console. Only the first of a unit need be added here: they invite the others there."""


@officers.command()
@click.argument("unit")
@click.argument("name")
@click.argument("email")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in rights.Role]))
@click.option("--language", default="en", show_default=True, type=click.Choice([one.value for one in STAFF_LANGUAGES]))
def add(unit: str, name: str, email: str, roles: tuple[str, ...], language: str) -> None:
    """Add an officer of UNIT (its reference) and print the code for joining at /console/join."""
    at = now()
    with open_session() as session:
        invited = accounts.Invitation(unit.lower(), name, email, [rights.Role(role) for role in roles], language)
        officer, code = accounts.add_first(session, invited, at, day_at(at, None))
        reference = officer.reference
    click.echo(f"{reference}: added. Hand this code over in person; it is good for three days and shown once:")
    click.echo(f"  {code}")


@officers.command("list")
@click.option("--unit", help="Only those of this unit.")
@JSON
def list_officers(unit: str | None, as_json: bool) -> None:
    """Every officer: reference, unit, state, name, roles."""
    with open_session() as session:
        found = accounts.officers_of(session, unit)
        if as_json:
            shown = ("reference", "unit", "state", "name", "email")
            roles_of = {one: sorted(accounts.own_roles(session, one)) for one in found}
            echo_json([{name: getattr(one, name) for name in shown} | {"roles": roles_of[one]} for one in found])
            return
        for one in found:
            roles = " ".join(sorted(accounts.own_roles(session, one)))
            click.echo(f"{one.reference}  {one.unit:<20}  {one.state:<8}  {one.name} <{one.email}>  {roles}")
        if not found:
            click.echo("There are no officers yet: add the first with `registry officers add`.")


@officers.command()
@click.option("--set", "file", type=EXISTING, help="Have this file of providers count on every machine.")
@click.option("--withdraw", is_flag=True, help="Withdraw what was set.")
def providers(file: Path | None, withdraw: bool) -> None:
    """Show or set with which OpenID providers officers sign in. A console reads them at its start.

    No secret goes into the database: each machine has the files with them, from the operator's own tool.
    """
    settings = cli.settings()
    with open_session() as session:
        if file is not None:
            text = read_file(file)
            read_providers(text, settings.home)
            operator_texts.state_text(session, FILE, text)
        if withdraw:
            operator_texts.withdraw_text(session, FILE)
        for one in providers_of(session, settings.home).values():
            click.echo(f"{one.key}  {one.name}, {one.issuer}, for officers of {one.authority}")
    if file is not None or withdraw:
        click.echo("Start the consoles again, for they read it at their start.")


@officers.command()
@click.argument("reference")
def close(reference: str) -> None:
    """Sign the officer REFERENCE out everywhere and for good."""
    at = now()
    with open_session() as session:
        officer = accounts.officer_named(session, reference)
        accounts.close(session, officer, by=accounts.COMMAND_LINE, at=at, today=day_at(at, None))
    click.echo(f"{reference}: closed.")


@click.group()
def audit() -> None:
    """Who read and moved which case: check that no line was changed or taken out, and keep a copy elsewhere."""


@audit.command()
@click.option("--head", "written", help="A head that was noted before, as this command and `export` print it.")
def verify(written: str | None) -> None:
    """Derive the chain anew. Exit code 0 when it holds, 2 otherwise.

    The head that was found good stands in REGISTRY_HOME/audit-head, and the next run holds the chain to it: a database that
    lost its newest lines is found. Each week the worker states the head in the public log, and the chain is held to all of
    these: who writes it anew would have to write the log anew, before its witnesses and readers.
    """
    with open_to_read() as (settings, session):
        note = settings.home / "audit-head"
        stored = [head for head in (_read_head(written), _read_noted_head(note)) if head is not None]
        logged = logged_heads(session)
        found = queries.verify(session, stored[0] if stored else None, logged)
        troubles = found.troubles + [
            trouble for other in stored[1:] for trouble in queries.verify(session, other).troubles
        ]
    for trouble in dict.fromkeys(troubles):
        click.echo(f"registry: {trouble}", err=True)
    if troubles:
        click.echo("Keep this state to find out why, and compare it with the last export.", err=True)
        raise SystemExit(NOT_WELL)
    files.write_atomically(note, f"{found.head}\n".encode())
    files.sync_folder(note.parent)
    click.echo(f"{found.head.size} lines follow from one another. Head: {found.head}")
    if logged:
        click.echo(f"The log states {len(logged)} of their hashes, and each is that of a line.")


@audit.command()
def export() -> None:
    """Write every line with its hash to standard output, as JSON lines; the last one is the head."""
    with open_to_read() as (_, session):
        for line in queries.exported(session):
            click.echo(line, nl=False)


def _read_head(text: str | None) -> queries.Head | None:
    if text is None:
        return None
    head = queries.read_head(text)
    if head is None:
        raise BadProof("a head is a number of lines, a colon and 64 hex digits, as `registry audit verify` prints it")
    return head


def _read_noted_head(path: Path) -> queries.Head | None:
    try:
        return _read_head(path.read_text(encoding="ascii", errors="replace"))
    except FileNotFoundError:
        return None
    except BadProof:
        raise BadProof(f"{path} holds no head; remove it if you know why, and note today's with another run") from None
