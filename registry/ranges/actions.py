"""Writes an epoch of range files: only what changed since the one before, and all of it in force at once.

Files are made without the log's lock and stored before anything names them. One last transaction, under the lock, appends the
root to the log and puts them in force. If we crash before its commit the former epoch is whole, and what was stored lies
unnamed for an hour; after it the new one is whole.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Any, NamedTuple

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import bulk_insert, microseconds, reading_session
from registry.log.actions import Draft, append, lock_log
from registry.log.models import Entry, LogState
from registry.ranges import rules
from registry.ranges.key_rows import CHUNK, IS_GONE, count_keys, renew_keys
from registry.ranges.models import RangeEpoch, RangeFile, RangeKey, RangeObject
from registry.ranges.rendering import Changed, Ground, Made, all_files, earliest, ground_at, made_files
from registry.register.agencies import record
from registry.vocabulary.supervision import EntryType

KEY = "ranges/epoch"
"""The key of an epoch's entry in the log."""

KEPT_FOR = timedelta(hours=1)
"""How long files of past epochs go on being served, for readers who have just asked which epoch is the newest."""

RENEWED_AFTER = timedelta(hours=24)
"""An epoch is published after this time although nothing changed, so that its age can be judged."""

MEANWHILE = 5.0
"""Seconds between two looks, while all files are made anew, whether something was published that cannot wait."""

FEW, MANY = 16, 128
"""So many files at most are stored in the transaction that puts them in force, and so many at once in one of their own."""


class Written(NamedTuple):
    """An epoch that was written just now, how many of its files were made anew, and how many keys it holds."""

    epoch: int
    root: bytes
    made: int
    files: int
    keys: int
    log_index: int


class _Plan(NamedTuple):
    """What is to be made: the epoch before, the log's size that was looked at, the bits, the prefixes, and what is new.

    `changed` is None where every file is made anew. An epoch made `is_meanwhile` keeps the ground of the files before.
    """

    former: RangeEpoch | None
    seen_size: int
    bits: int
    prefixes: Sequence[int]
    changed: Changed | None
    ground: Ground
    is_meanwhile: bool = False

    @property
    def is_whole(self) -> bool:
        return self.changed is None


def write_epoch(sessions: sessionmaker[Session], at: datetime | None = None) -> Written | None:
    """Write what changed since the last epoch and publish it. None where nothing did; LogClosed once the log is closed."""
    plan = _planned(sessions, at or now())
    return None if plan is None else _write(sessions, plan)


def _write(sessions: sessionmaker[Session], plan: _Plan) -> Written | None:
    made: dict[int, Made] = {}
    again: set[int] = set()
    looked_at = monotonic()
    pending: list[Made] = []
    for prefixes in (plan.prefixes, again):
        with reading_session(sessions) as reading:
            for file in _files(reading, plan, sorted(prefixes)):
                pending += [file] if file is not None else []
                if len(pending) >= MANY:
                    _store(sessions, pending, made, plan.ground.at)
                if plan.is_whole and plan.former is not None and monotonic() - looked_at > MEANWHILE:
                    plan, touched = _published_meanwhile(sessions, plan, plan.former)
                    again |= {rules.prefix_of(hash_, plan.bits) for hash_ in touched}
                    looked_at = monotonic()
    # A few files go with the epoch itself: a commit less, and the log's lock is held hardly longer.
    last = {file.hash: rules.compressed(file.body) for file in pending} if len(pending) <= FEW else {}
    if last:
        made |= {file.prefix: file._replace(body=b"") for file in pending}
    else:
        _store(sessions, pending, made, plan.ground.at)
    with sessions.begin() as session:
        return _published(session, plan, [made[prefix] for prefix in sorted(made)], last)


def _files(session: Session, plan: _Plan, prefixes: Sequence[int]) -> Iterator[Made | None]:
    """The files of some prefixes; None now and then while those of all are made ready."""
    if plan.is_whole and len(prefixes) == 1 << plan.bits:
        return all_files(session, plan.bits, plan.ground)
    return made_files(session, prefixes, plan.bits, plan.ground, plan.changed)


