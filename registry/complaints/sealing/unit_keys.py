"""The keys of units, their custodians and the escrow: which is sealed to now, how one is made, and when one may go.

A unit's secrets are files in the folder of keys, and its public keys rows of a table. The secret is on the disk before its
row is committed: if we crash between the two there is a secret that nothing is sealed to.

The public log has an entry for each key, added and taken back, which the worker appends. Sealed to is the newest key that
the published head covers, so that no key is used before everybody can see it (decision 0209).

The escrow is a key whose secret is kept offline, for the day on which every other one is lost. Its file is three lines that
can be printed and typed: what it is, the key's id, and the 32 bytes of the secret in base64url.
"""

import json
import os
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, tuple_
from sqlalchemy.orm import Session

from registry.complaints.sealing.envelopes import KEY_BYTES, X25519_BYTES, key_id_of, public_of, public_with
from registry.complaints.sealing.models import UnitKey, UnitKeyState, WrappedKey
from registry.core.db.locking import lock_or_none
from registry.core.errors import KeyNotLogged, KeyTrouble
from registry.core.keyring import Keyring, KeyState, read_private
from registry.log.actions import Draft, append
from registry.log.models import Entry, LogState
from registry.log.queries import UNIT_KEYS, entries_of, entries_under, published_size
from registry.vocabulary.cases import KeyHolder
from registry.vocabulary.supervision import EntryType

ESCROW = "escrow"
"""What the escrow is called where others have the reference of their unit."""

Holder = tuple[KeyHolder, str]
"""A kind of holder, and which: the reference of a unit, or `escrow`."""

AGENCY = "agency-"
"""What the reference of a unit that stands for an agency begins with. Its keys are not in the log: that an agency was given
some tells that it is heard. No other unit's reference begins so (case/units.py)."""

OF_UNITS = (KeyHolder.UNIT, KeyHolder.CUSTODIAN)
_IN_FILE_NAMES = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")


# Built once: building such a statement costs more than running it.
_ACTIVE = (
    select(UnitKey)
    .where(
        UnitKey.state == UnitKeyState.ACTIVE,
        tuple_(UnitKey.holder_kind, UnitKey.unit).in_(bindparam("holders", expanding=True)),
    )
    .order_by(UnitKey.id.desc())
)
_LOCKED = _ACTIVE.with_for_update(read=True)


class HolderKey(NamedTuple):
    """What is sealed to: id and public key of a holder."""

    kind: KeyHolder
    holder: str
    kid: str
    public: bytes


class LoggedUnitKey(NamedTuple):
    """A key of a unit, custodian or escrow as its latest entry in the log says. `added_index` is that of its first one."""

    key: HolderKey
    is_active: bool
    added_index: int


def active_keys(session: Session, holders: Sequence[Holder], *, is_locked: bool = False) -> dict[Holder, list[UnitKey]]:
    """Each holder's active keys, the newest first; `is_locked`: against being retired until the transaction ends."""
    found: dict[Holder, list[UnitKey]] = {holder: [] for holder in holders}
    for row in session.execute(_LOCKED if is_locked else _ACTIVE, {"holders": holders}).scalars():
        found[row.holder_kind, row.unit].append(row)
    return found


def sealing_keys(session: Session, holders: Sequence[Holder], *, is_locked: bool = False) -> dict[Holder, UnitKey]:
    """Of each holder that has one the key that is sealed to now: its newest active one that the published log knows.

    An agency's keys are not in the log. While the published log has no entry of a unit's key at all, the newest is taken: it
    has no head yet, or none since the registry began to log such keys.
    """
    rows = active_keys(session, holders, is_locked=is_locked)
    size, known = published_size(session), entries_of_keys(session, [row.kid for keys in rows.values() for row in keys])
    is_silent = not any(one.added_index < size for one in known.values()) and not entries_under(
        session, UNIT_KEYS, size, 1
    )
    found = {}
    for holder, keys in rows.items():
        for row in keys:
            logged = known.get(row.kid)
            is_known = logged is not None and logged[:2] == (_key_of(row), True) and logged.added_index < size
            if is_known or is_silent or holder[1].startswith(AGENCY):
                found[holder] = row
                break
    return found


def sealing_key(session: Session, kind: KeyHolder, holder: str) -> UnitKey | None:
    """As `sealing_keys`, of one holder, locked."""
    return sealing_keys(session, [(kind, holder)], is_locked=True).get((kind, holder))


