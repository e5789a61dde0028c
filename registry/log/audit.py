"""Deriving everything anew from the entries, and saying what does not agree: as an outsider would, but from inside."""

import json
from base64 import b64decode
from collections.abc import Iterator
from typing import Any, NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.errors import BadProof, FilesUnavailable, ForkRefused, GuardAway, GuardUnfit, KeyTrouble
from registry.core.keyring import KeyState, Use
from registry.core.settings import Settings
from registry.log import head_guards, note, queries, tree
from registry.log.models import Checkpoint, Entry, LogState, LogTile
from registry.log.witnesses.client import guard_in

BATCH = 4096
MAX_TROUBLES = 20


class Audit(NamedTuple):
    """What was found: size and root as derived, how many heads were checked, and what does not agree.

    `is_mendable` says that only what follows from the entries is damaged: `registry log rebuild-tiles` makes it anew.
    """

    size: int
    root: bytes
    heads: int
    troubles: list[str]
    is_mendable: bool


class KeyChain:
    """The states of the keys as entries say them one after the other."""

    def __init__(self) -> None:
        self.records: dict[str, dict[str, Any]] = {}
        self.heads: dict[str, list[tuple[int, str]]] = {}
        self.roots: list[x509.Certificate] = []

    def read(self, index: int, record: dict[str, Any]) -> str | None:
        """Take one key event; words when it may not follow."""
        kid, state = record["kid"], record["state"]
        former = self.records.get(kid)
        if former is None and state != KeyState.ACTIVE:
            return f"entry {index}: the key {kid} is {state} and was never added"
        if former is not None and (
            any(former[part] != record[part] for part in ("use", "public", "alg"))
            or former.get("holder") != record.get("holder")
            or state == KeyState.ACTIVE
            or former["state"] == KeyState.COMPROMISED
        ):
            return f"entry {index}: the key {kid} was {former['state']} and cannot become {state}, or another key"
        self.records[kid] = record
        if "certificate" in record and former is None:
            return self._check_certificate(index, record)
        return None

    def _check_certificate(self, index: int, record: dict[str, Any]) -> str | None:
        try:
            certificate = x509.load_der_x509_certificate(b64decode(record["certificate"]))
            if record["use"] == Use.ROOT:
                certificate.verify_directly_issued_by(certificate)
                self.roots.append(certificate)
                return None
            issuers = [root for root in self.roots if root.subject == certificate.issuer]
            if not issuers:
                return f"entry {index}: no root in the log issued the certificate of {record['kid']}"
            certificate.verify_directly_issued_by(issuers[-1])
        except (ValueError, TypeError, InvalidSignature):
            return f"entry {index}: the certificate of {record['kid']} does not verify"
        return None


def audit(session: Session, settings: Settings) -> Audit:
    """Read every entry, and compare tiles, frontier, heads, keys and copies of the newest head with what they lead to."""
    troubles: list[str] = []
    state = session.execute(select(LogState)).scalar_one()
    chain = KeyChain()
    hashes: list[bytes] = []
    last_at, prevs = None, dict[str, int]()
    for entry in _entries(session):
        if len(hashes) != entry.place:
            troubles.append(f"entry {len(hashes)} is missing")
            break
        hashes.append(tree.leaf_hash(entry.leaf))
        _check_entry(entry, prevs, chain, troubles)
        if last_at is not None and entry.at < last_at:
            troubles.append(f"entry {entry.place} is said to be older than the one before it")
        last_at = entry.at
        if len(troubles) > MAX_TROUBLES:
            break
    if len(hashes) != state.size:
        troubles.append(f"the log says that it has {state.size} entries, and {len(hashes)} could be read")
    levels = tree.levels_of(hashes)
    read = tree.reading(levels)
    size = len(hashes)
    root = tree.root_at(read, size)
    heads = _check_heads(session, read, size, troubles)
    _check_checkpoint_copies(session, settings, state, read, size, troubles)
    derived: list[str] = []
    if state.hashed == size and tree.root_of(tree.split(state.frontier or b"")) != root:
        derived.append("the frontier does not follow from the entries")
    _check_tiles(session, levels, state.hashed, derived)
    is_mendable = bool(derived) and not troubles
    return Audit(size, root, heads, (derived + troubles)[:MAX_TROUBLES], is_mendable)


def _entries(session: Session) -> Iterator[Any]:
    columns = (Entry.index.label("place"), Entry.key, Entry.prev, Entry.type, Entry.at, Entry.leaf)
    after = -1
    while True:
        # By the key and not by a cursor held open: the log may be written meanwhile.
        rows = session.execute(select(*columns).where(Entry.index > after).order_by(Entry.index).limit(BATCH)).all()
        yield from rows
        if len(rows) < BATCH:
            return
        after = rows[-1].place


def _check_entry(entry: Any, prevs: dict[str, int], chain: KeyChain, troubles: list[str]) -> None:
    try:
        leaf = json.loads(entry.leaf)
        given = (leaf["index"], leaf["key"], leaf["type"], leaf.get("prev"))
    except (ValueError, KeyError, TypeError, AttributeError):
        troubles.append(f"entry {entry.place} cannot be read")
        return
    if given != (entry.place, entry.key, entry.type, entry.prev):
        troubles.append(f"entry {entry.place}: the columns say something else than its bytes")
    if prevs.get(entry.key) != leaf.get("prev"):
        troubles.append(f"entry {entry.place} does not follow the last entry of {entry.key}")
    prevs[entry.key] = entry.place
    if entry.key.startswith((queries.KEYS, queries.HEAD_KEYS, queries.UNIT_KEYS)):
        try:
            trouble = chain.read(entry.place, leaf["record"])
        except (KeyError, TypeError):
            trouble = f"entry {entry.place} is no description of a key"
        if trouble is not None:
            troubles.append(trouble)


