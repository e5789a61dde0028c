"""`registry law overlay`: corrections of the law that an operator signs and two persons put into force."""

from pathlib import Path

import click

from registry.cli.officer_terminal import OfficerCommand, act_at_terminal, by_officer, if_unchanged
from registry.cli.sealing_keys import opened
from registry.core.clock import day_at, now
from registry.core.keyring import Keyring, Signer, Use
from registry.officer_desk.law_acts import LAW, LAW_OVERLAYS
from registry.register.law.loading import BadLaw
from registry.register.law.overlays import actions, queries, signatures
from registry.register.law.overlays.models import LawOverlay, OverlayState
from registry.register.law.overlays.rules import Overlay, overlay_of

EXAMPLES = """\b
Examples:
  registry keys rotate law                                         once: the operator's key
  registry law overlay sign it-2027-01.toml --key /media/law.pem   writes it-2027-01.toml.sig
  registry law overlay propose it-2027-01.toml --by one@operator.example
  registry law overlay approve 7KQ2ABCD3EFG --by other@operator.example
  registry law overlay withdraw 7KQ2ABCD3EFG --reason "Repealed." --by one@operator.example

\b
Rows have the form of the shipped ones, each with its country, and `replaces` where a row stands for another.
Format and what is refused: docs/operators/law-overlays.md.
"""

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(epilog=EXAMPLES)
def overlay() -> None:
    """Correct law, fees and help lines without a release: a signed file that one proposes and another approves."""


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
    beside = _beside(file)
    beside.write_text(signatures.signed(text, signer), encoding="utf-8")
    click.echo(f"{beside}: signed by {signer.key.kid}. Version {read.version}:")
    click.echo("\n".join(_stated(read)))


def _signer(keyring: Keyring, file: Path | None) -> Signer:
    return keyring.signer(Use.LAW) if file is None else keyring.signer_from(keyring.active(Use.LAW), file)


@overlay.command()
@click.argument("file", type=_FILE)
@click.option("--signature", "signature_file", type=_FILE, help="FILE.sig without it.")
@by_officer
def propose(file: Path, signature_file: Path | None, by: str) -> None:
    """Propose the signed FILE. Nothing is in force until another officer approves it."""
    beside = signature_file or _beside(file)
    if not beside.exists():
        raise actions.refused(BadLaw(file.name, None, "signature", f"missing: {beside.name} is not beside the file"))
    act_at_terminal(
        by, LAW, "propose", what="law overlay propose", say=_proposed,
        file=file.read_bytes().decode(errors="replace"), filename=file.name,
        signature=beside.read_text(encoding="utf-8", errors="replace"),
    )  # fmt: skip


def _proposed(context: OfficerCommand, reference: str) -> str:
    lines = _stated(queries.stated_in(queries.overlay_named(context.session, reference)))
    approving = f"  registry law overlay approve {reference} --by OFFICER"
    return "\n".join([f"{reference}: proposed. Another officer approves it with", approving, *lines])


@overlay.command()
@click.argument("reference")
@if_unchanged
@by_officer
def approve(reference: str, version: int | None, by: str) -> None:
    """Put the overlay REFERENCE, which another proposed, into force."""
    act_at_terminal(
        by, LAW_OVERLAYS, "approve", reference, what="law overlay approve", version=version,
        say=lambda _, row: f"{row.reference}: version {row.number} is in force, entry {row.log_index} of the log.",
    )  # fmt: skip


@overlay.command()
@click.argument("reference")
@click.option("--reason", required=True, help="Everybody may read it where the overlay was in force.")
@if_unchanged
@by_officer
def withdraw(reference: str, reason: str, version: int | None, by: str) -> None:
    """Withdraw the overlay REFERENCE: at once where it waits, by a second officer too where it is in force."""
    act_at_terminal(
        by, LAW_OVERLAYS, "withdraw", reference, what="law overlay withdraw", version=version, reason=reason,
        say=_withdrawn,
    )  # fmt: skip


def _withdrawn(_: OfficerCommand, row: LawOverlay) -> str:
    if row.state is OverlayState.APPROVED:
        return f"{row.reference}: still in force, until another officer withdraws it too."
    return f"{row.reference}: {row.state}."


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


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.sig")
