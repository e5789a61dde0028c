"""Of which days an overview tells, how old is old, and what stands in the middle. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

USUAL = timedelta(weeks=12)
MAX_PERIOD = timedelta(days=731)
"""Two years: more weeks than that nobody reads in one chart."""


class Age(StrEnum):
    """How long ago an open case was filed: up to 7, 30 or 90 days, or more."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    OLDER = "older"


UP_TO: Mapping[Age, int] = {Age.WEEK: 7, Age.MONTH: 30, Age.QUARTER: 90}
"""Days, both ends included."""


class Period(NamedTuple):
    """Both days included."""

    from_on: date
    to_on: date

    @property
    def weeks(self) -> list[date]:
        """The Monday of each week that has a day of it."""
        first = monday(self.from_on)
        return [first + timedelta(weeks=number) for number in range((self.to_on - first).days // 7 + 1)]


class Spans(NamedTuple):
    """Days from filing to decision: of how many decisions, the middle one and the one that nine tenths do not exceed."""

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
    """Of how many decisions took how many days; by nearest rank, so that each figure is one that occurred."""
    count = sum(days.values())
    return Spans(count, _ranked(days, count, 50), _ranked(days, count, 90))


def _ranked(days: Mapping[int, int], count: int, hundredth: int) -> int | None:
    seen = 0
    for day in sorted(days):
        seen += days[day]
        if seen * 100 >= count * hundredth:
            return day
    return None
