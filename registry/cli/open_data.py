"""`registry ranges` and `registry dataset`: what everybody may take, as files.

Range files, by which numbers are looked up without telling which; and the open dataset, signed, checked, and led on by deltas.
"""

from pathlib import Path

import click

from registry import cli
from registry.cli.opening import ANY_FILE, ANY_FOLDER, EXISTING, PAGE_LANGUAGE, open_registry, open_to_read
from registry.core.errors import BadProof, DatasetRefused
from registry.core.files import write_public
from registry.core.installed import how_to_install
from registry.dataset import actions, deltas, manifest
from registry.ranges import queries
from registry.ranges.actions import write_epoch
from registry.vocabulary.register import Language


@click.group()
def ranges() -> None:
    """Range files: numbers are looked up without telling which, on any web server, with proof of presence and absence.

    The worker writes them after each publication; these commands are for homes without one, and for mirrors.
    """


@ranges.command(name="write")
def write_ranges() -> None:
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


@ranges.command(name="export-static")
@click.argument("folder", type=ANY_FOLDER)
def export_static(folder: Path) -> None:
    """Write the newest epoch below FOLDER at the paths it is served at, for a web server, a CDN or a drawer."""
    with open_to_read() as (_, session):
        try:
            files = queries.export(session, folder)
        except OSError as error:
            raise BadProof(f"{folder} cannot be written ({error.strerror}): choose another folder") from None
    click.echo(f"Wrote an epoch of {files} files to {folder}.")


@ranges.command()
@click.argument("file", type=ANY_FILE)
@click.option(
    "--max-mb", type=click.IntRange(1, 200), default=2, show_default=True, help="Refuse to write a longer one."
)
@click.option(
    "--language", type=PAGE_LANGUAGE, default="zh-Hans", help="Beside Chinese; of a Chinese reader the script."
)
def kit(file: Path, max_mb: int, language: str) -> None:
    """Write the offline kit of the newest epoch to FILE: one page that answers in Chinese without a network.

    It is signed with the key of receipts and may be used for 30 days. Hand it on as it is: on a stick, in a chat, on a site.
    """
    from registry.core.keyring import Use
    from registry.proofs.credentials.signing import Signers
    from registry.ranges.kit import kit as made_kit

    with open_to_read() as (settings, session):
        body = made_kit(
            session, Signers(settings.keys).of(Use.RECEIPT), settings.public_url, max_mb * 1_000_000, Language(language)
        )
    try:
        write_public(file, body)
    except OSError as error:
        raise BadProof(f"{file} cannot be written ({error.strerror}): choose another place") from None
    click.echo(f"Wrote {len(body)} bytes to {file}.")


_TRUST = click.option(
    "--trust", required=True, type=EXISTING, help="Trust file of the registry, kept since it was compared."
)


@click.group()
def dataset() -> None:
    """The open dataset: licences and events of legal persons, for anybody to take whole and to keep up with.

    The worker writes it each night into REGISTRY_HOME/dataset, from where it is served at /dataset.
    """


@dataset.command(name="write")
@click.argument("folder", metavar="DIR", type=ANY_FOLDER)
def write_dataset(folder: Path) -> None:
    """Write a snapshot of the published log below DIR, with the delta from the one before, signed and logged.

    DIR is empty, or was written by this command. If anything fails the former snapshot lies there as before.
    """
    with open_registry() as (settings, sessions, _):
        if not settings.signs:
            raise DatasetRefused("another home signs this log (REGISTRY_SIGNS=off): write the dataset there")
        written = actions.write(settings, sessions, folder, lambda: cli.sign_published(settings, sessions))
    if written.damaged is not None:
        click.echo(f"registry: no delta was written: {written.damaged}", err=True)
    if not written.has_parquet:
        click.echo(
            f"registry: no Parquet was written, which needs the extra `parquet`: {how_to_install('parquet')}", err=True
        )
    click.echo(
        f"{folder / written.name}: {written.licences} licences and {written.events} events, "
        f"entry {written.log_index} of the log."
    )
    if written.changed is not None:
        click.echo(f"{written.changed} rows changed since the snapshot before.")
    left_out = written.left_out
    click.echo(
        f"Left out: {left_out['natural_persons']} licences of natural or unknown persons, {left_out['erased']} agencies erased."
    )


@dataset.command()
@click.argument("folder", metavar="SNAPSHOT", type=ANY_FOLDER)
@_TRUST
def check(folder: Path, trust: Path) -> None:
    """Check that SNAPSHOT is whole, and signed by the log's keys at a head that they signed."""
    stated = manifest.checked(folder, manifest.Keys.of_trust(trust.read_bytes()))
    rows = ", ".join(f"{table['rows']} {name}" for name, table in sorted(stated["tables"].items()))
    click.echo(f"{folder}: {rows}, signed at {stated['log']['size']} entries of {stated['log']['origin']}.")


@dataset.command()
@click.argument("former", metavar="OLD", type=ANY_FOLDER)
@click.argument("delta", metavar="DELTA", type=EXISTING)
@click.argument("folder", metavar="NEW", type=ANY_FOLDER)
@_TRUST
def apply(former: Path, delta: Path, folder: Path, trust: Path) -> None:
    """Make the snapshot NEW from the snapshot OLD and a DELTA; its tables have the bytes of a full copy, or it is refused."""
    later = actions.applied(former, deltas.open_delta(delta, manifest.Keys.of_trust(trust.read_bytes())), folder)
    click.echo(
        f"{folder}: the rows of {later['name']}, at {later['log']['size']} entries of the log, as its hashes say."
    )
