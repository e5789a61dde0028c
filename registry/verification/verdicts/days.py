"""Days that tell what was asked of them. Pure.

A holder is judged on such days, and they note what of them the verdict stands on: between which other days each lies, and
which are named in a reason. Another holder whose days lie in the same way gets the same verdict with days of his
own. A day of which anything else is asked, its year or the day after it, stands for itself alone.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

_FIRST, _LAST = date.min.toordinal(), date.max.toordinal()
_number = date.toordinal
_text = date.isoformat


class Bound(NamedTuple):
    """Between which ordinals, both inclusive, the day at a place lies."""

    place: int
    low: int
    high: int


class Named(str):
    """A day as a reason names it: YYYY-MM-DD, with its place."""

    place: int


class Watch:
    """What was asked of the days of one holder."""

    def __init__(self) -> None:
        self._low: list[int] = []
        self._high: list[int] = []
        self._days: list[int] = []
        self._named: Counter[int] = Counter()

    def day(self, day: date) -> "WatchedDay":
        watched = WatchedDay(day.year, day.month, day.day)
        watched.watch, watched.place = self, len(self._days)
        self._days.append(_number(day))
        self._low.append(_FIRST)
        self._high.append(_LAST)
        return watched

    def compared(self, place: int, other: int) -> None:
        day = self._days[place]
        if day <= other:
            self._high[place] = min(self._high[place], other - (day < other))
        if day >= other:
            self._low[place] = max(self._low[place], other + (day > other))

    def fixed(self, place: int) -> None:
        self._low[place] = self._high[place] = self._days[place]

    def named(self, place: int) -> Named:
        self._named[place] += 1
        text = Named(_text(date.fromordinal(self._days[place])))
        text.place = place
        return text

    def bounds(self, told: Iterable[Any]) -> list[Bound]:
        """What holds of the days wherever the verdict is the same. `told` are all values that the reasons speak of.

        A name of a day that is not among them went into something else, which stands on the day itself.
        """
        found = Counter(value.place for value in told if type(value) is Named)
        for place in self._named.keys() | found.keys():
            if self._named[place] != found[place]:
                self.fixed(place)
        return [
            Bound(place, low, high)
            for place, (low, high) in enumerate(zip(self._low, self._high, strict=True))
            if (low, high) != (_FIRST, _LAST)
        ]


class WatchedDay(date):
    """A day of a holder who is judged."""

    watch: Watch
    place: int

    def isoformat(self) -> str:
        return self.watch.named(self.place)


def _comparing(name: str) -> Callable[[WatchedDay, Any], Any]:
    plain: Callable[[date, Any], Any] = getattr(date, name)

    def compared(self: WatchedDay, other: Any) -> Any:
        if isinstance(other, WatchedDay):
            self.watch.fixed(self.place)
            other.watch.fixed(other.place)
        elif isinstance(other, date):
            self.watch.compared(self.place, _number(other))
        return plain(self, other)

    return compared


def _fixing(name: str) -> Callable[..., Any]:
    plain: Callable[..., Any] = getattr(date, name)

    def fixed(self: WatchedDay, *given: Any, **more: Any) -> Any:
        self.watch.fixed(self.place)
        return plain(date.fromordinal(_number(self)), *given, **more)

    return fixed


def _fixing_part(name: str) -> Callable[[WatchedDay], int]:
    def fixed(self: WatchedDay) -> int:
        self.watch.fixed(self.place)
        return int(getattr(date.fromordinal(_number(self)), name))

    return fixed


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    setattr(WatchedDay, _name, _comparing(_name))
for _name in (
    "__hash__", "__add__", "__radd__", "__sub__", "__rsub__", "__str__", "__repr__", "__format__", "__reduce__", "ctime",
    "isocalendar", "isoweekday", "replace", "strftime", "timetuple", "toordinal", "weekday",
):  # fmt: skip
    setattr(WatchedDay, _name, _fixing(_name))
for _name in ("year", "month", "day"):
    setattr(WatchedDay, _name, property(_fixing_part(_name)))


def lies_within(days: Sequence[int], bounds: Iterable[Bound]) -> bool:
    for place, low, high in bounds:  # noqa: SIM110 - a generator costs as much as all of it
        if not low <= days[place] <= high:
            return False
    return True
