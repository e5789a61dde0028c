"""`registry keys units|escrow|rewrap`: the keys that what workers told is sealed under."""

import time
from datetime import date
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.cli.opening import ANY_FILE, NOT_WELL, open_registry
from registry.complaints.sealing import key_rotation, unit_keys
from registry.complaints.sealing.models import UnitKey, UnitKeyState
from registry.complaints.sealing.sealer import RING, Sealer
from registry.core.clock import day_at, now
from registry.core.errors import KeyTrouble, NotFound
from registry.core.keyring import Keyring
from registry.officers.models import Unit
from registry.vocabulary.cases import KeyHolder

OPERATOR = "operator"
"""The actor in the audit trail for anyone who runs commands on this machine."""

SETTLED = 600
"""Seconds after which no transaction is under way any more that sealed by the former key of the ring."""


@click.group()
def units() -> None:
    """The keys of units and their custodians, and the server's own ring. What opens what: docs/maintainers/sealing.md."""


@units.command(name="list")
def list_keys() -> None:
    """Every key: whose, id, state, since when, where its secret is, and how much is sealed to it.

    A key that `waits` is new: it seals once the public log shows it.
    """
    with open_registry() as (_, sessions, keyring), sessions() as session:
        for number, one in enumerate(keyring.ring(RING)):
            state = "seals" if number == 0 else "opens"
            existing = key_rotation.ring_uses(session, one.kid)
            click.echo(f"{'ring':<10} {'':<20} {one.kid}  {state:<8}  {'':<10}  secret here      {existing} values")
        rows = session.execute(select(UnitKey).order_by(UnitKey.unit, UnitKey.holder_kind, UnitKey.id.desc())).scalars()
        for row in rows:
            existing = unit_keys.wraps_under(session, row)
            place = _place(keyring, row)
            click.echo(
                f"{row.holder_kind:<10} {row.unit:<20} {row.kid}  {_state(session, row):<8}  {row.made_on}  secret {place:<8}"
                f"  {existing} boxes' keys"
            )
        if unit_keys.newest_key(session, KeyHolder.ESCROW, unit_keys.ESCROW) is None:
            click.echo(
                "There is no escrow: lost unit keys could not be recovered. See `registry keys escrow init --help`."
            )


@units.command()
@click.argument("unit", required=False)
@click.option("--ring", "is_ring", is_flag=True, help="A new key of the server's own ring instead.")
def rotate(unit: str | None, is_ring: bool) -> None:
    """Make new keys for UNIT and its custodian, or one for the server's ring.

    What is sealed from now on is sealed to them; the former open the rest until `registry keys rewrap` is through.
    """
    if (unit is None) is not is_ring:
        raise click.UsageError("name a unit, or give --ring")
    with open_registry() as (_, sessions, keyring), keyring.alone(), sessions.begin() as session:
        if unit is None:
            _record_made(session, "ring", RING, key_rotation.rotate_ring(keyring))
        else:
            if session.execute(select(Unit.id).where(Unit.reference == unit)).first() is None:
                raise NotFound(f"there is no unit {unit}")
            for kind in unit_keys.OF_UNITS:
                _record_made(session, kind, unit, unit_keys.rotate(session, keyring, kind, unit, _today()).kid)
    click.echo(
        "Once `registry keys units list` says that the new ones seal (the worker puts them into the log first), run\n"
        "`registry keys rewrap`, then `registry keys units retire KID` for the former."
    )


@units.command()
@click.argument("kid")
def retire(kid: str) -> None:
    """Destroy the secret KID, once nothing is sealed to it any more. Destroy its copies in backups too."""
    with open_registry() as (_, sessions, keyring), keyring.alone():
        with sessions.begin() as session:
            is_of_ring = any(one.kid == kid for one in keyring.ring(RING))
            if is_of_ring:
                _require_unused(session, keyring, kid)
                record(session, "keys.retired", RING, on=_today(), actor=OPERATOR, detail=kid)
            else:
                row = unit_keys.retire(session, kid)
                record(
                    session, "keys.retired", row.unit, on=_today(), actor=OPERATOR, detail=f"{row.holder_kind} {kid}"
                )
        # If we crash here the file is still there, nothing needs it, and doing this again removes it.
        if is_of_ring:
            keyring.remove_from_ring(RING, kid)
        else:
            unit_keys.remove_secret(keyring, row)
    click.echo(f"{kid} is retired, and its secret is destroyed here")


@click.group()
def escrow() -> None:
    """A key off line that opens everything, for the day on which the keys here are lost. Keep it in two places, under seal."""


