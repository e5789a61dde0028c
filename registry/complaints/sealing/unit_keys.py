"""The keys of units, their custodians and the escrow: which is sealed to now, how one is made, and when one may go.

A unit's secrets are files in the folder of keys, and its public keys rows of a table. The secret is on the disk before its
row is committed: if we crash between the two there is a secret that nothing is sealed to.

The escrow is a key whose secret is kept offline, for the day on which every other one is lost. Its file is three lines that
can be printed and typed: what it is, the key's id, and the 32 bytes of the secret in base64url.
"""

import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from registry.complaints.sealing.envelopes import KEY_BYTES, key_id_of, public_of
from registry.complaints.sealing.models import KeyHolder, UnitKey, UnitKeyState, WrappedKey
from registry.core.db.locking import lock_or_none
from registry.core.errors import KeyTrouble
from registry.core.keyring import Keyring, read_private

ESCROW = "escrow"
"""What the escrow is called where others have the reference of their unit."""

Holder = tuple[KeyHolder, str]
"""A kind of holder, and which: the reference of a unit, or `escrow`."""

OF_UNITS = (KeyHolder.UNIT, KeyHolder.CUSTODIAN)
_IN_FILE_NAMES = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


# Built once: building such a statement costs more than running it.
_ACTIVE = (
    select(UnitKey)
    .where(
        UnitKey.state == UnitKeyState.ACTIVE,
        tuple_(UnitKey.holder_kind, UnitKey.unit).in_(bindparam("holders", expanding=True)),
    )
    .order_by(UnitKey.id)
    .with_for_update(read=True)
)


class HolderKey(NamedTuple):
    """What is sealed to: id and public key of a holder."""

    kind: KeyHolder
    holder: str
    kid: str
    public: bytes


def newest_keys(session: Session, holders: Sequence[Holder]) -> dict[Holder, UnitKey]:
    """Of each holder that has one the key that is sealed to now, locked against being retired until the transaction ends."""
    rows = session.execute(_ACTIVE, {"holders": holders}).scalars()
    return {(row.holder_kind, row.unit): row for row in rows}


def newest_key(session: Session, kind: KeyHolder, holder: str) -> UnitKey | None:
    """As `newest_keys`, of one holder."""
    return newest_keys(session, [(kind, holder)]).get((kind, holder))


def holder_keys(
    session: Session, keyring: Keyring, holders: Sequence[Holder], *, optional: KeyHolder | None = None
) -> list[HolderKey]:
    """The holders' current keys. Their rows stay locked, so that no key is retired meanwhile. `optional` may lack one.

    The folder must hold the same keys: a row that was written into the table by hand is refused. Raises KeyTrouble.
    """
    rows = newest_keys(session, holders)
    found = []
    for kind, holder in holders:
        row = rows.get((kind, holder))
        if row is None:
            if kind is optional:
                continue
            raise KeyTrouble(f"there is no {kind} key of {holder}; make one with `registry keys units rotate {holder}`")
        if known_public(keyring, kind, holder, row.kid) != row.public_key:
            raise KeyTrouble(
                f"the {kind} key {row.kid} of {holder} in the database is not the one in {keyring.folder}: "
                "find out who changed it before anything is sealed to it"
            )
        found.append(HolderKey(kind, holder, row.kid, row.public_key))
    return found


def known_public(keyring: Keyring, kind: KeyHolder, holder: str, kid: str) -> bytes | None:
    """The public key of that id by the folder of keys; None when it is not there."""
    for one in keyring.ring(ring_of(kind, holder)):
        if one.kid == kid:
            return one.body if kind is KeyHolder.ESCROW else public_of(one.body)
    return None


def secret_of(keyring: Keyring, kind: KeyHolder, holder: str, kid: str) -> bytes:
    """The secret of a unit or custodian by its id; no other is tried. Raises KeyTrouble when it is not here."""
    for one in keyring.ring(ring_of(kind, holder)):
        if one.kid == kid and kind in OF_UNITS:
            return one.body
    raise KeyTrouble(
        f"the {kind} secret {kid} of {holder} is not in {keyring.folder}: "
        "put it back from a backup, or use `registry keys escrow recover`"
    )


def ring_of(kind: KeyHolder, holder: str) -> str:
    """The name of a holder's ring in the folder of keys; that of the escrow holds public keys."""
    return "escrow-public" if kind is KeyHolder.ESCROW else f"{kind}-{holder}"


def make_unit_keys(session: Session, keyring: Keyring, unit: str, today: date) -> list[UnitKey]:
    """The keys that a unit and its custodian lack, made; nothing where they have some. `unit` is the unit's reference."""
    return [rotate(session, keyring, kind, unit, today) for kind in OF_UNITS if newest_key(session, kind, unit) is None]


