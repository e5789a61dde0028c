"""`registry ranges`: range files, by which numbers are looked up without telling which."""

from pathlib import Path

import click

from registry import cli
from registry.cli.opening import open_registry
from registry.core.db.engine import reading_session
from registry.core.errors import BadProof
from registry.core.files import write_public
from registry.ranges import queries
from registry.ranges.actions import write_epoch
from registry.vocabulary.register import Language


@click.group(
    epilog="\b\nExamples:\n  registry ranges write\n  registry ranges export-static /srv/mirror\n"
    "  registry ranges kit kit.html"
)
def ranges() -> None:
    """Range files: numbers are looked up without telling which, on any web server, with proof of presence and absence.

    The worker writes them after each publication; these commands are for homes without one, and for mirrors.
    """


@ranges.command(epilog="\b\nExamples:\n  registry ranges write")
def write() -> None:
    """Write the files that changed since the last epoch, and publish it in the log."""
    with open_registry() as (settings, sessions, _):
        written = write_epoch(sessions)
        if written is not None:
            cli.sign_published(settings, sessions)
    if written is None:
        click.echo("Nothing changed since the last epoch.")
        return
    click.echo(
        f"Epoch {written.epoch}: {written.keys} keys in {written.files} files, {written.made} of them new; "
        f"root {written.root.hex()}, entry {written.log_index} of the log."
    )


@ranges.command(
    name="export-static",
    epilog="\b\nExamples:\n  registry ranges export-static /srv/mirror\n\n"
    "Serve the folder as it is; run this again whenever you like: a file is written once.",
)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_static(folder: Path) -> None:
    """Write the newest epoch below FOLDER at the paths it is served at, for a web server, a CDN or a drawer."""
    with open_registry() as (_, sessions, _), reading_session(sessions) as session:
        try:
            files = queries.export(session, folder)
        except OSError as error:
            raise BadProof(f"{folder} cannot be written ({error.strerror}): choose another folder") from None
    click.echo(f"Wrote an epoch of {files} files to {folder}.")


@ranges.command(epilog="\b\nExamples:\n  registry ranges kit kit.html\n  registry ranges kit kit.html --max-mb 10")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--max-mb", type=click.IntRange(1, 200), default=2, show_default=True, help="Refuse to write a longer one."
)
@click.option(
    "--language",
    type=click.Choice([one.value for one in Language]),
    default="zh-Hans",
    help="Beside Chinese; of a Chinese reader the script.",
)
def kit(file: Path, max_mb: int, language: str) -> None:
    """Write the offline kit of the newest epoch to FILE: one page that answers in Chinese without a network.

    It is signed with the key of receipts and may be used for 30 days. Hand it on as it is: on a stick, in a chat, on a site.
    """
    from registry.core.keyring import Use
    from registry.proofs.credentials.signing import Signers
    from registry.ranges.kit import kit as made_kit

    with open_registry() as (settings, sessions, _), reading_session(sessions) as session:
        body = made_kit(
            session, Signers(settings.keys).of(Use.RECEIPT), settings.public_url, max_mb * 1_000_000, Language(language)
        )
    try:
        write_public(file, body)
    except OSError as error:
        raise BadProof(f"{file} cannot be written ({error.strerror}): choose another place") from None
    click.echo(f"Wrote {len(body)} bytes to {file}.")
