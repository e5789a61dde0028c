"""What stands in the log and under which signed head: for the log's addresses, for credentials, and for pages.

Everything here answers from the published head: entries behind it are committed and not yet signed, and are not spoken
of.
"""

import json
import re
from base64 import b64encode, urlsafe_b64decode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.certificates import is_issued_by
from registry.core.clock import instant_text
from registry.core.errors import NotFound
from registry.core.files import write_public
from registry.core.keyring import KeyState, Use
from registry.log import tiles, tree
from registry.log.models import Checkpoint, Entry, LogState, Stamp, Timestamp
from registry.log.note import ED25519, ML_DSA, Proof, VerifierKey, WitnessPolicy, read_note, read_policy
from registry.log.note import Checkpoint as Head

KEYS, HEAD_KEYS, UNIT_KEYS, POLICY = "key/", "head-key/", "unit-key/", "policy/log"
"""Prefixes of keys of entries. A reader that knows no ML-DSA passes over `HEAD_KEYS`; under `UNIT_KEYS` stand the keys to
which complaints are sealed (registry.complaints.sealing.unit_keys)."""

TURN = re.compile(r"(?P<name>.*)-(?P<turn>[0-9]{1,4})")
"""The name of a log that went on under another one: `host/log-2`."""


class Published(NamedTuple):
    """The newest head that is shown: signed, and cosigned by as many witnesses as the policy asks for.

    `witnesses` are those that signed it, by the policy's names, with the time of each in seconds since 1970.
    """

    origin: str
    size: int
    root: bytes
    note: str
    signed_at: datetime
    witnesses: dict[str, int]


@dataclass(frozen=True, slots=True)
class LoggedKey:
    """A key as its latest entry says. `index` and `at` are those of the entry, `added_index` that of its first."""

    kid: str
    use: Use
    alg: str
    public: dict[str, str]
    state: KeyState
    certificate: str | None
    last_good_index: int | None
    index: int
    at: datetime
    added_index: int


class StampedHead(NamedTuple):
    """A head with its stamps: what was stamped is `text`, the checkpoint's three lines."""

    size: int
    text: str
    stamps: tuple[Timestamp, ...]