def _published_meanwhile(sessions: sessionmaker[Session], plan: _Plan, former: RangeEpoch) -> tuple[_Plan, set[bytes]]:
    """Publish over the files before, while all are made anew, what came since: that may take minutes, and a suspension may not.

    Gives the plan behind that epoch, and the hashes whose files are old again.
    """
    at = now()
    with reading_session(sessions) as session:
        size = session.execute(select(LogState)).scalar_one().size
        changed = _find_changed(session, former.seen_size, size)
        ground = ground_at(session, at)
    if not changed:
        return plan, set()
    bits = int(record_of(former)["p"])
    touched = renew_keys(sessions, changed, at)
    prefixes = {rules.prefix_of(hash_, bits) for hash_ in touched}
    new = Changed(frozenset(changed), frozenset())
    if _write(sessions, _Plan(former, size, bits, sorted(prefixes), new, ground, is_meanwhile=True)) is None:
        # Another process did: then this one may not publish what it makes, and finds so in the end.
        return plan, touched
    with sessions() as session:
        return plan._replace(former=newest_epoch(session), seen_size=size), touched


def _planned(sessions: sessionmaker[Session], at: datetime) -> _Plan | None:
    """Bring the table of keys up to date, and say which files that and the day make old."""
    with reading_session(sessions) as session:
        former = newest_epoch(session)
        state = session.execute(select(LogState)).scalar_one()
        size = state.size
        if not size or state.closed_at is not None:
            return None
        ground = ground_at(session, at)
        is_whole = former is None or former.ground != ground.digest()
        seen = 0 if former is None else former.seen_size
        changed = None if former is None else _find_changed(session, seen, size)
        due = _due(session, None if former is None else ground.begun_since(former.at))
    if former is not None and not is_whole and not changed and not due:
        stated = record_of(former)
        is_same = stated.get("lists", []) == ground.lists() and at - former.at < RENEWED_AFTER
        if is_same:
            return None
    touched = renew_keys(sessions, changed, at)
    if former is not None and not is_whole:
        stated = record_of(former)
        bits = int(stated["p"])
        if rules.is_cut_well(int(stated["keys"]) + len(touched), bits):
            prefixes = {rules.prefix_of(hash_, bits) for hash_ in touched} | set(due)
            new = Changed(frozenset(changed or ()), frozenset(due))
            return _Plan(former, size, bits, sorted(prefixes), new, ground)
    with sessions() as session:
        bits = rules.bits_for(count_keys(session))
    return _Plan(former, size, bits, range(1 << bits), None, ground)


def newest_epoch(session: Session) -> RangeEpoch | None:
    return session.execute(select(RangeEpoch).order_by(RangeEpoch.epoch.desc()).limit(1)).scalar_one_or_none()


def record_of(epoch: RangeEpoch) -> dict[str, Any]:
    """The record of an epoch's entry in the log."""
    found: dict[str, Any] = json.loads(epoch.record)
    return found


def _due(session: Session, begun: date | None) -> Sequence[int]:
    """The prefixes of files with an answer that is over, or may be where the day that has just begun is the authority's."""
    if begun is None:
        return ()
    return session.execute(select(RangeFile.prefix).where(RangeFile.due_on <= begun)).scalars().all()


def _find_changed(session: Session, seen: int, size: int) -> list[int]:
    """Row ids of the agencies that entries of the log from `seen` on are about."""
    found: set[int] = set()
    for column in (Entry.agency_id, Entry.other_agency_id):
        query = select(column).where(Entry.index >= seen, Entry.index < size, column.is_not(None)).distinct()
        found |= {one for one in session.execute(query).scalars() if one is not None}
    return sorted(found)