def newest_key(session: Session, kind: KeyHolder, holder: str) -> UnitKey | None:
    """The newest active key of a holder, whether or not the log knows it yet."""
    return next(iter(active_keys(session, [(kind, holder)])[kind, holder]), None)


def waiting_keys(session: Session) -> int:
    """How many holders have a newer key than the one that is sealed to now."""
    holders = [(kind, unit) for kind, unit in session.execute(select(UnitKey.holder_kind, UnitKey.unit).distinct())]
    rows, present = active_keys(session, holders), sealing_keys(session, holders)
    return sum(bool(keys) and present.get(holder) != keys[0] for holder, keys in rows.items())


def can_seal_to(session: Session, unit: str) -> bool:
    """Whether there are keys of a unit and its custodian to which a complaint may be sealed now.

    A unit whose keys the log is yet to show takes nothing until then: what would come to it goes where it went before.
    """
    return len(sealing_keys(session, [(kind, unit) for kind in OF_UNITS])) == len(OF_UNITS)


def holder_keys(
    session: Session, keyring: Keyring, holders: Sequence[Holder], *, optional: KeyHolder | None = None
) -> list[HolderKey]:
    """The keys to seal to (`sealing_keys`). Their rows stay locked, so that none is retired meanwhile. `optional` may lack one.

    The folder must hold the same keys: a row that was written into the table by hand is refused. Raises KeyTrouble, and
    KeyNotLogged where the log knows none of a holder's keys.
    """
    rows = sealing_keys(session, holders, is_locked=True)
    found = []
    for kind, holder in holders:
        row = rows.get((kind, holder))
        if row is None:
            if kind is optional:
                continue
            raise _not_sealed_to(session, kind, holder)
        if known_public(keyring, kind, holder, row.kid) != row.public_key:
            raise KeyTrouble(
                f"the {kind} key {row.kid} of {holder} in the database is not the one in {keyring.folder}: "
                "find out who changed it before anything is sealed to it"
            )
        found.append(_key_of(row))
    return found


def _not_sealed_to(session: Session, kind: KeyHolder, holder: str) -> KeyTrouble | KeyNotLogged:
    row = newest_key(session, kind, holder)
    if row is None:
        return KeyTrouble(f"there is no {kind} key of {holder}; make one with `registry keys units rotate {holder}`")
    known, key = entries_of_keys(session, [row.kid]).get(row.kid), f"the {kind} key {row.kid} of {holder}"
    if known is not None and not known.is_active:
        return KeyNotLogged(f"{key} was taken back in the public log: nothing is sealed to it", row.kid)
    if known is not None and known.key != _key_of(row):
        return KeyNotLogged(f"{key} is another one in the public log: nothing is sealed to it", row.kid)
    return KeyNotLogged(
        f"the public log does not show {key} yet: nothing is sealed to it before; try again in a minute", row.kid
    )


# Keys in the log


class Logging(NamedTuple):
    """What was appended of keys, and what could not be: sentences that name the key."""

    appended: int
    troubles: list[str]


def log_unit_keys(session: Session, keyring: Keyring) -> Logging:
    """Append to the log what it does not say yet of keys that were added or retired. The caller commits.

    The log begins with something else, so that an empty registry stays open to demo data. A row that the folder of keys does
    not know, or that contradicts the log, is not appended, and named.
    """
    state = session.execute(select(LogState)).scalar_one()
    if not state.size or state.closed_at is not None:
        return Logging(0, [])
    logged = {one.key.kid: one for one in _read(entries_under(session, UNIT_KEYS)).values()}
    drafts, troubles = [], []
    for row in session.execute(select(UnitKey).order_by(UnitKey.id)).scalars():
        if row.unit.startswith(AGENCY):
            continue
        known, key = logged.pop(row.kid, None), _key_of(row)
        is_active = row.state is UnitKeyState.ACTIVE
        if known is None and is_active and known_public(keyring, *key[:3]) != row.public_key:
            troubles.append(
                f"the {key.kind} key {key.kid} of {key.holder} is not in {keyring.folder}: it is not logged"
            )
        elif known is not None and (known.key != key or (is_active and not known.is_active)):
            troubles.append(
                f"the {key.kind} key {key.kid} of {key.holder} is another in the log, or was taken back there"
            )
        elif is_active if known is None else known.is_active is not is_active:
            drafts.append(_draft(key, is_active=is_active))
    for gone in logged.values():
        if gone.is_active:
            troubles.append(
                f"the {gone.key.kind} key {gone.key.kid} of {gone.key.holder} is in the log, and its row is gone"
            )
    if drafts:
        append(session, drafts)
    return Logging(len(drafts), troubles)


