"""Makes range files from public records: what an agency's keys are, and the bytes of the file of a prefix."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from itertools import groupby
from tempfile import TemporaryFile
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from registry.core.clock import day_at
from registry.log.tree import leaf_hash
from registry.ranges import rules
from registry.ranges.answer_rules import LookupNumber, SharedAnswers, answers_on, facts_of, unnamed
from registry.ranges.calendar_rules import Calendar
from registry.ranges.models import RangeFile, RangeKey, RangeObject
from registry.ranges.spool import Spool
from registry.register.agencies import record
from registry.register.agencies.keys import identifier_key
from registry.register.agencies.models import PublicRecord
from registry.register.agencies.rules import number_keys
from registry.register.authorities.queries import snapshot_at
from registry.register.authorities.sources import SourceFacts, SourceSnapshot
from registry.register.law.loading import Law
from registry.register.law.overlays.queries import law_at
from registry.verification.verdicts.question import Holder, VerdictFacts

CHUNK = 500


class Made(NamedTuple):
    """A file: its prefix, bytes, leaf hash, number of keys, and the day with which it must be made anew (None: never)."""

    prefix: int
    body: bytes
    hash: bytes
    key_count: int
    due_on: date | None


class Ground(NamedTuple):
    """What all answers of an epoch stand on: lists and law as they are at an instant."""

    snapshot: SourceSnapshot
    law: Law
    facts: VerdictFacts
    calendar: Calendar
    answers: SharedAnswers
    at: datetime

    def digest(self) -> str:
        """Changes when answers may, other than by a record or a day: the law, the lists, which of them are too old."""
        snapshot = self.snapshot
        stated = [
            rules.VERSION,
            _law_digest(self.law),
            sorted((one.reference, one.country, one.time_zone) for one in snapshot.authorities.values()),
            sorted((_list_digest(one, self.at) for one in snapshot.sources.values()), key=lambda one: one[0]),
        ]
        return hashlib.sha256(msgspec.json.encode(stated)).hexdigest()

    def lists(self) -> list[dict[str, str]]:
        """Until when the lists of each country may be relied on: the earliest end of those that are fresh."""
        ends = [(source.country, source.stale_at()) for source in self.snapshot.sources.values()]
        return earliest(
            {"country": country, "until": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
            for country, end in ends
            if end is not None and end > self.at
        )

    def begun_since(self, earlier: datetime) -> date | None:
        """The latest day that began since, in UTC or where an authority sits; None where none did."""
        days = [(day_at(earlier, zone), day_at(self.at, zone)) for zone in (None, *self.snapshot.time_zones())]
        return max((day for before, day in days if before != day), default=None)

    def last_day(self) -> date:
        """The last day on which the epoch may be relied on at all."""
        return self.at.date() + timedelta(days=rules.MAX_DAYS)


def earliest(lists: Iterable[Mapping[str, str]]) -> list[dict[str, str]]:
    """One end for each country, the first of those given."""
    ends: dict[str, str] = {}
    for one in lists:
        ends[one["country"]] = min(one["until"], ends.get(one["country"], one["until"]))
    return [{"country": country, "until": end} for country, end in sorted(ends.items())]


@lru_cache(maxsize=4)
def _law_digest(law: Law) -> str:
    return hashlib.sha256(msgspec.json.encode([law.overlay, law.countries])).hexdigest()


def _list_digest(source: SourceFacts, at: datetime) -> list[Any]:
    """Every fact of a list but the instants of its readings, of which only counts whether it was read and is fresh."""
    stale_at = source.stale_at()
    stated: list[Any] = [source.reference]
    for name in sorted(field.name for field in fields(source)):
        if name not in ("retrieved_at", "first_retrieved_at"):
            value = getattr(source, name)
            stated.append(sorted(value) if isinstance(value, frozenset) else value)
    return [*stated, source.first_retrieved_at is None, stale_at is not None and at >= stale_at]


def ground_at(session: Session, at: datetime) -> Ground:
    """The ground as the registry knows it now; `at` is now."""
    law = law_at(session)
    snapshot = replace(snapshot_at(session), law=law)
    facts = VerdictFacts((), snapshot, law.regimes, at, limits=law.limits, routes=law.permit_routes)
    calendar = Calendar(law)
    return Ground(snapshot, law, facts, calendar, SharedAnswers(facts, calendar), at)


def keys_of(agency: record.Agency) -> Iterator[tuple[bytes, LookupNumber, str | None]]:
    """Hash, key and licence of every number that leads to an agency."""
    failed = {
        (one.scheme.value, identifier_key(one.scheme, one.value, agency.country))
        for one in agency.identifiers
        if one.has_failed_check
    }
    for kind, value, licence in dict.fromkeys(number_keys(agency)):
        if value:
            number = LookupNumber(kind, value, (kind, value) in failed)
            yield rules.key_hash(rules.key_text(kind, value)), number, licence


class StatedRecord(NamedTuple):
    """An agency's record as it may be shown now, with its row id and when a partial list last showed it."""

    agency: record.Agency
    agency_id: int
    confirmed_at: datetime | None
    withhold_on: date | None