def _store(sessions: sessionmaker[Session], files: list[Made], made: dict[int, Made], at: datetime) -> None:
    """Store files under their hashes, not in force yet, and move them to `made` without their bytes."""
    with sessions.begin() as session:
        _keep(session, ((file.hash, rules.compressed(file.body)) for file in files), at)
    made |= {file.prefix: file._replace(body=b"") for file in files}
    files.clear()


def _keep(session: Session, objects: Iterable[tuple[bytes, bytes]], at: datetime) -> None:
    bodies = dict(objects)
    known = _find_stored(session, list(bodies))
    rows = [(hash_, body, microseconds(at)) for hash_, body in bodies.items() if hash_ not in known]
    bulk_insert(session, RangeObject, ("hash", "body", "ended_at"), rows)
    # What lay unnamed is not swept away before it is in force.
    for start in range(0, len(known), CHUNK):
        chunk = sorted(known)[start : start + CHUNK]
        table = RangeObject
        session.execute(update(table).where(table.hash.in_(chunk), table.ended_at.is_not(None)).values(ended_at=at))


def _find_stored(session: Session, hashes: Sequence[bytes]) -> set[bytes]:
    found: set[bytes] = set()
    for start in range(0, len(hashes), CHUNK):
        query = select(RangeObject.hash).where(RangeObject.hash.in_(hashes[start : start + CHUNK]))
        found.update(session.execute(query).scalars())
    return found


class _Force(NamedTuple):
    """What an epoch puts in force and out of it, by hashes; `changed` counts the files, `keys` all keys of the registry."""

    root: bytes
    tiles: dict[bytes, bytes]
    live: set[bytes]
    gone_files: set[bytes]
    gone_tiles: set[bytes]
    changed: int
    keys: int


def _published(
    session: Session, plan: _Plan, made: Sequence[Made], last: Mapping[bytes, bytes] | None = None
) -> Written | None:
    """Put the files in force and append the root. None where another process wrote an epoch meanwhile.

    `last` are the bodies of files that are not stored yet. What this takes does not grow with the registry, unless all is new.
    """
    lock_log(session)
    former = newest_epoch(session)
    if (former.epoch if former else 0) != (plan.former.epoch if plan.former else 0):
        return None
    force = (
        _replace_all(session, plan, made) if plan.is_whole or former is None else _grown(session, plan, former, made)
    )
    _write_files(session, made, is_whole=plan.is_whole)
    session.execute(delete(RangeKey).where(IS_GONE))
    at = plan.ground.at
    _keep(session, [*force.tiles.items(), *(last or {}).items()], at)
    _set_ended(session, force.live, None)
    _set_ended(session, force.gone_files | force.gone_tiles, at)
    epoch = former.epoch + 1 if former else 1
    stated = _record(session, epoch, plan, force, former)
    appended = append(session, [Draft(KEY, EntryType.RANGES_PUBLISHED, stated)])
    session.add(
        RangeEpoch(
            epoch=epoch,
            log_index=appended.first_index,
            seen_size=plan.seen_size,
            ground=stated["ground"],
            at=at,
            record=record.canonical(stated),
            ended="".join(
                [
                    *(f"file/{one.hex()}\n" for one in sorted(force.gone_files)),
                    *(f"tile/{one.hex()}\n" for one in sorted(force.gone_tiles)),
                ]
            ),
        )
    )
    if not plan.is_meanwhile:
        # What the other plan has stored lies unnamed, however long it takes.
        sweep(session, at)
    return Written(epoch, force.root, force.changed, 1 << plan.bits, force.keys, appended.first_index)


def _replace_all(session: Session, plan: _Plan, made: Sequence[Made]) -> _Force:
    """All files are new, the tree over them too."""
    old = session.execute(select(RangeFile.prefix, RangeFile.hash).order_by(RangeFile.prefix)).all()
    old_leaves = [hash_ for _, hash_ in old]
    leaves = [file.hash for file in made]
    root, tiles = rules.tiles_over(leaves)
    old_tiles = set(rules.tiles_over(old_leaves)[1]) if old_leaves else set()
    return _Force(
        root,
        {hash_: body for hash_, body in tiles.items() if hash_ not in old_tiles},
        (set(leaves) | set(tiles)) - set(old_leaves) - old_tiles,
        set(old_leaves) - set(leaves),
        old_tiles - set(tiles),
        len(made),
        sum(file.key_count for file in made),
    )