def _draft(key: HolderKey, *, is_active: bool) -> Draft:
    record = {
        "alg": "X25519" if len(key.public) == X25519_BYTES else "X-Wing",
        "holder": key.holder,
        "kid": key.kid,
        "public": urlsafe_b64encode(key.public).decode().rstrip("="),
        "state": (KeyState.ACTIVE if is_active else KeyState.RETIRED).value,
        "use": key.kind.value,
    }
    kind = EntryType.UNIT_KEY_ADDED if is_active else EntryType.UNIT_KEY_RETIRED
    return Draft(f"{UNIT_KEYS}{key.kid}", kind, record, is_first=is_active)


def entries_of_keys(session: Session, kids: Collection[str]) -> dict[str, LoggedUnitKey]:
    """What all of the log says of these keys, whether or not a head covers it: one that was taken back is so at once."""
    return _read(entries_of(session, *(f"{UNIT_KEYS}{kid}" for kid in kids)))


def _read(entries: Sequence[Entry]) -> dict[str, LoggedUnitKey]:
    found: dict[str, LoggedUnitKey] = {}
    for entry in entries:
        record = json.loads(entry.leaf)["record"]
        kid, public = record["kid"], record["public"]
        key = HolderKey(
            KeyHolder(record["use"]), record["holder"], kid, urlsafe_b64decode(public + "=" * (-len(public) % 4))
        )
        before = found.get(kid)
        # One that was taken back does not come back.
        is_active = record["state"] == KeyState.ACTIVE and before is None
        found[kid] = LoggedUnitKey(key, is_active, before.added_index if before else entry.index)
    return found


def _key_of(row: UnitKey) -> HolderKey:
    return HolderKey(row.holder_kind, row.unit, row.kid, row.public_key)


def known_public(keyring: Keyring, kind: KeyHolder, holder: str, kid: str) -> bytes | None:
    """The public key of that id by the folder of keys; None when it is not there."""
    for one in keyring.ring(ring_of(kind, holder)):
        if one.kid == kid:
            return one.body if kind is KeyHolder.ESCROW else public_with(one.body, kid)
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


def replace_former_keys(session: Session, keyring: Keyring, today: date) -> list[UnitKey]:
    """New keys of units and custodians that have none but of X25519 alone, where their secrets are here. Gives the new ones."""
    query = select(UnitKey.holder_kind, UnitKey.unit).where(
        UnitKey.state == UnitKeyState.ACTIVE, UnitKey.holder_kind.in_(OF_UNITS)
    )
    holders = [(kind, unit) for kind, unit in session.execute(query.distinct().order_by(UnitKey.unit))]
    return [
        rotate(session, keyring, kind, unit, today)
        for (kind, unit), keys in active_keys(session, holders).items()
        if is_former(keys[0]) and known_public(keyring, kind, unit, keys[0].kid) == keys[0].public_key
    ]


def is_former(key: UnitKey) -> bool:
    """Whether a key is of X25519 alone, as it was made before there were X-Wing keys."""
    return len(key.public_key) == X25519_BYTES


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
    """Let a key go that nothing is sealed to any more. Commit, then `remove_secret`; the worker says so in the log.

    Raises KeyTrouble for the one of its holder that is sealed to now, and while wraps are left under it.
    """
    row = lock_or_none(session, UnitKey, UnitKey.kid == kid)
    if row is None:
        raise KeyTrouble(f"there is no key {kid}: see `registry keys units list`")
    present = sealing_key(session, row.holder_kind, row.unit)
    if present is not None and present.kid == kid:
        raise KeyTrouble(
            f"{kid} is what is sealed to now: run `registry keys units rotate {row.unit}` first, and wait until the log shows "
            "the new key"
        )
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
        holder_kind=kind, unit=unit, kid=key_id_of(public), public_key=public, state=UnitKeyState.ACTIVE, made_on=today
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
        is_whole = " ".join(lines[:-2]) == FIRST_LINE and public_with(secret, lines[-2]) is not None
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
