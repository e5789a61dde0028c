"""The one source of now and today. Instants are aware, in UTC; a day is the authority's own."""

import re
from datetime import UTC, date, datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo


def now() -> datetime:
    return datetime.now(UTC)


@cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def day_at(instant: datetime, time_zone: str | None) -> date:
    """The calendar day at `instant` where the authority sits; UTC when no authority is known."""
    # In UTC equal instants are one instant, so the day of one that was just asked about is known.
    return _day_at(instant, time_zone) if instant.tzinfo is UTC else _reckoned(instant, time_zone)


def _reckoned(instant: datetime, time_zone: str | None) -> date:
    return instant.astimezone(zone(time_zone) if time_zone else UTC).date()


_day_at = lru_cache(maxsize=512)(_reckoned)


def instant_text(instant: datetime) -> str:
    """`2026-11-24T10:00:00.123456Z`: UTC, microseconds, always the same length, so that text order is time order."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def answer_instant(instant: datetime) -> str:
    """`2026-11-24T10:00:00Z`: an instant in tables as JSON answers have it, cut to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


_FINE = re.compile(rb'T(\d\d:\d\d:\d\d)\.\d{6}Z"')


def json_in_whole_seconds(body: bytes) -> bytes:
    """JSON with its instants cut to the second, as every answer has them. Other texts stay as they are."""
    at = body.find(b'Z"')
    while at >= 0:
        # Most answers have none finer, and to look is a twentieth of a search for all.
        if body[at - 7 : at - 6] == b".":
            return _FINE.sub(rb'T\1Z"', body)
        at = body.find(b'Z"', at + 1)
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
