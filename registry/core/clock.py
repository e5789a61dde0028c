"""The one source of now and today. Instants are aware, in UTC; a day is the authority's own."""

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


class _Day(NamedTuple):
    """A calendar day of some zone: its first instant, the first after it, and its date."""

    begin: datetime
    end: datetime
    date: date


_MAX_DAYS = 4

_days: dict[str | None, tuple[_Day, ...]] = {}
"""The days last asked about in each zone: nearly always today, or one on which a list was first read. UTC stands under None."""


def day_at(instant: datetime, time_zone: str | None) -> date:
    """The calendar day at `instant` where the authority sits; UTC when no authority is known."""
    known = _days.get(time_zone, ())
    for one in known:
        if one.begin <= instant < one.end:
            return one.date
    local = instant.astimezone(zone(time_zone) if time_zone else UTC)
    day = _whole_day(local)
    if day is not None:
        _days[time_zone] = (day, *known)[:_MAX_DAYS]
    return local.date()


def end_of_day(instant: datetime, time_zone: str | None) -> datetime:
    """The first instant at which it is another day there than at `instant`, or an earlier one after which to look again."""
    local = instant.astimezone(zone(time_zone) if time_zone else UTC)
    day = _whole_day(local)
    # Where clocks are changed, and at the end of the calendar, every hour is looked at anew.
    return day.end if day is not None else instant + min(timedelta(minutes=1), _LAST - instant)


_LAST = datetime.max.replace(tzinfo=UTC)


def _whole_day(local: datetime) -> _Day | None:
    """The day of an instant; None on a day on which clocks are changed, and at the ends of the calendar."""
    try:
        begin = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        end = begin + timedelta(days=1)
        if begin.utcoffset() != local.utcoffset() or end.utcoffset() != begin.utcoffset():
            return None
        return _Day(begin.astimezone(UTC), end.astimezone(UTC), local.date())
    except OverflowError:
        return None


def instant_text(instant: datetime) -> str:
    """`2026-11-24T10:00:00.123456Z`: UTC, microseconds, always the same length, so that text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def answer_instant(instant: datetime) -> str:
    """`2026-11-24T10:00:00Z`: an instant in tables as JSON answers have it, cut to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_FINE = re.compile(rb'T(\d\d:\d\d:\d\d)\.\d{6}Z"')


def json_in_whole_seconds(body: bytes) -> bytes:
    """JSON with its instants cut to the second, as every answer has them. Other texts stay as they are."""
    at = body.find(b"Z")
    while at >= 0:
        # Most answers have none finer, and to look for one letter is a fortieth of a search for all.
        if body[at - 7 : at - 6] == b".":
            return _FINE.sub(rb'T\1Z"', body)
        at = body.find(b"Z", at + 1)
    return body


def read_instant(text: str) -> datetime:
    """The inverse of `instant_text`; also takes other ISO 8601 forms with an offset. ValueError otherwise."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant needs its offset, for example a closing Z")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("an instant must lie between the years 1 and 9999 in UTC") from None
