"""`registry log`, `registry export-static`, `registry close`, `registry witness`: looking after the log, and after others'."""

from base64 import b64encode
from pathlib import Path

import click
import msgspec

from registry import cli
from registry.cli.opening import ANY_FOLDER, EXISTING, NOT_WELL, open_registry, open_to_read, read_file
from registry.core.clock import instant_text, now
from registry.core.errors import BadProof, KeyTrouble, SettingsError
from registry.core.keyring import Keyring, Use
from registry.core.operator_texts import state_text, withdraw_text
from registry.log import ending, note, queries, signing
from registry.log.audit import audit
from registry.log.keys import WITNESS_POLICY, policy_lines_of, witness_lines
from registry.log.witnesses.server import Witness, server_for


@click.group()
def log() -> None:
    """The log of everything published: check it from inside, and go on after a restored backup."""


@log.command()
def verify() -> None:
    """Derive tree, heads and keys anew from the entries, and compare. Exit code 0 when all agree, 2 otherwise."""
    with open_to_read() as (settings, session):
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
        raise SystemExit(NOT_WELL)
    click.echo(f"{found.size} entries, root {b64encode(found.root).decode()}, {found.heads} signed heads: all agree.")


@log.command()
@click.option("--set", "file", type=EXISTING, help="Have this file say on every machine who else signs.")
@click.option("--withdraw", is_flag=True, help="Withdraw what was set: what the log says stays.")
def witnesses(file: Path | None, withdraw: bool) -> None:
    """Show or set which witnesses sign heads beside the log, and how many have to before one is shown.

    The next head that is signed brings it into the log's policy.
    """
    with open_registry() as (settings, sessions, _), sessions.begin() as session:
        if file is not None:
            text = read_file(file)
            note.read_policy("\n".join(policy_lines_of(text)))
            state_text(session, WITNESS_POLICY, text)
        if withdraw:
            withdraw_text(session, WITNESS_POLICY)
        click.echo("\n".join(witness_lines(session, settings.home)))


@log.command(name="rebuild-tiles")
def rebuild_tiles() -> None:
    """Make the tiles, hashes that follow from the entries, anew after `registry log verify` found fault with them.

    Nothing changes when the entries themselves are not those that were signed.
    """
    with open_registry() as (settings, sessions, _):
        size = signing.rebuild_tiles(settings, sessions)
    click.echo(f"The tiles of {size} entries were made anew, and lead to what was signed.")


@log.command()
@click.option("--origin", help="The new name, instead of the old one with the next number.")
@click.confirmation_option(
    prompt="Everyone who verifies will need the new trust file. Go on under a new name?", help="Do not ask."
)
def recover(origin: str | None) -> None:
    """Go on under a new name after a backup was restored that lacks entries which were signed.

    First try to find a newer copy: `registry export-static` keeps one, and so does every mirror. What was signed under the old
    name and is lost stays lost, and anyone who holds it can prove that. Everyone who verifies needs the new trust file.
    """
    with open_registry() as (settings, sessions, _):
        new = ending.recover(settings, sessions, origin)
        cli.sign_published(settings, sessions)
    click.echo(f"The log goes on as {new}.")


@log.command()
@click.confirmation_option(
    prompt="Has no other home signed, or shown, a later head than this database holds?", help="Do not ask."
)
def adopt() -> None:
    """Let this home sign on after the newest head of the database, which another home signed.

    Each home remembers in REGISTRY_HOME/log/last-signed what was signed, and signs nothing where the database has a later
    head: two homes that sign one log show two histories. Adopt where the former home is gone for good. First make sure that
    it signed nothing later than this database holds: ask its folder, a witness or a mirror.
    """
    with open_registry() as (settings, sessions, _):
        before, head = signing.adopt(settings, sessions)
    known = "none" if before is None else f"{before.size} entries of {before.origin}"
    click.echo(f"This home knew of {known}; it signs on after {head.size} entries of {head.origin}.")


@click.command(name="export-static")
@click.argument("folder", type=ANY_FOLDER)
def export_static(folder: Path) -> None:
    """Write the published log below FOLDER at the paths it is served at, for a web server, a mirror or a drawer."""
    with open_to_read() as (settings, session):
        trust = msgspec.json.encode(queries.trust_file(session, settings.public_url))
        try:
            size = queries.export(session, folder, trust)
        except OSError as error:
            raise BadProof(f"{folder} cannot be written ({error.strerror}): choose another folder") from None
    click.echo(f"Wrote {size} entries with their tiles to {folder}.")


@click.command()
@click.confirmation_option(prompt="Nothing can be published here afterwards. Close the log?", help="Do not ask.")
def close() -> None:
    """Sign a final head and publish nothing more, for ever. What was published goes on being served."""
    with open_registry() as (settings, sessions, _):
        head = ending.close(settings, sessions)
    click.echo(f"The log {head.origin} is closed with {head.size} entries. Its final head:\n\n{head.note}")


@click.command()
@click.option("--folder", required=True, type=ANY_FOLDER, help="Its key and state; made if absent.")
@click.option("--name", required=True, help="Its name: an address without scheme, like witness.example/w1.")
@click.option("--log", "logs", multiple=True, help="Verifier key of a log, as /log/vkey gives it; may be repeated.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8100, show_default=True, help="Port; 0 for any free one."
)
@click.option("--print-key", is_flag=True, help="Print the witness's own verifier key, and end.")
def witness(folder: Path, name: str, logs: tuple[str, ...], address: str, port: int, print_key: bool) -> None:
    """Serve a witness: it signs each head of the logs it was told of that follows from the last it saw.

    Run it where the log's operator has no say. Never start a second one with a copy of the same folder.
    """
    if not logs and not print_key:
        raise KeyTrouble("name at least one log: --log with a line of its /log/vkey")
    try:
        keys = [note.read_vkey(text) for text in logs]
    except BadProof as wrong:
        raise KeyTrouble(f"--log: {wrong.text}") from None
    keyring = Keyring(folder / "keys")
    with keyring.alone():
        if not keyring.keys(Use.LOG):
            keyring.make(Use.LOG, instant_text(now()))
    serving = Witness(name, keyring.signer(Use.LOG), keys, folder)
    if print_key:
        click.echo(str(serving.key))
        return
    try:
        server = server_for(serving, address, port)
    except OSError as error:
        raise SettingsError(
            f"--port: cannot listen on {address}:{port} ({error.strerror}); stop what is there, or choose another"
        ) from None
    with serving.alone(), server:
        click.echo(f"Witness {serving.key}")
        click.echo(f"on http://{address}:{server.server_port}/add-checkpoint")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped.")
