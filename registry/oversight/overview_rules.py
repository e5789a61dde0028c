"""Rules of overviews: the days they cover, the ages of cases, medians and percentiles. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

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
