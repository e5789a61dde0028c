"""What a range file says of an agency: the facts a verdict needs, and the answers to the plain worker's question. Pure.

Names and numbers of natural persons, free texts, channels and the names of third parties are not among the facts.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from registry.core.clock import day_at
from registry.ranges.rules import MAX_RECORD, easternmost_day
from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.loading import Law, rows_of
from registry.register.law.rows import DatedRow, Limit, Regime
from registry.register.law.rules import changes_of
from registry.register.law.weights import last_fresh_day, months_after
from registry.verification.verdicts.absence_rules import zone_of
from registry.verification.verdicts.law_rules import AHEAD
from registry.verification.verdicts.licence_rules import SOON
from registry.verification.verdicts.question import Finding, Holder, Question, SubjectKind, VerdictFacts
from registry.verification.verdicts.verdict import decide, suits_every_number
from registry.vocabulary.register import (
    EU_STATES,
    STATUSES,
    Activity,
    Answer,
    ConditionCode,
    HolderKind,
    LicenceKind,
    LicenceStatus,
    NameKind,
    Role,
    SanctionKind,
    Script,
    Weight,
)

ORIGIN = "CN"
"""Where the plain worker comes from."""

MAX_SHARED = 16_384
"""Answers of about a kilobyte each that are kept, while files are written, for who is alike."""

_DAY_OF_FIELD = re.compile(rb'":"(\d{4}-\d\d-\d\d)"')
_LAST_DAYS = frozenset({"to", "until", "valid_to", "publish_until"})
"""Fields of which the day itself still counts; any other states the first day of something."""
_DAY = timedelta(days=1)
_encode = msgspec.json.Encoder().encode


class _Facts(msgspec.Struct, omit_defaults=True, kw_only=True, gc=False, rename={"from_": "from"}):
    """A part of a record in a file: of the record's fields those that are named here, under the same names."""


class _NameFacts(_Facts):
    name: str
    script: Script
    kind: NameKind
    from_: date | None = None
    to: date | None = None


class _StatusFacts(_Facts):
    status: LicenceStatus | None = None
    from_: date | None = None
    to: date | None = None
    until: date | None = None
    is_stayed: bool = False
    publish_until: date | None = None
    withheld: str | None = None


class _ConditionFacts(_Facts):
    code: ConditionCode
    sectors: tuple[record.Sector, ...] = ()
    destinations: tuple[str, ...] = ()


class _LicenceFacts(_Facts):
    licence_id: str
    authority: str
    country: str
    kind: LicenceKind
    source: str
    retrieved_at: datetime
    number: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    corridors: tuple[record.Corridor, ...] | None = None
    sectors: tuple[record.Sector, ...] | None = None
    activities: tuple[Activity, ...] | None = None
    conditions: tuple[_ConditionFacts, ...] | None = None
    status_history: tuple[_StatusFacts, ...] = ()


class _SanctionFacts(_Facts):
    kind: SanctionKind | None = None
    from_: date | None = None
    to: date | None = None
    licence_id: str | None = None
    is_stayed_by_appeal: bool = False
    publish_until: date | None = None
    withheld: str | None = None


class _WarningFacts(_Facts):
    from_: date | None = None
    to: date | None = None


class _AgencyFacts(_Facts):
    """`is_identifier_under_review` alone is no field of a record: it says so of any of the numbers."""

    agency_id: str
    country: str
    role: Role
    holder_kind: HolderKind
    dissolved_on: date | None = None
    is_correction_requested: bool = False
    withheld: str | None = None
    names: tuple[_NameFacts, ...] = ()
    is_identifier_under_review: bool = False
    clone_warnings: tuple[_WarningFacts, ...] = ()
    licences: tuple[_LicenceFacts, ...] = ()
    sanctions: tuple[_SanctionFacts, ...] = ()


def facts_of(agency: record.Agency) -> bytes:
    """What stands in a file of an agency, as JSON; without names and numbers where it may be a natural person."""
    facts = msgspec.convert(agency, _AgencyFacts, from_attributes=True)
    facts.is_identifier_under_review = any(one.is_under_review for one in agency.identifiers)
    if agency.holder_kind is not HolderKind.LEGAL_PERSON:
        facts.names = ()
        for licence in facts.licences:
            licence.number = None
    stated = record.canonical(facts)
    if len(stated) > MAX_RECORD:
        return record.canonical({"agency_id": agency.agency_id, "country": agency.country, "is_too_long": True})
    return stated