@escrow.command(name="init")
@click.option("--out", required=True, type=ANY_FILE, help="A new file on a medium.")
def init_escrow(out: Path) -> None:
    """Make a new escrow and write its secret to a file that lies outside REGISTRY_HOME: it is kept nowhere here.

    A second one follows the first: run `registry keys rewrap` then, which also seals what was filed before there was any.
    """
    with open_registry() as (settings, sessions, keyring):
        with keyring.alone(), sessions.begin() as session:
            row = unit_keys.make_escrow(session, keyring, out, settings.home, _today())
            record(session, "keys.made", row.unit, on=_today(), actor=OPERATOR, detail=f"{row.holder_kind} {row.kid}")
        click.echo(
            f"made escrow {row.kid}; its secret is in {out} alone: print it, copy it, and take both away from here"
        )
        click.echo("Now run `registry keys rewrap`, so that what was filed before is sealed to it too.")


@escrow.command()
@click.option("--secret", "file", required=True, type=ANY_FILE)
@click.option(
    "--keys-were-lost",
    is_flag=True,
    help="REGISTRY_HOME/keys is gone as a whole: believe each key that the escrow opens, though it is unknown who sealed it.",
)
def recover(file: Path, keys_were_lost: bool) -> None:
    """Let units and custodians whose secrets are lost read their cases again. Safe to kill: run it again.

    They get new keys. Receipts open nothing any more where the whole folder was lost, and what the ring sealed stays lost.
    """
    secret = unit_keys.read_escrow(file)
    with open_registry() as (_, sessions, keyring), keyring.alone():
        with sessions.begin() as session:
            record(session, "escrow.used", unit_keys.ESCROW, on=_today(), actor=OPERATOR)
        done = key_rotation.recover(sessions, Sealer(keyring), secret, _today(), _report, is_bound=not keys_were_lost)
    _report_result(done)


@click.command()
def rewrap() -> None:
    """Seal everything anew that an older key of ring, unit, custodian or escrow still holds.

    Units and custodians whose keys are of X25519 alone get new ones first, of X25519 with ML-KEM-768.

    In batches that are committed one by one, while the registry serves. Safe to kill: run it again, and it goes on with what is
    left. Exit code 0 when nothing is left, 2 otherwise.
    """
    with open_registry() as (_, sessions, keyring):
        with keyring.alone(), sessions.begin() as session:
            for made in unit_keys.replace_former_keys(session, keyring, _today()):
                _record_made(session, made.holder_kind, made.unit, made.kid)
        done = key_rotation.rewrap(sessions, Sealer(keyring), _report)
        with sessions() as session:
            waiting = unit_keys.waiting_keys(session)
            escrow = unit_keys.sealing_key(session, KeyHolder.ESCROW, unit_keys.ESCROW)
            is_former = escrow is not None and unit_keys.is_former(escrow)
    if is_former:
        click.echo("The escrow's key is of X25519 alone: make a new one with `registry keys escrow init`.")
    if waiting:
        click.echo(
            f"{waiting} new keys are not in the public log yet, where the worker puts them: run it again in a minute.",
            err=True,
        )
        raise SystemExit(NOT_WELL)
    _report_result(done)


def _report(what: str, done: int, of: int) -> None:
    click.echo(f"{what}: {done} of {of}")


def _report_result(done: key_rotation.Rewrapped) -> None:
    for trouble in done.troubles:
        click.echo(f"registry: {trouble}", err=True)
    if done.left:
        click.echo(
            f"{done.done} sealed anew; {done.left} are left. Run it again once the reasons above are gone.", err=True
        )
        raise SystemExit(NOT_WELL)
    click.echo(f"{done.done} sealed anew; nothing is left under an older key.")


def _require_unused(session: Session, keyring: Keyring, kid: str) -> None:
    ring = keyring.ring(RING)
    if ring[0].kid == kid:
        raise KeyTrouble(f"{kid} is what is sealed by now: run `registry keys units rotate --ring` first")
    newer = ring[[one.kid for one in ring].index(kid) - 1].kid
    [path] = keyring.folder.glob(f"{RING}-*-{newer}.secret")
    if time.time() - path.stat().st_mtime < SETTLED:
        raise KeyTrouble(
            f"its successor {newer} is minutes old, and something may just be sealed by {kid}: wait ten minutes"
        )
    left = key_rotation.ring_uses(session, kid)
    if left:
        raise KeyTrouble(f"{left} values are still sealed by {kid}: run `registry keys rewrap` first")


def _record_made(session: Session, kind: str, of: str, kid: str) -> None:
    record(session, "keys.made", of, on=_today(), actor=OPERATOR, detail=f"{kind} {kid}")
    click.echo(f"made {kind} {kid}")


def _state(session: Session, row: UnitKey) -> str:
    if row.state is UnitKeyState.RETIRED:
        return "retired"
    present = unit_keys.sealing_key(session, row.holder_kind, row.unit)
    if present is not None and present.id == row.id:
        return "seals"
    return "waits" if present is None or present.id < row.id else "opens"


def _place(keyring: Keyring, row: UnitKey) -> str:
    if row.holder_kind is KeyHolder.ESCROW:
        return "off line"
    return "here" if unit_keys.known_public(keyring, row.holder_kind, row.unit, row.kid) else "not here"


def _today() -> date:
    return day_at(now(), None)
