"""The days on which a stored answer may change by itself: those that records state, and those of the law. Pure."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from registry.core.clock import day_at
from registry.ranges.rules import easternmost_day
from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.loading import Law, rows_of
from registry.register.law.rows import DatedRow, Limit, Regime
from registry.register.law.rules import changes_of
from registry.register.law.weights import last_fresh_day, months_after
from registry.verification.verdicts.absence_rules import zone_of
from registry.verification.verdicts.law_rules import AHEAD
from registry.verification.verdicts.licence_rules import SOON
from registry.verification.verdicts.question import Holder, VerdictFacts

ORIGIN = "CN"
"""Where the plain worker comes from."""

_DAY_OF_FIELD = re.compile(rb'":"(\d{4}-\d\d-\d\d)"')
_LAST_DAYS = frozenset({"to", "until", "valid_to", "publish_until"})
"""Fields of which the day itself still counts; any other states the first day of something."""
_DAY = timedelta(days=1)
_encode = msgspec.json.Encoder().encode


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
    """The zones by whose days the verdict is judged: of the authorities of its licences, else as verdicts have it."""
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
