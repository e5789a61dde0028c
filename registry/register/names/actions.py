"""Writing the name index, within the caller's transaction.

A published name adds its postings to a table of fresh ones, and a search reads both. Folding moves them into their
buckets, a slice of the key space at a time, so that no publisher waits long. Buckets are changed only under the log's
lock.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.core.db.engine import bulk_insert
from registry.core.db.reading import is_among
from registry.log.actions import lock_log
from registry.log.models import Entry
from registry.register.names.keys import keys_of
from registry.register.names.models import FreshPosting, IndexedName, NameBucket
from registry.register.names.postings import bucket_of, by_bucket, key_and_agency, numbers_in, packed, posting, unpacked
from registry.register.names.spelling import MAX_LENGTH, published_spelling
from registry.vocabulary.register import NameKind

Names = Sequence[tuple[NameKind, str]]

FOLD_AT = 20_000
"""Fresh postings that are worth folding. So many at once, as an import brings, go into their buckets directly."""
OVERDUE_AT = 10 * FOLD_AT
BATCH = 500
SLICES = 64
"""Slices of the key space, sorted and written one after another, so that a million agencies need little memory."""
_WIDTH = 2**32 // SLICES
_SHIFT = _WIDTH.bit_length() - 1

_GATHERED = "registry.register.names.gathered"


def index_all(session: Session, agencies: Iterable[tuple[int, Names]], *, are_new: bool = False) -> None:
    """Make agencies findable under these names and no others: an iterator over a million maybe, each once. Costs one read if
    nothing changed.

    `are_new` says that none of them was indexed before.
    """
    gathering: _Changes | None = session.info.get(_GATHERED)
    # An empty one is false.
    changes = _Changes() if gathering is None else gathering
    for batch in _batches(agencies):
        former = {} if are_new else _indexed(session, [agency_id for agency_id, _ in batch])
        changed = [(agency_id, names) for agency_id, names in batch if former.get(agency_id, []) != names]
        _replace_rows(session, changed, [agency_id for agency_id, _ in changed if agency_id in former])
        if not changes.agencies.isdisjoint(agency_id for agency_id, _ in changed):
            # An agency that changes twice: what it lost last must not take away what it gained since.
            _write(session, changes)
            changes.clear()
        for agency_id, names in changed:
            changes.add(agency_id, _keys(former.get(agency_id, ())), _keys(names))
    if gathering is None:
        _write(session, changes)


@contextmanager
def gathered(session: Session) -> Iterator[None]:
    """What is indexed inside is written once, at the end: an import of very many would otherwise fold over and over.

    Takes some hundred bytes of memory for each agency.
    """
    changes = session.info[_GATHERED] = _Changes()
    try:
        yield
    finally:
        del session.info[_GATHERED]
    _write(session, changes)


def is_worth_folding(session: Session) -> bool:
    return session.execute(select(func.count()).select_from(FreshPosting)).scalar_one() >= FOLD_AT


def fold(session: Session, number: int) -> None:
    """Fold the fresh postings of one slice (0 to SLICES - 1) into their buckets. Run again, it finds nothing to do."""
    lock_log(session)
    fresh = FreshPosting.key.between(number * _WIDTH, (number + 1) * _WIDTH - 1)
    added = [
        posting(key, agency_id)
        for key, agency_id in session.execute(select(FreshPosting.key, FreshPosting.agency_id).where(fresh))
    ]
    session.execute(delete(FreshPosting).where(fresh))
    _merge(session, added, ())


class Collected:
    """The postings of all indexed names, and how long the log was before they were read."""

    def __init__(self, since: int) -> None:
        self.since = since
        self.postings = _Postings()


def collect(session: Session, report: Callable[[int], None] = lambda done: None) -> Collected:
    """Make all postings anew from the indexed names, holding no lock; `report` is told how many agencies are done."""
    collected = Collected(_log_size(session))
    done = last = 0
    while batch := _indexed_after(session, last):
        for agency_id, names in batch.items():
            collected.postings.add(agency_id, _keys(names))
        last = max(batch)
        done += len(batch)
        report(done)
    return collected


def renew(session: Session, collected: Collected, number: int) -> None:
    """Write one slice of the index anew (0 to SLICES - 1). What was published since the reading is read again."""
    lock_log(session)
    low, high = number * _WIDTH, (number + 1) * _WIDTH - 1
    changed = select(IndexedName.agency_id).where(
        IndexedName.agency_id.in_(select(Entry.agency_id).where(Entry.index >= collected.since))
    )
    postings = set(collected.postings.slices[number])
    for agency_id, names in _indexed(session, session.execute(changed.distinct()).scalars().all()).items():
        postings.update(posting(key, agency_id) for key in _keys(names) if low <= key <= high)
    session.execute(delete(FreshPosting).where(FreshPosting.key.between(low, high)))
    session.execute(delete(NameBucket).where(NameBucket.bucket.between(bucket_of(low), bucket_of(high))))
    rows = [(bucket, packed(numbers)) for bucket, numbers in by_bucket(sorted(postings))]
    bulk_insert(session, NameBucket, ("bucket", "postings"), rows)


def _log_size(session: Session) -> int:
    return (session.execute(select(func.max(Entry.index))).scalar_one_or_none() or -1) + 1


class _Postings:
    """Postings by slice of the key space, eight bytes each."""

    def __init__(self) -> None:
        self.slices = [array("Q") for _ in range(SLICES)]

    def __len__(self) -> int:
        return sum(map(len, self.slices))

    def __iter__(self) -> Iterator[int]:
        for part in self.slices:
            yield from part

    def add(self, agency_id: int, keys: Iterable[int]) -> None:
        slices = self.slices
        for key in keys:
            slices[key >> _SHIFT].append(key << 32 | agency_id)


class _Changes:
    """Postings to be written and to be taken out, and of which agencies they are."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.added, self.gone = _Postings(), _Postings()
        self.agencies: set[int] = set()
        """Those that lost or kept something: new ones are not among them, of which an import has a million."""

    def __len__(self) -> int:
        return len(self.added) + len(self.gone)

    def add(self, agency_id: int, old: frozenset[int], new: frozenset[int]) -> None:
        if not old:
            # What is new may change once more and lose what it gained here.
            self.added.add(agency_id, new)
            return
        self.agencies.add(agency_id)
        self.added.add(agency_id, new - old)
        self.gone.add(agency_id, old - new)


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
    return name.encode("utf-8", "ignore").decode("utf-8").replace("\0", "")[:MAX_LENGTH]