def shown_records(session: Session, agency_ids: Iterable[int], at: datetime) -> dict[int, StatedRecord]:
    """The public records of agencies by row id, without what the law withholds today."""
    wanted = sorted(agency_ids)
    found: dict[int, StatedRecord] = {}
    for start in range(0, len(wanted), CHUNK):
        found |= _stated_by(session, _RECORDS.where(PublicRecord.agency_id.in_(wanted[start : start + CHUNK])), at)
    return found


def records_behind(session: Session, after: int, at: datetime) -> dict[int, StatedRecord]:
    """The next some hundred public records in the order of their row ids, as `shown_records` has them."""
    behind = _RECORDS.where(PublicRecord.agency_id > after).order_by(PublicRecord.agency_id).limit(CHUNK)
    return _stated_by(session, behind, at)


_RECORDS = select(PublicRecord.agency_id, PublicRecord.body, PublicRecord.withhold_on, PublicRecord.confirmed_at)


def _stated_by(session: Session, query: Select[*tuple[Any, ...]], at: datetime) -> dict[int, StatedRecord]:
    day, found = day_at(at, None), {}
    for agency_id, body, withhold_on, confirmed_at in session.execute(query):
        agency = record.read_record(body)
        if withhold_on is not None and day > withhold_on:
            agency = record.withhold(agency, day)
        found[agency_id] = StatedRecord(agency, agency_id, confirmed_at, withhold_on)
    return found


class Changed(NamedTuple):
    """What is new since the epoch before: row ids of agencies, and the prefixes of which an answer is over."""

    agencies: frozenset[int]
    due: frozenset[int]


def made_files(
    session: Session, prefixes: Sequence[int], bits: int, ground: Ground, changed: Changed | None = None
) -> Iterator[Made]:
    """The files of some prefixes, in their order, from the stored keys and records.

    With `changed`, entries of other agencies are taken over from the file before, but for files with an answer that is over.
    """
    agencies = changed.agencies if changed is not None else frozenset()
    for start in range(0, len(prefixes), 16):
        chunk = prefixes[start : start + 16]
        former = _former_entries(session, [one for one in chunk if changed is not None and one not in changed.due])
        keys = _keys_within(session, [rules.bounds_of(prefix, bits) for prefix in chunk])
        new = {key.hash for key in keys if key.agency_id in agencies or _in_file(key.hash) not in former}
        fresh = [key for key in keys if key.hash in new]
        stated_records = shown_records(session, {key.agency_id for key in fresh}, ground.at)
        still = {_in_file(key.hash) for key in keys if key.hash not in new}
        by_prefix: dict[int, list[rules.Entry]] = {prefix: [] for prefix in chunk}
        for entry in (*(former[hash_] for hash_ in still), *entries_of(fresh, stated_records, ground)):
            by_prefix[_prefix_of(entry, bits)].append(entry)
        for prefix, entries in by_prefix.items():
            yield made_file(prefix, bits, entries)


