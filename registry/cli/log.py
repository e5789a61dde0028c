"""`registry log`, `registry export-static`, `registry close`: looking after the log."""

import sys
from base64 import b64encode
from pathlib import Path

import click
import msgspec

from registry import cli
from registry.cli.opening import EXISTING, open_registry, read_file
from registry.core.db.engine import reading_session
from registry.core.errors import BadProof
from registry.core.operator_texts import state_text, withdraw_text
from registry.log import ending, queries, signing
from registry.log.audit import audit
from registry.log.keys import WITNESS_POLICY, policy_lines_of, witness_lines
from registry.log.policy import read_policy

NOT_WELL = 2


@click.group(epilog="\b\nExamples:\n  registry log verify\n  registry log rebuild-tiles\n  registry log recover")
def log() -> None:
    """The log of everything published: check it from inside, and go on after a restored backup."""


@log.command()
def verify() -> None:
    """Derive tree, heads and keys anew from the entries, and compare. Exit code 0 when all agree, 2 otherwise."""
    with open_registry() as (settings, sessions, _), reading_session(sessions) as session:
        found = audit(session, settings)
    for trouble in found.troubles:
        click.echo(f"registry: {trouble}", err=True)
    if found.troubles:
        click.echo(
            "Everything signed follows from the entries, and what was hashed from them does not: mend it with "
            "`registry log rebuild-tiles`."
            if found.is_mendable
            else "The log does not agree with itself: restore a backup, and keep this state to find out why.",
            err=True,
        )
        sys.exit(NOT_WELL)
    click.echo(f"{found.size} entries, root {b64encode(found.root).decode()}, {found.heads} signed heads: all agree.")


@log.command(
    epilog="\b\nExamples:\n  registry log witnesses\n  registry log witnesses --set witness-policy\n"
    "  registry log witnesses --withdraw"
)
@click.option("--set", "file", type=EXISTING, help="Have this file say on every machine who else signs.")
@click.option("--withdraw", is_flag=True, help="Withdraw what was set: what the log says stays.")
def witnesses(file: Path | None, withdraw: bool) -> None:
    """Show or set which witnesses sign heads beside the log, and how many have to before one is shown.

    The next head that is signed brings it into the log's policy.
    """
    with open_registry() as (settings, sessions, _), sessions.begin() as session:
        if file is not None:
            text = read_file(file)
            read_policy("\n".join(policy_lines_of(text)))
            state_text(session, WITNESS_POLICY, text)
        if withdraw:
            withdraw_text(session, WITNESS_POLICY)
        click.echo("\n".join(witness_lines(session, settings.home)))


@log.command(name="rebuild-tiles", epilog="\b\nExamples:\n  registry log verify\n  registry log rebuild-tiles")
def rebuild_tiles() -> None:
    """Make the tiles, hashes that follow from the entries, anew after `registry log verify` found fault with them.

    Nothing changes when the entries themselves are not those that were signed.
    """
    with open_registry() as (settings, sessions, _):
        size = signing.rebuild_tiles(settings, sessions)
    click.echo(f"The tiles of {size} entries were made anew, and lead to what was signed.")


@log.command()
@click.option("--origin", help="The new name, instead of the old one with the next number.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def recover(origin: str | None, yes: bool) -> None:
    """Go on under a new name after a backup was restored that lacks entries which were signed.

    First try to find a newer copy: `registry export-static` keeps one, and so does every mirror. What was signed under the old
    name and is lost stays lost, and anyone who holds it can prove that. Everyone who verifies needs the new trust file.
    """
    if not yes:
        click.confirm("Everyone who verifies will need the new trust file. Go on under a new name?", abort=True)
    with open_registry() as (settings, sessions, _):
        new = ending.recover(settings, sessions, origin)
        cli.sign_published(settings, sessions)
    click.echo(f"The log goes on as {new}.")


@log.command(epilog="\b\nExamples:\n  registry log verify\n  registry log adopt")
@click.option("--yes", is_flag=True, help="Do not ask.")
def adopt(yes: bool) -> None:
    """Let this home sign on after the newest head of the database, which another home signed.

    Each home remembers in REGISTRY_HOME/log/last-signed what was signed, and signs nothing where the database has a later
    head: two homes that sign one log show two histories. Adopt where the former home is gone for good. First make sure that
    it signed nothing later than this database holds: ask its folder, a witness or a mirror.
    """
    if not yes:
        click.confirm("Has no other home signed, or shown, a later head than this database holds?", abort=True)
    with open_registry() as (settings, sessions, _):
        before, head = signing.adopt(settings, sessions)
    known = "none" if before is None else f"{before.size} entries of {before.origin}"
    click.echo(f"This home knew of {known}; it signs on after {head.size} entries of {head.origin}.")


@click.command(
    name="export-static",
    epilog="\b\nExamples:\n  registry export-static /srv/mirror\n\n"
    "Serve the folder as it is; run this again whenever you like: complete tiles are written once.",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_static(folder: Path) -> None:
    """Write the published log below FOLDER at the paths it is served at, for a web server, a mirror or a drawer."""
    with open_registry() as (settings, sessions, _), reading_session(sessions) as session:
        trust = msgspec.json.encode(queries.trust_file(session, settings.public_url))
        try:
            size = queries.export(session, folder, trust)
        except OSError as error:
            raise BadProof(f"{folder} cannot be written ({error.strerror}): choose another folder") from None
    click.echo(f"Wrote {size} entries with their tiles to {folder}.")


@click.command(
    epilog="\b\nExamples:\n  registry close\n\nExport it afterwards with `registry export-static`, and keep serving the files."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
def close(yes: bool) -> None:
    """Sign a final head and publish nothing more, for ever. What was published goes on being served."""
    if not yes:
        click.confirm("Nothing can be published here afterwards. Close the log?", abort=True)
    with open_registry() as (settings, sessions, _):
        head = ending.close(settings, sessions)
    click.echo(f"The log {head.origin} is closed with {head.size} entries. Its final head:\n\n{head.note}")