def _keys(names: Sequence[tuple[NameKind, str]]) -> frozenset[int]:
    if len(names) == 1:
        return keys_of(names[0][1])
    return frozenset[int]().union(*(keys_of(name) for _, name in names))


def _indexed(session: Session, agency_ids: Sequence[int]) -> dict[int, list[tuple[NameKind, str]]]:
    found: dict[int, list[tuple[NameKind, str]]] = defaultdict(list)
    query = (
        select(IndexedName.agency_id, IndexedName.kind, IndexedName.name)
        .where(is_among(session, IndexedName.agency_id, agency_ids))
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
        session.execute(delete(IndexedName).where(is_among(session, IndexedName.agency_id, known)))
    rows = [
        (agency_id, place, kind.value, name, published_spelling(name).plain[:MAX_LENGTH])
        for agency_id, names in changed
        for place, (kind, name) in enumerate(names)
    ]
    bulk_insert(session, IndexedName, ("agency_id", "place", "kind", "name", "plain"), rows)


def _write(session: Session, changes: _Changes) -> None:
    added, gone = changes.added, changes.gone
    if not changes:
        return
    if len(changes) >= FOLD_AT or _is_overdue(session):
        for key, agency_id in session.execute(select(FreshPosting.key, FreshPosting.agency_id)):
            added.add(agency_id, (key,))
        session.execute(delete(FreshPosting))
        while added.slices:
            # Each is let go of once it is written, so that all of them never lie beside their copies.
            _merge(session, added.slices.pop(0), gone.slices.pop(0))
        return
    # What is no longer said must not stay behind: neither in a bucket nor among the fresh.
    for key, agency_id in map(key_and_agency, gone):
        session.execute(delete(FreshPosting).where(FreshPosting.key == key, FreshPosting.agency_id == agency_id))
    _merge(session, (), gone)
    # A new agency may have lost since what it gained.
    lost = set(gone)
    stored = [key_and_agency(number) for number in added if number not in lost]
    bulk_insert(session, FreshPosting, ("key", "agency_id"), stored)


def _is_overdue(session: Session) -> bool:
    """Whether no worker has folded for long: a search reads all fresh postings of its keys, so they must stay few."""
    ends = select(
        select(func.max(FreshPosting.id)).scalar_subquery(), select(func.min(FreshPosting.id)).scalar_subquery()
    )
    last, first = session.execute(ends).one()
    return last is not None and last - first >= OVERDUE_AT


def _merge(session: Session, added: Iterable[int], gone: Iterable[int]) -> None:
    """Write postings into their buckets, and take some out."""
    fresh, dropped = dict(by_bucket(sorted(set(added)))), dict(by_bucket(sorted(set(gone))))
    touched = sorted(fresh.keys() | dropped.keys())
    for start in range(0, len(touched), BATCH):
        _renew_buckets(session, touched[start : start + BATCH], fresh, dropped)


def _renew_buckets(
    session: Session, buckets: Sequence[int], fresh: dict[int, list[int]], dropped: dict[int, list[int]]
) -> None:
    table = NameBucket
    stored = {bucket: numbers_in(bucket, unpacked(body)) for bucket, body in _stored_buckets(session, buckets)}
    if stored:
        session.connection().execute(delete(table).where(is_among(session, table.bucket, list(stored))))
    rows = []
    for bucket in buckets:
        existing = fresh.get(bucket, [])
        if bucket in stored or bucket in dropped:
            existing = sorted({*stored.get(bucket, ()), *existing} - set(dropped.get(bucket, ())))
        if existing:
            rows.append((bucket, packed(existing)))
    bulk_insert(session, table, ("bucket", "postings"), rows)


def _stored_buckets(session: Session, buckets: Sequence[int]) -> Sequence[tuple[int, bytes]]:
    """Those of the buckets that there are."""
    query = select(NameBucket.bucket, NameBucket.postings).where(is_among(session, NameBucket.bucket, buckets))
    return [(bucket, body) for bucket, body in session.connection().execute(query)]