class LookupNumber(NamedTuple):
    """The key a holder is found by: its kind, and the number as the registry knows it."""

    kind: str
    value: str
    has_failed_check: bool = False


class Answers(NamedTuple):
    """The answers to a number as JSON, and the last day on which all of them hold (None: no end is known).

    `suit_every_number`: any other number that leads to the same licences of the same agency has the same answers.
    """

    stated: bytes
    last_day: date | None
    suit_every_number: bool


def answers_on(number: LookupNumber, holders: Sequence[Holder], facts: VerdictFacts, calendar: "Calendar") -> Answers:
    """The answers to the plain worker's question, one for each destination and one for none, with the last day each holds.

    `until` is a day in UTC+8, the easternmost zone that the registry answers for; absent where nothing known changes it.
    """
    country, _, value = number.value.rpartition(":") if number.kind == "registration_number" else ("", "", number.value)
    question = Question(
        SubjectKind(number.kind), value, country or None, origin=ORIGIN, has_failed_check=number.has_failed_check
    )
    here = replace(facts, holders=holders)
    own = calendar.own_days(holders, facts)
    found, lasts, suit_every_number = [], [], not number.has_failed_check
    for destination in (None, *destinations_of([holder.agency for holder in holders])):
        verdict = decide(replace(question, destination=destination), here)
        suit_every_number = suit_every_number and suits_every_number(verdict)
        last = calendar.last_day(own, destination)
        lasts += [last] if last is not None else []
        found.append(
            {"origin": ORIGIN, "verdict": verdict.verdict, "reasons": _reasons(verdict.reasons)}
            | ({"destination": destination} if destination is not None else {})
            | ({"until": last.isoformat()} if last is not None else {})
        )
    return Answers(record.canonical(found), min(lasts, default=None), suit_every_number)


class Unnamed(NamedTuple):
    """A record without names, numbers and references, which no rule reads; its digest, and what its licences are called in it."""

    agency: record.Agency
    digest: bytes
    licence_ids: Mapping[str, str]


LONG_PAST = date.min
"""Stands in a record that is judged for any beginning that no law counts from any more."""


def unnamed(agency: record.Agency, counted_from: date = date.min) -> Unnamed:
    """The record as it is judged: agencies that are alike in all that the rules read have one.

    Its days stay, but for beginnings before `counted_from`: of those no rule reads more than that they are past. Licences
    that are then alike are one, for a licence answers by itself alone.

    Agreements are read by the agencies they name, so of a record with any nothing is left out.
    """
    if agency.agreements:
        own_ids = {one.licence_id: one.licence_id for one in agency.licences}
        return Unnamed(agency, hashlib.sha256(record.canonical(agency)).digest(), own_ids)
    places: dict[record.Licence, str] = {}
    licence_ids = {}
    for one in agency.licences:
        alike = _unnamed_licence(one, counted_from)
        licence_ids[one.licence_id] = places.setdefault(alike, str(len(places)))
    bare = replace(
        agency,
        agency_id="",
        place=None,
        # Of a name only its days count, as all days do until they are long past.
        names=tuple([replace(one, name="") for one in agency.names if max(_days_of_name(one)) >= counted_from]),
        identifiers=tuple([replace(one, value="") for one in agency.identifiers]),
        licences=tuple([replace(alike, licence_id=place) for alike, place in places.items()]),
    )
    return Unnamed(bare, hashlib.sha256(record.canonical(bare)).digest(), licence_ids)


def _days_of_name(name: record.Name) -> tuple[date, date]:
    return name.from_ or date.min, name.to or date.min


def _unnamed_licence(licence: record.Licence, counted_from: date) -> record.Licence:
    valid_from, history = licence.valid_from, licence.status_history
    if valid_from is not None and valid_from < counted_from:
        valid_from = LONG_PAST
    # Of several periods the order counts, and since when a status refuses is told.
    if len(history) == 1 and _permits(period := history[0]) and (period.from_ or date.max) < counted_from:
        history = (replace(period, from_=LONG_PAST),)
    return replace(licence, licence_id="", number=None, status_place=0, valid_from=valid_from, status_history=history)


def _permits(period: record.StatusPeriod) -> bool:
    return period.status is not None and STATUSES[period.status].recruit is Answer.YES