def published(session: Session) -> Published | None:
    """The head that is shown now; None while nothing was signed, or not by enough witnesses yet."""
    found = session.execute(
        select(Checkpoint)
        .join(LogState, LogState.origin == Checkpoint.origin)
        .where(Checkpoint.is_witnessed.is_(True))
        .order_by(Checkpoint.size.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        return None
    witnesses = policy(session).cosigned(read_note(found.note)) if found.note.count("\n") > _OWN_LINES else {}
    return Published(found.origin, found.size, found.root, found.note, found.signed_at, witnesses)


def newest_checkpoint(session: Session, origin: str | None) -> Checkpoint | None:
    """The newest signed head under a name, shown or not."""
    query = select(Checkpoint).where(Checkpoint.origin == origin).order_by(Checkpoint.size.desc()).limit(1)
    return session.execute(query).scalar_one_or_none()


def published_size(session: Session) -> int:
    """How many entries the head that is shown now is over; 0 while there is none."""
    shown = select(func.max(Checkpoint.size)).join(LogState, LogState.origin == Checkpoint.origin)
    return session.execute(shown.where(Checkpoint.is_witnessed.is_(True))).scalar_one() or 0


_OWN_LINES = 5
"""Lines of a checkpoint with one signature alone; more lines may be cosignatures of witnesses."""


def head(session: Session) -> Published:
    """As `published`; NotFound where there is none."""
    found = published(session)
    if found is None:
        raise NotFound("nothing of this log was published yet")
    return found


def proof(session: Session, index: int, under: Published | None = None) -> Proof:
    """The proof of one entry under the published head. NotFound behind it."""
    checkpoint = under or head(session)
    if not 0 <= index < checkpoint.size:
        raise NotFound(f"the published log has {checkpoint.size} entries, and none at index {index}")
    return Proof(index, tuple(tree.inclusion_proof(tiles.reader(session), index, checkpoint.size)), checkpoint.note)


def proof_text(session: Session, index: int) -> str:
    """As `proof`, as C2SP tlog-proof text."""
    return proof(session, index).text()


def consistency(session: Session, old: int, size: int) -> list[bytes]:
    """The proof that the tree of `size` begins with that of `old`; both within what was appended."""
    return tree.consistency_proof(tiles.reader(session), old, size)


def latest_entry(session: Session, key: str, below: int | None = None) -> Entry | None:
    """The last entry of a key (`licence/...`), of those below an index if one is given."""
    query = select(Entry).where(Entry.key == key).order_by(Entry.index.desc()).limit(1)
    if below is not None:
        query = query.where(Entry.index < below)
    return session.scalars(query).one_or_none()


def entries_of(session: Session, *keys: str) -> Sequence[Entry]:
    """All entries of some keys, the oldest first."""
    query = select(Entry).where(Entry.key.in_(keys)).order_by(Entry.index)
    return session.scalars(query).all() if keys else []


def entries_under(session: Session, prefix: str, below: int | None = None, limit: int | None = None) -> Sequence[Entry]:
    """All entries whose keys begin with a prefix (`key/`), the oldest first; of those below an index if one is given."""
    # A slash is followed by a nought in every byte order: the keys between are those with the prefix.
    query = select(Entry).where(Entry.key >= prefix, Entry.key < f"{prefix[:-1]}0").order_by(Entry.index).limit(limit)
    if below is not None:
        query = query.where(Entry.index < below)
    return session.scalars(query).all()


def entry_at(session: Session, index: int) -> Entry:
    """One entry. NotFound where there is none."""
    found = session.get(Entry, index)
    if found is None:
        raise NotFound(f"there is no entry at index {index}")
    return found


def newest_entries(session: Session, below: int, limit: int) -> Sequence[Entry]:
    """The last entries below an index, the newest first."""
    query = select(Entry).where(Entry.index < below).order_by(Entry.index.desc()).limit(limit)
    return session.scalars(query).all()


def logged_keys(session: Session) -> dict[str, LoggedKey]:
    """Every key the log knows, by kid, as its latest entry says; the order is that of their first entries."""
    entries = [*entries_under(session, KEYS), *entries_under(session, HEAD_KEYS)]
    found: dict[str, LoggedKey] = {}
    for entry in sorted(entries, key=lambda one: one.index):
        record = json.loads(entry.leaf)["record"]
        kid = record["kid"]
        found[kid] = LoggedKey(
            kid,
            Use(record["use"]),
            record["alg"],
            record["public"],
            KeyState(record["state"]),
            record.get("certificate"),
            record.get("last_good_index"),
            entry.index,
            entry.at,
            found[kid].added_index if kid in found else entry.index,
        )
    return found


def verifier_keys(session: Session) -> list[VerifierKey]:
    """The keys checkpoints of this log verify with: the active first, then the retired, each newest first."""
    origin = session.execute(select(LogState.origin)).scalar_one()
    return [] if origin is None else verifier_keys_of(origin, list(logged_keys(session).values()))


def verifier_keys_of(origin: str, keys: Sequence[LoggedKey]) -> list[VerifierKey]:
    own = [key for key in reversed(keys) if key.use is Use.LOG and key.state is not KeyState.COMPROMISED]
    own.sort(key=lambda key: key.state is not KeyState.ACTIVE)
    return [VerifierKey(origin, ED25519, raw_public(key.public)) for key in own]


def ml_dsa_keys(session: Session, origin: str) -> list[VerifierKey]:
    """The keys of second signatures under heads, the newest first; none where the registry has none."""
    keys = reversed(logged_keys(session).values())
    own = [key for key in keys if key.use is Use.LOG_ML_DSA and key.state is not KeyState.COMPROMISED]
    return [VerifierKey(origin, ML_DSA, raw_public(key.public)) for key in own]


def raw_public(public: dict[str, str]) -> bytes:
    """The bytes of the JWK of an Ed25519 or ML-DSA-44 key."""
    return urlsafe_b64decode(public["x"] + "=" if "x" in public else public["pub"] + "==")


def policy_lines(session: Session) -> list[str]:
    """The lines of the latest policy entry; that no witness is asked for where there is none."""
    found = latest_entry(session, POLICY)
    return list(json.loads(found.leaf)["record"]["lines"]) if found is not None else ["quorum none"]


def policy(session: Session) -> WitnessPolicy:
    return read_policy("\n".join(policy_lines(session)))


def trust_file(session: Session, public_url: str) -> dict[str, object]:
    """The trust file that a verifier keeps (docs/users/proofs.md). NotFound while nothing is published."""
    checkpoint = head(session)
    keys = logged_keys(session).values()
    root = next((key for key in reversed(keys) if key.use is Use.ROOT and key.state is KeyState.ACTIVE), None)
    signing = [key for key in keys if key.state is not KeyState.COMPROMISED and key.use is not Use.ROOT]
    return {
        "v": 1,
        "issuer": public_url,
        "origin": checkpoint.origin,
        "log_keys": [str(key) for key in verifier_keys(session)],
        "ml_dsa_keys": [str(key) for key in ml_dsa_keys(session, checkpoint.origin)],
        "policy": "".join(f"{line}\n" for line in policy_lines(session)),
        "root": root.certificate if root is not None else None,
        # Not those that a former root issued: there is no way to tell what a thief had it issue.
        "certificates": [
            key.certificate
            for key in signing
            if key.certificate is not None and root is not None and is_issued_by(key.certificate, root.certificate)
        ],
    }


def is_former_name(session: Session, name: str, present: str) -> bool:
    """Whether `name` is a former name of the log `present`, by its signed heads or by the number that a recovery put
    behind the name.
    """
    if name == present:
        return False
    if session.execute(select(Checkpoint.id).where(Checkpoint.origin == name).limit(1)).first() is not None:
        return True
    found = TURN.fullmatch(present)
    before = range(2, int(found["turn"])) if found else range(0)
    return found is not None and name in (found["name"], *(f"{found['name']}-{turn}" for turn in before))


def stamped_head(session: Session, size: int) -> StampedHead:
    """The head of a size with its stamps. NotFound where the published log has none of it."""
    origin = session.execute(select(LogState.origin)).scalar_one()
    query = select(Timestamp).where(Timestamp.origin == origin, Timestamp.size == size).order_by(Timestamp.stamped_at)
    stamps = tuple(session.execute(query).scalars())
    if not stamps:
        raise NotFound(f"no head of {size} entries has a time stamp; /log/timestamps/sizes lists those that have")
    head = Head(stamps[0].origin, size, tree.root_at(tiles.reader(session), size))
    return StampedHead(size, head.text(), stamps)


def first_stamped_after(session: Session, index: int) -> StampedHead | None:
    """The smallest head with a stamp that is over the entry of an index; None while there is none."""
    query = select(Timestamp.size).join(LogState, LogState.origin == Timestamp.origin).where(Timestamp.size > index)
    size = session.execute(query.order_by(Timestamp.size).limit(1)).scalar_one_or_none()
    return None if size is None else stamped_head(session, size)


def stamps_payload(stamps: Iterable[Stamp]) -> list[dict[str, str]]:
    """Stamps as they are written: each authority's answer in base64."""
    return [
        {"authority": one.authority, "at": instant_text(one.stamped_at), "token": b64encode(one.token).decode()}
        for one in stamps
    ]


def stamps_text(head: StampedHead) -> bytes:
    """The stamps as they are served, with what was stamped."""
    return json.dumps(
        {"v": 1, "head": head.text, "timestamps": stamps_payload(head.stamps)}, ensure_ascii=False
    ).encode()


def stamped_sizes(session: Session) -> list[int]:
    """The sizes of all heads with a stamp, the oldest first."""
    query = select(Timestamp.size).join(LogState, LogState.origin == Timestamp.origin).distinct()
    return list(session.execute(query.order_by(Timestamp.size)).scalars())


def export(session: Session, folder: Path, trust: bytes) -> int:
    """Write tiles, entries and keys below `folder`, the head last. Complete tiles that are there stay. Gives its size.

    If we crash in the middle the former head is still there, and everything it needs.
    """
    checkpoint = head(session)
    log = folder / "log"
    level: int | None
    for level in (None, *range(8)):
        hashes = checkpoint.size >> tree.HEIGHT * (level or 0)
        whole, rest = divmod(hashes, tree.WIDTH)
        for number in range(whole):
            path = log / "tile" / tree.tile_path(level, number)
            if not path.exists():
                write_public(path, tiles.served(session, level, number, tree.WIDTH))
        if rest:
            write_public(log / "tile" / tree.tile_path(level, whole, rest), tiles.served(session, level, whole, rest))
    sizes = stamped_sizes(session)
    for size in sizes:
        write_public(log / "timestamps" / str(size), stamps_text(stamped_head(session, size)))
    write_public(log / "timestamps" / "sizes", "".join(f"{size}\n" for size in sizes).encode())
    keys = "".join(f"{key}\n" for key in verifier_keys(session))
    policy = "".join(f"{line}\n" for line in policy_lines(session))
    write_public(folder / ".well-known" / "registry-trust.json", trust)
    write_public(log / "vkey", keys.encode())
    write_public(log / "policy", policy.encode())
    write_public(log / "checkpoint", checkpoint.note.encode())
    return checkpoint.size