def all_files(session: Session, bits: int, ground: Ground) -> Iterator[Made | None]:
    """All files, in their order. Each record is read and judged once, however many files it stands in.

    None comes after some hundred records each, before the first file, for a caller who must look at something else meanwhile.
    """
    # The file has no name, so that it ends with the process, however that ends.
    with TemporaryFile() as file:
        spool = Spool(file)
        last = 0
        while stated_records := records_behind(session, last, ground.at):
            first, last = last + 1, max(stated_records)
            # Not those that the records state: of a record that has changed since, the next epoch knows its keys from here.
            of_these = RangeKey.agency_id.between(first, last)
            keys = session.execute(_KEYS.where(of_these, RangeKey.is_gone.is_(False)).order_by(RangeKey.id))
            for entry in entries_of(keys, stated_records, ground):
                spool.add(entry)
            yield None
        behind = 0
        for prefix, entries in groupby(spool.in_order(), key=partial(_prefix_of, bits=bits)):
            yield from (made_file(empty, bits, ()) for empty in range(behind, prefix))
            yield made_file(prefix, bits, _each_once(session, list(entries), ground))
            behind = prefix + 1
        yield from (made_file(empty, bits, ()) for empty in range(behind, 1 << bits))


def _each_once(session: Session, entries: Sequence[rules.Entry], ground: Ground) -> Iterator[rules.Entry]:
    """One entry for each number: one that several agencies hold is judged again for all of them together."""
    times = Counter(entry.hash for entry in entries)
    shared = [hash_ for hash_, count in times.items() if count > 1]
    yield from (entry for entry in entries if times[entry.hash] == 1)
    for start in range(0, len(shared), 16):
        keys = _keys_within(session, [rules.bounds_in_file(hash_) for hash_ in shared[start : start + 16]])
        yield from entries_of(keys, shown_records(session, {key.agency_id for key in keys}, ground.at), ground)


def _prefix_of(entry: rules.Entry, bits: int) -> int:
    return rules.prefix_of(bytes.fromhex(entry.hash), bits)


class _HolderOfEntry(msgspec.Struct):
    record: int
    licences: list[str] = []


class _Entry(msgspec.Struct):
    h: str
    holders: list[_HolderOfEntry]
    answers: msgspec.Raw


class _Content(msgspec.Struct):
    """A file as far as it must be read to be written again: answers and records stay the bytes that they are."""

    entries: list[_Entry]
    records: list[msgspec.Raw]


class _Reference(msgspec.Struct):
    agency_id: str


_content = msgspec.json.Decoder(_Content)
_reference = msgspec.json.Decoder(_Reference)


def _in_file(hash_: bytes) -> str:
    return hash_.hex()[: rules.HASH_HEX]


def _former_entries(session: Session, prefixes: Sequence[int]) -> dict[str, rules.Entry]:
    """The entries of prefixes' files in the epoch before, by their hashes."""
    if not prefixes:
        return {}
    query = select(RangeObject.body, RangeFile.due_on)
    query = query.join(RangeFile, RangeFile.hash == RangeObject.hash).where(RangeFile.prefix.in_(prefixes))
    return {entry.hash: entry for body, due_on in session.execute(query) for entry in _entries_in(body, due_on)}


def _entries_in(body: bytes, due_on: date | None) -> Iterator[rules.Entry]:
    content = _content.decode(rules.uncompressed(body))
    references = [_reference.decode(stated).agency_id for stated in content.records]
    # Of which entry the file is to be made anew is not known, so all of them end with the first.
    last_day = due_on - timedelta(days=1) if due_on is not None else None
    for entry in content.entries:
        records = {references[one.record]: content.records[one.record] for one in entry.holders}
        holders = {references[one.record]: one.licences for one in entry.holders}
        yield rules.Entry(entry.h, holders, records, entry.answers, last_day)