def _check_tiles(session: Session, levels: list[list[bytes]], hashed: int, troubles: list[str]) -> None:
    read = tree.reading(levels)
    wanted = {
        (level, number)
        for level in range(len(levels))
        for number in range(-(-(hashed >> tree.HEIGHT * level) // tree.WIDTH))
        if level or (number + 1) * tree.WIDTH <= hashed
    }
    for level, number, stored in session.execute(select(LogTile.level, LogTile.number, LogTile.hashes)):
        wanted.discard((level, number))
        derived = read(level, number)
        # Entries that came in after the reading have lengthened the last tile of a level.
        if stored[: len(derived)] != derived:
            troubles.append(f"the tile {tree.tile_path(level, number)} does not follow from the entries")
    troubles += [f"the tile {tree.tile_path(level, number)} is missing" for level, number in sorted(wanted)]


def _check_heads(session: Session, read: tree.ReadTile, size: int, troubles: list[str]) -> int:
    keys = [key for key in queries.logged_keys(session).values() if key.use in (Use.LOG, Use.LOG_ML_DSA)]
    policies = _policies(session, troubles)
    count = 0
    for stored in session.execute(select(Checkpoint).where(Checkpoint.size <= size).order_by(Checkpoint.id)).scalars():
        count += 1
        # From inside every key of ours counts, lost ones too: whether the head follows is seen from the entries.
        known = [
            note.VerifierKey(
                stored.origin, note.ED25519 if key.use is Use.LOG else note.ML_DSA, queries.raw_public(key.public)
            )
            for key in keys
        ]
        try:
            head = note.verify_checkpoint(stored.note, known)
        except BadProof as wrong:
            troubles.append(f"the head of {stored.size} entries: {wrong.text}")
            continue
        if head.size != stored.size or head.root != stored.root:
            troubles.append(f"the head of {stored.size} entries signs something else than its row says")
        elif tree.root_at(read, head.size) != head.root:
            troubles.append(f"the head of {head.size} entries does not follow from the entries")
        _check_witnesses(stored, policies, troubles)
    return count


def _policies(session: Session, troubles: list[str]) -> list[tuple[int, note.WitnessPolicy]]:
    """What was asked of witnesses from which entry on; nothing before the first."""
    found = [(-1, note.WitnessPolicy())]
    query = select(Entry.index.label("place"), Entry.leaf).where(Entry.key == queries.POLICY).order_by(Entry.index)
    for entry in session.execute(query):
        try:
            found.append((entry.place, note.read_policy("\n".join(json.loads(entry.leaf)["record"]["lines"]))))
        except (ValueError, KeyError, TypeError, BadProof):
            troubles.append(f"entry {entry.place} is no policy")
    return found


def _check_witnesses(stored: Checkpoint, policies: list[tuple[int, note.WitnessPolicy]], troubles: list[str]) -> None:
    """Every cosignature must be true; a head that is shown has enough of them, by its own policy or by a later one."""
    own = max(place for place, (index, _) in enumerate(policies) if index < stored.size)
    is_enough = False
    for _, policy in policies[own:]:
        try:
            is_enough |= policy.is_met(set(policy.cosigned(note.read_note(stored.note))))
        except BadProof as wrong:
            troubles.append(f"the head of {stored.size} entries: {wrong.text}")
            return
    if stored.is_witnessed and not is_enough:
        troubles.append(
            f"the head of {stored.size} entries is shown, and fewer witnesses signed it than the policy asks"
        )


def _check_checkpoint_copies(
    session: Session, settings: Settings, state: LogState, read: tree.ReadTile, size: int, troubles: list[str]
) -> None:
    guard = head_guards.guard_of(settings)
    try:
        known = {head_guards.last_signed(settings.home)}
        if guard is not None and state.origin is not None:
            known.add(guard.read(state.origin).head)
        trouble = _seen_by_witness(session, settings, state)
    except (ForkRefused, FilesUnavailable, GuardAway, GuardUnfit, KeyTrouble) as wrong:
        troubles.append(wrong.text)
        return
    troubles += [trouble] if trouble is not None else []
    for last in known:
        if last is None or last.origin != state.origin:
            continue
        if last.size > size:
            troubles.append(
                f"a head of {last.size} entries was signed, and there are {size}: the database is an older copy. Put a newer "
                "one back, or go on under another name with `registry log recover`"
            )
        elif tree.root_at(read, last.size) != last.root:
            troubles.append(f"the first {last.size} entries are not those that were signed last")


def _seen_by_witness(session: Session, settings: Settings, state: LogState) -> str | None:
    """Words where the witness of the guard cosigned a later head than the database has."""
    witness = guard_in(queries.policy(session), settings.guard_witness)
    newest = queries.newest_checkpoint(session, state.origin)
    if witness is None or newest is None or not witness.has_cosigned(newest.note):
        return None
    seen = witness.ask(note.Checkpoint(newest.origin, newest.size, newest.root), newest.note)
    if seen.size <= newest.size:
        return None
    return (
        f"a head of {seen.size} entries was signed, the witness {witness.witness.name} says, and the newest one here has "
        f"{newest.size}: unless the worker signs it now, the database is an older copy"
    )
