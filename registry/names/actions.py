"""Writing the name index, within the caller's transaction."""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.db import bulk_insert
from registry.names.keys import keys_of
from registry.names.models import FreshPosting, IndexedName, NameBucket
from registry.names.postings import by_bucket, key_and_agency, numbers_in, packed, posting, unpacked
from registry.names.spelling import LONGEST, folded, normalised
from registry.terms import NameKind

Names = Sequence[tuple[NameKind, str]]

FOLD_AT = 20_000
"""Fresh postings that are folded into their buckets by the publishing that reaches them."""
BATCH = 500
PARTITIONS = 64
"""Slices of the key space that are sorted and written one after another, so that a million agencies need little memory."""


def index_names(session: Session, agency_id: int, names: Names) -> None:
    """Make an agency findable under these names and no others. Costs one read if nothing changed."""
    index_all(session, [(agency_id, names)])


def index_all(session: Session, agencies: Iterable[tuple[int, Names]]) -> None:
    """As `index_names`, for many agencies, which may be an iterator over a million; each comes once."""
    added, gone = _Postings(), _Postings()
    is_empty = session.execute(select(IndexedName.agency_id).limit(1)).first() is None
    for batch in _batches(agencies):
        former = {} if is_empty else _indexed(session, [agency_id for agency_id, _ in batch])
        changed = [(agency_id, names) for agency_id, names in batch if former.get(agency_id, []) != names]
        _replace_rows(session, changed, [agency_id for agency_id, _ in changed if agency_id in former])
        for agency_id, names in changed:
            old, new = _keys(former.get(agency_id, ())), _keys(names)
            added.add(agency_id, new - old)
            gone.add(agency_id, old - new)
    if len(added) + len(gone) >= FOLD_AT:
        _fold(session, added, gone)
    else:
        _write_fresh(session, added, gone)


def rebuild(session: Session, report: Callable[[int], None] = lambda done: None) -> None:
    """Build all keys anew from the indexed names; `report` is told how many agencies are done."""
    session.execute(delete(FreshPosting))
    session.execute(delete(NameBucket))
    added = _Postings()
    done = last = 0
    while batch := _indexed_after(session, last):
        for agency_id, names in batch.items():
            added.add(agency_id, _keys(names))
        last = max(batch)
        done += len(batch)
        report(done)
    _fold(session, added, _Postings())


class _Postings:
    """Postings by slice of the key space, eight bytes each."""

    def __init__(self) -> None:
        self.slices = [array("Q") for _ in range(PARTITIONS)]

    def __len__(self) -> int:
        return sum(map(len, self.slices))

    def __iter__(self) -> Iterator[int]:
        for part in self.slices:
            yield from part

    def add(self, agency_id: int, keys: Iterable[int]) -> None:
        for key in keys:
            self.slices[key * PARTITIONS >> 32].append(posting(key, agency_id))


def _batches(agencies: Iterable[tuple[int, Names]]) -> Iterator[list[tuple[int, list[tuple[NameKind, str]]]]]:
    """Some agencies at a time, their names cut to what is stored, each name once."""
    each = iter(agencies)
    while batch := list(islice(each, BATCH)):
        yield [
            (agency_id, list(dict.fromkeys((NameKind(kind), _storable(name)) for kind, name in names)))
            for agency_id, names in batch
        ]


def _storable(name: str) -> str:
    """Without what no database takes as text."""
    return name.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")[:LONGEST]


def _keys(names: Iterable[tuple[NameKind, str]]) -> frozenset[int]:
    return frozenset[int]().union(*(keys_of(name) for _, name in names))


def _indexed(session: Session, agency_ids: Sequence[int]) -> dict[int, list[tuple[NameKind, str]]]:
    found: dict[int, list[tuple[NameKind, str]]] = defaultdict(list)
    query = (
        select(IndexedName.agency_id, IndexedName.kind, IndexedName.name)
        .where(IndexedName.agency_id.in_(agency_ids))
        .order_by(IndexedName.agency_id, IndexedName.place)
    )
    for agency_id, kind, name in session.execute(query):
        found[agency_id].append((kind, name))
    return found


def _indexed_after(session: Session, last: int) -> dict[int, list[tuple[NameKind, str]]]:
    """The next agencies by row id, with their names; empty at the end."""
    ids = select(IndexedName.agency_id).where(IndexedName.agency_id > last).distinct().order_by(IndexedName.agency_id)
    return _indexed(session, session.execute(ids.limit(BATCH)).scalars().all())


def _replace_rows(session: Session, changed: Sequence[tuple[int, Names]], known: Sequence[int]) -> None:
    if known:
        session.execute(delete(IndexedName).where(IndexedName.agency_id.in_(known)))
    rows = [
        (agency_id, place, kind.value, name, folded(normalised(name))[:LONGEST])
        for agency_id, names in changed
        for place, (kind, name) in enumerate(names)
    ]
    bulk_insert(session, IndexedName, ("agency_id", "place", "kind", "name", "plain"), rows)


def _write_fresh(session: Session, added: _Postings, gone: _Postings) -> None:
    if len(gone):
        # Rare, and what is no longer said must not stay behind: neither in a bucket nor among the fresh.
        _fold(session, _Postings(), gone)
        for key, agency_id in map(key_and_agency, gone):
            session.execute(delete(FreshPosting).where(FreshPosting.key == key, FreshPosting.agency_id == agency_id))
    bulk_insert(session, FreshPosting, ("key", "agency_id"), [key_and_agency(number) for number in added])
    if len(added) and session.execute(select(func.count()).select_from(FreshPosting)).scalar_one() >= FOLD_AT:
        _fold(session, _Postings(), _Postings(), with_fresh=True)


def _fold(session: Session, added: _Postings, gone: _Postings, *, with_fresh: bool = False) -> None:
    """Write postings into their buckets, and take some out."""
    if with_fresh or len(added):
        for key, agency_id in session.execute(select(FreshPosting.key, FreshPosting.agency_id)):
            added.add(agency_id, (key,))
        session.execute(delete(FreshPosting))
    for more, fewer in zip(added.slices, gone.slices, strict=True):
        fresh, dropped = dict(by_bucket(sorted(more))), dict(by_bucket(sorted(fewer)))
        touched = sorted(fresh.keys() | dropped.keys())
        for start in range(0, len(touched), BATCH):
            _renew_buckets(session, touched[start : start + BATCH], fresh, dropped)


def _renew_buckets(
    session: Session, buckets: Sequence[int], fresh: dict[int, list[int]], dropped: dict[int, list[int]]
) -> None:
    table = NameBucket
    stored = {
        bucket: numbers_in(bucket, unpacked(body))
        for bucket, body in session.execute(select(table.bucket, table.postings).where(table.bucket.in_(buckets)))
    }
    if stored:
        session.execute(delete(table).where(table.bucket.in_(list(stored))))
    rows = []
    for bucket in buckets:
        held = {*stored.get(bucket, ()), *fresh.get(bucket, ())} - set(dropped.get(bucket, ()))
        if held:
            rows.append((bucket, packed(sorted(held))))
    bulk_insert(session, table, ("bucket", "postings"), rows)
