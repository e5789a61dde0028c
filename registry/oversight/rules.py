"""Rules of overviews and of the open statistics. Pure.

Overviews: the days they cover, the ages of cases, medians and percentiles.

Statistics are of whole quarters, by one dimension at a time, with nothing about few people. A count below five is left out, as
if it were none; others are rounded to five; a total is the sum of what is shown. So any difference between published figures is
nothing or at least five.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.vocabulary.cases import CaseState, Dimension

MIN_CELL = 5
STEP = 5
DELAY = timedelta(days=14)
"""Days after a quarter's last day, so that a mass filing of that day is quarantined before it is counted."""
VERSION = "1"

NOT_STATED = "not_stated"

COUNTED = frozenset(CaseState) - {CaseState.DRAFT, CaseState.QUARANTINED, CaseState.MERGED}
"""A draft is no complaint, a mass filing is one at most, and a merged case is counted with the other."""

OUTCOMES = (
    CaseState.DECIDED_UPHELD,
    CaseState.DECIDED_PARTLY,
    CaseState.DECIDED_NOT_UPHELD,
    CaseState.OUT_OF_SCOPE,
    CaseState.WITHDRAWN,
)

_QUARTER = re.compile(r"([0-9]{4})-?[qQ]([1-4])")


class Quarter(NamedTuple):
    """A quarter of a year, written 2026-Q3."""

    year: int
    number: int

    def __str__(self) -> str:
        return f"{self.year:04}-Q{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.after.first - timedelta(days=1)

    @property
    def after(self) -> "Quarter":
        return Quarter(self.year + self.number // 4, self.number % 4 + 1)

    @property
    def before(self) -> "Quarter":
        return Quarter.of(self.first - timedelta(days=1))

    @property
    def closes_on(self) -> date:
        """The first day on which the quarter may be counted."""
        return self.last + DELAY

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)


def read_quarter(text: str) -> Quarter | None:
    """`2026-Q3`, in either letter case, with or without the hyphen; None when it is no quarter."""
    match = _QUARTER.fullmatch(text.strip())
    return Quarter(int(match[1]), int(match[2])) if match and 2000 <= int(match[1]) <= 9998 else None


def due(first: Quarter, closed: Iterable[str], today: date) -> list[Quarter]:
    """The quarters from the first on that have ended long enough ago and are not closed yet, oldest first."""
    done, found, quarter = set(closed), [], first
    while quarter.closes_on <= today:
        if str(quarter) not in done:
            found.append(quarter)
        quarter = quarter.after
    return found


def published(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts that may be published, of the true ones."""
    return {value: rounded(count) for value, count in counts.items() if count >= MIN_CELL}


def rounded(count: int) -> int:
    """A count rounded to the nearest five."""
    return STEP * ((count + STEP // 2) // STEP)


def total(dimension: Dimension, cells: Mapping[str, int]) -> int | None:
    """The sum of the cells that are shown; None by indicator, for one complaint may show several."""
    return None if dimension is Dimension.INDICATOR else sum(cells.values())


USUAL = timedelta(weeks=12)
MAX_PERIOD = timedelta(days=731)
"""Two years: a chart with more weeks is not readable."""


class Age(StrEnum):
    """How long ago an open case was filed: up to 7, 30 or 90 days, or more."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    OLDER = "older"


UP_TO: Mapping[Age, int] = {Age.WEEK: 7, Age.MONTH: 30, Age.QUARTER: 90}
"""Days, both ends included."""


class Period(NamedTuple):
    """A period of days, both ends included."""

    from_on: date
    to_on: date

    @property
    def weeks(self) -> list[date]:
        """The Monday of each week that has a day in the period."""
        first = monday(self.from_on)
        return [first + timedelta(weeks=number) for number in range((self.to_on - first).days // 7 + 1)]

    @property
    def former(self) -> "Period":
        """The period of as many days before it."""
        days = self.to_on - self.from_on
        last = self.from_on - timedelta(days=1)
        return Period(last - days, last)


class Spans(NamedTuple):
    """Days from filing to decision: number of decisions, median, and 90th percentile."""

    decided: int
    median: int | None
    p90: int | None


def usual(today: date) -> Period:
    return Period(today - USUAL + timedelta(days=1), today)


def is_period(from_on: date, to_on: date) -> bool:
    return from_on <= to_on <= from_on + MAX_PERIOD


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def spans(days: Mapping[int, int]) -> Spans:
    """Count, median and 90th percentile, from decisions by days taken; by nearest rank, so each figure occurred."""
    count = sum(days.values())
    return Spans(count, _ranked(days, count, 50), _ranked(days, count, 90))


def _ranked(days: Mapping[int, int], count: int, hundredth: int) -> int | None:
    seen = 0
    for day in sorted(days):
        seen += days[day]
        if seen * 100 >= count * hundredth:
            return day
    return None