def rotate(session: Session, keyring: Keyring, kind: KeyHolder, unit: str, today: date) -> UnitKey:
    """A new key of a unit or its custodian: what is sealed from now on is sealed to it, the former still opens the rest."""
    if not _IN_FILE_NAMES.fullmatch(unit):
        raise KeyTrouble(
            "a unit's reference is up to 40 small letters, digits and hyphens: its secrets are files of that name"
        )
    made = keyring.add_to_ring(ring_of(kind, unit), lambda secret: key_id_of(public_of(secret)))
    return _added(session, kind, unit, public_of(made.body), today)


def add_escrow_key(session: Session, keyring: Keyring, public: bytes, today: date) -> UnitKey:
    """Seal to this escrow from now on. Its secret was never here; the folder remembers the public key."""
    if known_public(keyring, KeyHolder.ESCROW, ESCROW, key_id_of(public)) is None:
        keyring.add_to_ring(ring_of(KeyHolder.ESCROW, ESCROW), key_id_of, public)
    known = select(UnitKey).where(UnitKey.holder_kind == KeyHolder.ESCROW, UnitKey.kid == key_id_of(public))
    return session.execute(known).scalar_one_or_none() or _added(session, KeyHolder.ESCROW, ESCROW, public, today)


def retire(session: Session, kid: str) -> UnitKey:
    """Let a key go that nothing is sealed to any more. Commit, then `remove_secret`.

    Raises KeyTrouble for the newest of its holder, and while wraps are left under it.
    """
    row = lock_or_none(session, UnitKey, UnitKey.kid == kid)
    if row is None:
        raise KeyTrouble(f"there is no key {kid}: see `registry keys units list`")
    newest = newest_key(session, row.holder_kind, row.unit)
    if newest is not None and newest.kid == kid:
        raise KeyTrouble(f"{kid} is what is sealed to now: run `registry keys units rotate {row.unit}` first")
    left = wraps_under(session, row)
    if left:
        raise KeyTrouble(f"{left} keys of boxes are still sealed to {kid} alone: run `registry keys rewrap` first")
    row.state = UnitKeyState.RETIRED
    session.flush()
    return row


def remove_secret(keyring: Keyring, row: UnitKey) -> None:
    """The secret of a key whose retirement was committed. If we crash before, doing it again removes it."""
    keyring.remove_from_ring(ring_of(row.holder_kind, row.unit), row.kid)


def wraps_under(session: Session, row: UnitKey) -> int:
    of_key = (WrappedKey.holder_kind == row.holder_kind, WrappedKey.holder == row.unit, WrappedKey.kid == row.kid)
    return session.execute(select(func.count()).select_from(WrappedKey).where(*of_key)).scalar_one()


def _added(session: Session, kind: KeyHolder, unit: str, public: bytes, today: date) -> UnitKey:
    row = UnitKey(
        holder_kind=kind,
        unit=unit,
        kid=key_id_of(public),
        public_key=public,
        state=UnitKeyState.ACTIVE,
        made_on=today,
    )
    session.add(row)
    session.flush()
    return row


FIRST_LINE = "registry escrow secret v1"


def make_escrow(session: Session, keyring: Keyring, path: Path, home: Path, today: date) -> UnitKey:
    """A new escrow, its secret in `path` and nowhere else.

    Raises KeyTrouble for a place within the home, and for a file that is there already.
    """
    if path.resolve().is_relative_to(home.resolve()):
        raise KeyTrouble(f"{path} lies in {home}: the secret belongs on a medium that is kept off line")
    secret = secrets.token_bytes(KEY_BYTES)
    public = public_of(secret)
    _write(path, f"{FIRST_LINE}\n{key_id_of(public)}\n{urlsafe_b64encode(secret).decode()}\n")
    return add_escrow_key(session, keyring, public, today)


def read_escrow(path: Path) -> bytes:
    """The secret of a file. Raises KeyTrouble when it is none, damaged, or open to others."""
    lines = read_private(path).decode("utf-8", "replace").split()
    try:
        secret = urlsafe_b64decode(lines[-1])
        is_whole = " ".join(lines[:-2]) == FIRST_LINE and key_id_of(public_of(secret)) == lines[-2]
    except (ValueError, TypeError, IndexError):
        is_whole = False
    if not is_whole:
        raise KeyTrouble(f"{path} holds no escrow secret, or one that was mistyped: take the other copy")
    return secret


def _write(path: Path, text: str) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise KeyTrouble(f"{path} cannot be made ({error.strerror}): name a new file on the medium") from None
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
