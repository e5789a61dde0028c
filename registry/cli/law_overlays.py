"""`registry law overlay`: corrections of the law that are signed here, and which of them are in force."""

from pathlib import Path

import click

from registry.cli.sealing_keys import opened
from registry.core.clock import day_at, now
from registry.core.keyring import Keyring, Signer, Use
from registry.register.law.loading import BadLaw
from registry.register.law.overlays import actions, queries, signatures
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.register.law.overlays.rules import Overlay, overlay_of

EXAMPLES = """\b
Examples:
  registry keys rotate law                                         once: the operator's key
  registry law overlay sign it-2027-01.toml --key /media/law.pem   writes it-2027-01.toml.sig
  registry law overlay list
  registry law overlay show 7KQ2ABCD3EFG > it-2027-01.toml

\b
Rows have the form of the shipped ones, each with its country, and `replaces` where a row stands for another.
Format and what is refused: docs/operators/law-overlays.md.
"""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog=EXAMPLES)
def overlay() -> None:
    """Correct law, fees and help lines without a release: sign a file here that two officers put into force in the console."""


@overlay.command()
@click.argument("file", type=_FILE)
@click.option("--key", "key_file", type=_FILE, help="File with the key's secret, when it does not lie in the home.")
def sign(file: Path, key_file: Path | None) -> None:
    """Check FILE on the law as it is now, and write its signature to FILE.sig."""
    text = file.read_bytes()
    with opened() as (_, sessions, keyring):
        signer = _signer(keyring, key_file)
        with sessions() as session:
            law, last = queries.law_at(session), queries.last_version(session)
        try:
            read = overlay_of(file.name, text, law, after=last, today=day_at(now(), None))
        except BadLaw as wrong:
            raise actions.refused(wrong) from None
    beside = file.with_name(f"{file.name}.sig")
    beside.write_text(signatures.signed(text, signer), encoding="utf-8")
    click.echo(f"{beside}: signed by {signer.key.kid}. Version {read.version}:")
    click.echo("\n".join(_stated(read)))


def _signer(keyring: Keyring, file: Path | None) -> Signer:
    return keyring.signer(Use.LAW) if file is None else keyring.signer_from(keyring.active(Use.LAW), file)


@overlay.command("list")
def list_overlays() -> None:
    """Every overlay, the newest first: who proposed and approved it, and what it states."""
    with opened() as (_, sessions, _keyring), sessions() as session:
        rows = queries.all_overlays(session)
        for row in rows:
            click.echo("\n".join(_lines(row)))
        if not rows:
            click.echo("There are no overlays: the law is the released one.")


@overlay.command()
@click.argument("reference")
def show(reference: str) -> None:
    """Print the file of the overlay REFERENCE, byte for byte."""
    with opened() as (_, sessions, _keyring), sessions() as session:
        click.echo(queries.overlay_named(session, reference).body, nl=False)


def _lines(row: LawOverlay) -> list[str]:
    lines = [
        f"{row.reference}  version {row.number}  {row.state}",
        f"  proposed {row.proposed_at:%Y-%m-%d %H:%M} UTC by {row.proposed_by}, signed by {row.kid}",
    ]
    if row.decided_at is not None:
        word = "refused" if row.state is OverlayState.REFUSED else "approved"
        entry = "" if row.log_index is None else f", entry {row.log_index} of the log"
        lines.append(f"  {word} {row.decided_at:%Y-%m-%d %H:%M} UTC by {row.decided_by}{entry}")
    if row.withdrawal_asked_at is not None:
        lines.append(f"  withdrawal asked {row.withdrawal_asked_at:%Y-%m-%d %H:%M} UTC by {row.withdrawal_asked_by}")
    if row.withdrawn_at is not None:
        lines.append(f"  withdrawn {row.withdrawn_at:%Y-%m-%d %H:%M} UTC by {row.withdrawn_by}")
    if row.reason is not None:
        lines.append(f"  reason: {row.reason}")
    try:
        return [*lines, *_stated(queries.stated_in(row))]
    except BadLaw as wrong:
        return [*lines, f"  NOT READ by this release, and not in force: {wrong}"]


def _stated(read: Overlay) -> list[str]:
    lines = [f"  {read.reason}"]
    for put in read.rows:
        lines.append(f"  {put.row.id} ({put.table})" + (f" instead of {put.replaces}" if put.replaces else ", new"))
    lines += [f"  {one.row}: called on {one.on}" for one in read.called]
    lines += [f"  {one.row}: confirmed on {one.on} by {one.by}" for one in read.confirmed]
    return [*lines, *(f"  {one.row}: withdrawn, {one.reason}" for one in read.withdrawn)]