def _grown(session: Session, plan: _Plan, former: RangeEpoch, made: Sequence[Made]) -> _Force:
    """Some files are new: of the tree only what lies between them and the root is read and made anew."""
    old: dict[int, tuple[bytes, int]] = {}
    prefixes = [file.prefix for file in made]
    for start in range(0, len(prefixes), CHUNK):
        wanted = RangeFile.prefix.in_(prefixes[start : start + CHUNK])
        rows = session.execute(select(RangeFile.prefix, RangeFile.hash, RangeFile.key_count).where(wanted))
        old |= {prefix: (hash_, count) for prefix, hash_, count in rows}
    changed = [file for file in made if old[file.prefix][0] != file.hash]

    def tile(name: bytes) -> bytes:
        return bytes(session.execute(select(RangeObject.body).where(RangeObject.hash == name)).scalar_one())

    stated = record_of(former)
    leaves = {file.prefix: file.hash for file in changed}
    root, tiles, gone = rules.regrown(bytes.fromhex(stated["root"]), plan.bits, leaves, tile)
    return _Force(
        root,
        tiles,
        set(leaves.values()) | set(tiles),
        {old[prefix][0] for prefix in leaves},
        gone,
        len(changed),
        int(stated["keys"]) + sum(file.key_count - old[file.prefix][1] for file in made),
    )


def _write_files(session: Session, made: Sequence[Made], *, is_whole: bool) -> None:
    if is_whole:
        session.execute(delete(RangeFile))
    else:
        prefixes = [file.prefix for file in made]
        for start in range(0, len(prefixes), CHUNK):
            session.execute(delete(RangeFile).where(RangeFile.prefix.in_(prefixes[start : start + CHUNK])))
    rows = [(file.prefix, file.hash, file.key_count, file.due_on.isoformat() if file.due_on else None) for file in made]
    bulk_insert(session, RangeFile, ("prefix", "hash", "key_count", "due_on"), rows)


def _set_ended(session: Session, hashes: Iterable[bytes], at: datetime | None) -> None:
    wanted = sorted(hashes)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        session.execute(update(RangeObject).where(RangeObject.hash.in_(chunk)).values(ended_at=at))


def _record(session: Session, epoch: int, plan: _Plan, force: _Force, former: RangeEpoch | None) -> dict[str, Any]:
    """What the entry says; docs/users/range-files.md."""
    ground, lists = plan.ground.digest(), plan.ground.lists()
    if plan.is_meanwhile and former is not None:
        # Most files are older than the ground that this plan has read: what was over for them stays over.
        ground, lists = former.ground, earliest([*record_of(former).get("lists", []), *lists])
    smallest = session.execute(select(func.min(RangeFile.key_count))).scalar_one()
    return {
        "v": rules.VERSION,
        "epoch": epoch,
        "p": plan.bits,
        "log_size": plan.seen_size,
        "root": force.root.hex(),
        "keys": force.keys,
        "least_keys": int(smallest),
        "ground": ground,
        "made_at": plan.ground.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "not_after": plan.ground.last_day().isoformat(),
        "lists": lists,
    }


def sweep(session: Session, at: datetime) -> None:
    """Delete files and tiles that no epoch of the last hour needs, and epochs behind the last two that are as old."""
    session.execute(delete(RangeObject).where(RangeObject.ended_at < at - KEPT_FOR))
    newest = select(func.max(RangeEpoch.epoch)).scalar_subquery()
    session.execute(delete(RangeEpoch).where(RangeEpoch.at < at - KEPT_FOR, RangeEpoch.epoch < newest - 1))