_KEYS = select(
    RangeKey.hash, RangeKey.agency_id, RangeKey.kind, RangeKey.value, RangeKey.licence, RangeKey.has_failed_check
)


def _keys_within(session: Session, bounds: Iterable[tuple[bytes, bytes | None]]) -> Sequence[Any]:
    """The live keys whose hashes lie within some bounds, in the order of their hashes."""
    hash_ = RangeKey.hash
    parts = [hash_ >= first if behind is None else and_(hash_ >= first, hash_ < behind) for first, behind in bounds]
    query = _KEYS.where(or_(*parts), RangeKey.is_gone.is_(False)).order_by(hash_, RangeKey.id)
    return session.execute(query).all()


class _Agency:
    """What files say of an agency, made once for all of its numbers."""

    def __init__(self, stated: StatedRecord, ground: Ground) -> None:
        self.reference = stated.agency.agency_id
        self.record = msgspec.Raw(facts_of(stated.agency))
        self.judged = unnamed(stated.agency, ground.answers.counted_from)
        self.confirmed_at = stated.confirmed_at
        withheld, today = stated.withhold_on, day_at(ground.at, None)
        self.last_day = withheld if withheld is not None and withheld >= today else None


def entries_of(
    keys: Iterable[Any], stated_records: Mapping[int, StatedRecord], ground: Ground
) -> Iterator[rules.Entry]:
    """The entries of keys, as far as those who hold them are among the records.

    Keys whose hashes in the file are alike are one entry, so never a yes.
    """
    by_hash: dict[str, list[Any]] = defaultdict(list)
    for key in keys:
        if key.agency_id in stated_records:
            by_hash[_in_file(key.hash)].append(key)
    agencies: dict[int, _Agency] = {}
    for hash_, alike in by_hash.items():
        named = _licences_named(alike)
        for agency_id in named:
            if agency_id not in agencies:
                agencies[agency_id] = _Agency(stated_records[agency_id], ground)
        first = alike[0]
        number = LookupNumber(first.kind, first.value, first.has_failed_check)
        if len(named) == 1:
            holder = agencies[first.agency_id]
            answers = ground.answers.to(number, holder.judged, named[first.agency_id], holder.confirmed_at)
        else:
            stated = ((stated_records[agency_id], licences) for agency_id, licences in named.items())
            holders = [Holder(one.agency, licences, one.confirmed_at) for one, licences in stated]
            answers = answers_on(number, holders, ground.facts, ground.calendar)
        held = [(agencies[agency_id], licences) for agency_id, licences in named.items()]
        lasts = [answers.last_day, *[one.last_day for one, _ in held]]
        yield rules.Entry(
            hash_,
            {one.reference: sorted(licences) if licences else [] for one, licences in held},
            {one.reference: one.record for one, _ in held},
            msgspec.Raw(answers.stated),
            min([day for day in lasts if day is not None], default=None),
        )


def _licences_named(keys: Sequence[Any]) -> dict[int, frozenset[str] | None]:
    """The licences that keys of one hash name, by the agency's row id; None for any of its licences."""
    found: dict[int, frozenset[str] | None] = {}
    for key in keys:
        known = found.get(key.agency_id) or frozenset()
        found[key.agency_id] = known | {key.licence} if key.licence is not None else None
    return found


def made_file(prefix: int, bits: int, entries: Iterable[rules.Entry]) -> Made:
    """The file of a prefix from its entries."""
    held = list(entries)
    body = rules.file_bytes(prefix, bits, held)
    last_day = min((one.last_day for one in held if one.last_day is not None), default=None)
    due_on = last_day + timedelta(days=1) if last_day is not None else None
    return Made(prefix, body, leaf_hash(body), len(held), due_on)
