"""Makes range files from public records: what an agency's keys are, and the bytes of the file of a prefix."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from registry.core.clock import day_at
from registry.log.tree import leaf_hash
from registry.ranges import rules
from registry.ranges.answer_rules import Calendar, LookupNumber, answers_on, facts_of
from registry.ranges.models import RangeFile, RangeKey, RangeObject
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
    return Ground(snapshot, law, facts, Calendar(law), at)


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
    table, day = PublicRecord, day_at(at, None)
    wanted = sorted(agency_ids)
    found = {}
    for start in range(0, len(wanted), CHUNK):
        rows = session.execute(
            select(table.agency_id, table.body, table.withhold_on, table.confirmed_at).where(
                table.agency_id.in_(wanted[start : start + CHUNK])
            )
        )
        for agency_id, body, withhold_on, confirmed_at in rows:
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
    for start in range(0, len(prefixes), 16):
        chunk = prefixes[start : start + 16]
        unchanged = [prefix for prefix in chunk if changed is not None and prefix not in changed.due]
        former_entries: dict[int, dict[str, Former]] = {prefix: {} for prefix in chunk} | _formers(session, unchanged)
        keys_in = _keys_in(session, chunk, bits)
        fresh: dict[int, list[Any]] = {}
        for prefix in chunk:
            fresh[prefix] = keys = keys_in[prefix]
            former = former_entries[prefix]
            if changed is not None and former:
                new = {key.hash for key in keys if key.agency_id in changed.agencies}
                new |= {key.hash for key in keys if _in_file(key.hash) not in former}
                fresh[prefix] = [key for key in keys if key.hash in new]
                still = {_in_file(key.hash) for key in keys if key.hash not in new}
                former_entries[prefix] = {hash_: one for hash_, one in former.items() if hash_ in still}
        stated_records = shown_records(session, {key.agency_id for rows in fresh.values() for key in rows}, ground.at)
        facts: dict[int, dict[str, Any]] = {}
        for prefix in chunk:
            yield made_file(prefix, bits, fresh[prefix], stated_records, ground, facts, former_entries[prefix])


class _HolderOfEntry(msgspec.Struct):
    record: int
    licences: tuple[str, ...] = ()


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


class Former(NamedTuple):
    """An entry of the file before, with its records by reference, and the day on which that file is to be made anew."""

    listed: rules.Listed
    records: dict[str, Any]
    due_on: date | None


def _in_file(hash_: bytes) -> str:
    return hash_.hex()[: rules.HASH_HEX]


def _formers(session: Session, prefixes: Sequence[int]) -> dict[int, dict[str, Former]]:
    """The entries of prefixes' files in the epoch before, by their hashes."""
    if not prefixes:
        return {}
    query = select(RangeFile.prefix, RangeObject.body, RangeFile.due_on)
    query = query.join(RangeFile, RangeFile.hash == RangeObject.hash).where(RangeFile.prefix.in_(prefixes))
    return {prefix: _entries_of(body, due_on) for prefix, body, due_on in session.execute(query)}


def _entries_of(body: bytes, due_on: date | None) -> dict[str, Former]:
    content = _content.decode(rules.uncompressed(body))
    references = [_reference.decode(stated).agency_id for stated in content.records]
    found = {}
    for entry in content.entries:
        records = {references[one.record]: content.records[one.record] for one in entry.holders}
        holders = {references[one.record]: one.licences for one in entry.holders}
        found[entry.h] = Former(rules.Listed(entry.h, holders, entry.answers), records, due_on)
    return found


def _keys_in(session: Session, prefixes: Sequence[int], bits: int) -> dict[int, list[Any]]:
    """The live keys of each prefix in the order of their hashes."""
    table = RangeKey
    parts = []
    for prefix in prefixes:
        first, behind = rules.bounds_of(prefix, bits)
        parts.append(table.hash >= first if behind is None else and_(table.hash >= first, table.hash < behind))
    query = select(table.hash, table.agency_id, table.kind, table.value, table.licence, table.has_failed_check)
    found: dict[int, list[Any]] = {prefix: [] for prefix in prefixes}
    for row in session.execute(query.where(or_(*parts), table.is_gone.is_(False)).order_by(table.hash, table.id)):
        found[rules.prefix_of(row.hash, bits)].append(row)
    return found


def made_file(
    prefix: int,
    bits: int,
    keys: Iterable[Any],
    stated_records: Mapping[int, StatedRecord],
    ground: Ground,
    facts: dict[int, dict[str, Any]] | None = None,
    former_entries: Mapping[str, Former] | None = None,
) -> Made:
    """The file of a prefix from its keys, and from entries that are taken over.

    Keys whose hashes in the file are alike are one entry, so never a yes.
    """
    today = day_at(ground.at, None)
    by_hash: dict[str, list[Any]] = defaultdict(list)
    for key in keys:
        if key.agency_id in stated_records:
            by_hash[_in_file(key.hash)].append(key)
    facts = {} if facts is None else facts
    former = list((former_entries or {}).values())
    listed = [one.listed for one in former]
    records = {reference: stated for one in former for reference, stated in one.records.items()}
    lasts = {one.due_on - timedelta(days=1) for one in former if one.due_on is not None}
    untils: set[str] = set()
    for hash_, rows in by_hash.items():
        licences: dict[int, frozenset[str] | None] = {}
        for row in rows:
            known = licences.get(row.agency_id) or frozenset()
            licences[row.agency_id] = known | {row.licence} if row.licence is not None else None
        holders = [
            Holder(stated_records[agency_id].agency, named, stated_records[agency_id].confirmed_at)
            for agency_id, named in licences.items()
        ]
        number = LookupNumber(rows[0].kind, rows[0].value, rows[0].has_failed_check)
        answers = answers_on(number, holders, ground.facts, ground.calendar)
        untils.update(one["until"] for one in answers if "until" in one)
        of_holders = {}
        for agency_id, named in licences.items():
            if agency_id not in facts:
                facts[agency_id] = facts_of(stated_records[agency_id].agency)
            reference = stated_records[agency_id].agency.agency_id
            records[reference] = facts[agency_id]
            of_holders[reference] = sorted(named or ())
            withheld = stated_records[agency_id].withhold_on
            if withheld is not None and withheld >= today:
                lasts.add(withheld)
        listed.append(rules.Listed(hash_, of_holders, answers))
    body = rules.file_bytes(prefix, bits, listed, records)
    lasts.update(map(date.fromisoformat, untils))
    due_on = min(lasts) + timedelta(days=1) if lasts else None
    return Made(prefix, body, leaf_hash(body), len(listed), due_on)
