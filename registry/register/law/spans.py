"""What a law says, by the days on which it changes. Pure.

Between two such days one answer holds, so it is worked out once for each span and found by bisection. The spans follow
from the law alone: no day that anybody asked about is kept.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Generic, TypeVar

from registry.register.law.rows import DatedRow, Regime, Row

V = TypeVar("V")


class Spans(Generic[V]):
    """One value for every day. `firsts` are the days on which it may become another, in any order."""

    def __init__(self, firsts: Iterable[date], value: Callable[[date], V]) -> None:
        self._firsts = sorted({date.min, *firsts})
        self._values = [value(first) for first in self._firsts]

    def on(self, day: date) -> V:
        return self._values[bisect_right(self._firsts, day) - 1]


def days_of_change(rows: Iterable[Row]) -> Iterator[date]:
    """The first day on which each row holds, and the first on which it no longer does; of a regime's transition too."""
    for row in rows:
        if isinstance(row, DatedRow):
            yield from _edges(row.from_, row.to)
        if isinstance(row, Regime) and row.transition is not None:
            yield from _edges(row.transition.from_, row.transition.to)


def _edges(first: date | None, last: date | None) -> Iterator[date]:
    if first is not None:
        yield first
    if last is not None and last < date.max:
        yield last + timedelta(days=1)