class SharedAnswers:
    """Answers that are judged once for all numbers, and all agencies, that are alike in all that the rules read.

    `counted_from` is the day from which on all days of a record matter to them.
    """

    def __init__(self, facts: VerdictFacts, calendar: "Calendar") -> None:
        self._facts, self._calendar = facts, calendar
        self.counted_from = calendar.counted_from(day_at(facts.as_of, None))
        self._known: dict[tuple[bytes, frozenset[str], datetime | None], Answers] = {}

    def to(
        self, number: LookupNumber, holder: Unnamed, licences: Iterable[str] | None, confirmed_at: datetime | None
    ) -> Answers:
        """The answers to a number that names these licences of its one holder, or any of them."""
        ids = holder.licence_ids
        judged = frozenset(ids.values() if licences is None else [ids[one] for one in licences if one in ids])
        key = (holder.digest, judged, confirmed_at)
        known = self._known.get(key)
        if known is not None and not number.has_failed_check:
            return known
        answers = answers_on(number, [Holder(holder.agency, judged, confirmed_at)], self._facts, self._calendar)
        if answers.suit_every_number:
            if len(self._known) >= MAX_SHARED:
                self._known.clear()
            self._known[key] = answers
        return answers


def _reasons(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Code, weight and values of each; the ids of rows of law stay out."""
    return [
        {"code": one.code}
        | ({"informs": True} if one.weight is Weight.INFORMS else {})
        | ({"values": values} if (values := {k: v for k, v in one.values.items() if k != "rows"}) else {})
        for one in findings
    ]


def destinations_of(agencies: Iterable[record.Agency]) -> list[str]:
    """The countries of work that records speak of: of corridors, agreements and conditions, and an agency's own in the EU."""
    found: set[str | None] = set()
    for agency in agencies:
        found.add(agency.country)
        found.update(one.destination for one in agency.agreements)
        for licence in agency.licences:
            found.add(licence.country)
            found.update(one.destination for one in licence.corridors or ())
            found.update(place for one in licence.conditions or () for place in one.destinations)
    return sorted(place for place in found if place in EU_STATES)


class OwnDays(NamedTuple):
    """What follows from records and lists alone: the days they state, and those to come on which an answer may change.

    `today` is the day on which the answer is judged.
    """

    today: date
    countries: frozenset[str]
    stated: frozenset[date]
    coming: tuple[date, ...]


class _LawAhead(NamedTuple):
    """After how many months, counted from a day of a record, something ends; and the next day on which the law itself changes."""

    months: frozenset[int]
    coming: tuple[date, ...]


class Calendar:
    """The days on which an answer may change by itself, for one law: a record's own, and those of the countries' rows."""

    def __init__(self, law: Law) -> None:
        self._law = law
        self._days: dict[str, set[date]] = {}
        self._months: dict[str, frozenset[int]] = {}
        self._ahead: dict[tuple[frozenset[str], str | None, date], _LawAhead] = {}
        self._ends: dict[tuple[date, int, date], date | None] = {}

    def own_days(self, holders: Sequence[Holder], facts: VerdictFacts) -> OwnDays:
        """The days of holders' records, and of partial lists, whatever the destination."""
        at = facts.as_of
        today = min(day_at(at, zone) for zone in _zones_of(holders, facts))
        countries = {ORIGIN, *(holder.agency.country for holder in holders)}
        countries |= {licence.country for holder in holders for licence in holder.agency.licences}
        stated = {one for holder in holders for one in _days_in(holder.agency)}
        coming = []
        for field, day in stated:
            first = day + _DAY if field in _LAST_DAYS else day
            # What the law lets us show ends with a day in UTC.
            if first > (day_at(at, None) if field == "publish_until" else today):
                coming.append(first)
            if field == "valid_to" and day - SOON > today:
                coming.append(day - SOON)
        coming += [easternmost_day(end) for end in _ends_of_partial(holders, facts.snapshot) if end > at]
        stated_days = frozenset(day for _, day in stated)
        return OwnDays(today, frozenset(countries), stated_days, tuple(coming))

    def counted_from(self, today: date) -> date:
        """A day so early that from none before it any country's law counts to a day that is still to come."""
        months = max((most for country in self._law.countries for most in self._months_of(country)), default=0)
        # No month is longer, today is not the same day everywhere, and what ends may do so a day later.
        return date.fromordinal(max(today.toordinal() - 31 * months - 4, 1))

    def last_day(self, own: OwnDays, destination: str | None) -> date | None:
        """The last day before anything known begins, ends or grows too old; at the latest before a partial list does.

        Until when full lists may be relied on, the epoch says for all its files.
        """
        law = self._of_corridor(own.countries, destination, own.today)
        ends = (self._end_after(day, months, own.today) for day in own.stated for months in law.months)
        coming = [*own.coming, *law.coming, *(end for end in ends if end is not None)]
        return min(coming) - _DAY if coming else None

    def _end_after(self, day: date, months: int, today: date) -> date | None:
        """The next day on which something may end that lasts so many months from a day: alike for many records."""
        key = (day, months, today)
        if key not in self._ends:
            ends = (months_after(one, months) for one in (day - _DAY, day))
            self._ends[key] = min((one for end in ends for one in (end, end + _DAY) if one > today), default=None)
        return self._ends[key]

    def _of_corridor(self, own: frozenset[str], destination: str | None, today: date) -> "_LawAhead":
        """What the law of some countries, and of a destination, says of the days to come: alike for many records."""
        key = (own, destination, today)
        if key not in self._ahead:
            countries = own if destination is None else own | {destination}
            coming = [day for country in countries for day in self._days_of(country) if day > today]
            if destination is not None:
                coming += [day for day in days_of_telling(self._law, destination) if day > today]
            months = frozenset[int]().union(*map(self._months_of, countries))
            self._ahead[key] = _LawAhead(months, tuple(sorted(coming)[:1]))
        return self._ahead[key]

    def _days_of(self, country: str) -> set[date]:
        if country not in self._days:
            self._days[country] = _days_of_law(self._law, country)
        return self._days[country]

    def _months_of(self, country: str) -> frozenset[int]:
        """After how many months, counted from a day of a record, something ends there."""
        if country not in self._months:
            law = self._law.countries.get(country)
            found: set[int] = set()
            for row in law.regime if law else ():
                found |= {row.wind_down_months} - {None}  # type: ignore[arg-type]
            for limit in law.limit if law else ():
                found |= {12 * n for n in (limit.years_after_entry, limit.years_active_before) if n is not None}
            self._months[country] = frozenset(found)
        return self._months[country]


def _zones_of(holders: Sequence[Holder], facts: VerdictFacts) -> set[str | None]:
    """The zones by whose days the verdict is judged: of the authorities of its licences, else as `decide` has it."""
    if len(holders) != 1:
        return {None}
    agency, named = holders[0].agency, holders[0].licences
    judged = [one for one in agency.licences if named is None or one.licence_id in named]
    zones = {facts.snapshot.time_zone(one.authority) for one in judged}
    return zones or {zone_of(agency.country, facts)}


def _ends_of_partial(holders: Sequence[Holder], snapshot: SourceSnapshot) -> Iterator[datetime]:
    """When licences of partial lists grow too old: each counts from when it was seen last, not from the list's reading."""
    for holder in holders:
        for licence in holder.agency.licences:
            source = snapshot.sources.get(licence.source)
            if source is not None and not source.is_full and source.fresh_for_days:
                seen = max(licence.retrieved_at, holder.confirmed_at or licence.retrieved_at)
                yield seen + timedelta(days=source.fresh_for_days)


def _days_in(agency: record.Agency) -> Iterator[tuple[str, date]]:
    """Every day that the record states, of those that a calendar can count from, with the field's name."""
    body = _encode(agency)
    # The name of the field is looked for before each day: most fields have none.
    found = {(body[body.rindex(b'"', 0, at := one.start()) + 1 : at], one[1]) for one in _DAY_OF_FIELD.finditer(body)}
    for field, text in found:
        day = date.fromisoformat(text.decode())
        if 2 < day.year < 9990:
            yield field.decode(), day


def days_of_telling(law: Law, destination: str) -> set[date]:
    """The days from which on a change of a country's law is told ahead, and no longer: its own."""
    return {day for row in changes_of(law, destination) for day in (row.on - AHEAD, row.on)}


def _days_of_law(law: Law, country: str) -> set[date]:
    found: set[date] = set()
    stated = law.countries.get(country)
    for _, row in rows_of(stated) if stated is not None else ():
        ends = [last for last in [last_fresh_day(row)] if last is not None]
        if isinstance(row, DatedRow):
            found |= {row.from_} - {None}  # type: ignore[arg-type]
            ends += [row.to] if row.to is not None else []
        if isinstance(row, Regime) and row.transition is not None:
            found.add(row.transition.from_)
            ends.append(row.transition.to)
        if isinstance(row, Limit) and row.deadline is not None:
            found.add(row.deadline)
            ends.append(row.deadline)
        found |= {day + timedelta(days=1) for day in ends if day < date.max}
    return found
