"""When a webhook that failed is tried again, when its owners hear of it, and when it is given up. Pure."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

FIRST_PAUSE = timedelta(seconds=5)
MAX_PAUSE = timedelta(hours=6)
GIVEN_UP_AFTER = timedelta(days=3)
MAX_RETRY_AFTER = timedelta(hours=1)
NEWS_WITHIN = timedelta(minutes=1)
"""Within which a webhook is tried for something new, however long what failed before waits."""

TOLD_AFTER = timedelta(hours=1)
"""How long a webhook fails before its owners hear of it."""


def pause_after(attempts: int, retry_after: int | None = None, *, has_news: bool = False) -> timedelta:
    """How long to wait after so many attempts that failed: 5 s, 15 s, 45 s, ... at most six hours.

    `retry_after` are the seconds that the receiver asks for instead: between five seconds and an hour. `has_news`: something
    new came meanwhile and waits behind it.
    """
    if retry_after is not None:
        return max(FIRST_PAUSE, min(timedelta(seconds=retry_after), MAX_RETRY_AFTER))
    factor: int = 3 ** min(attempts - 1, 10)
    return min(FIRST_PAUSE * factor, NEWS_WITHIN if has_news else MAX_PAUSE)


def read_retry_after(text: str, at: datetime) -> int | None:
    """The seconds after `at` that `Retry-After` asks for, as a number or a date (RFC 9110); None for anything else."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        stated = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    stated = stated if stated.tzinfo is not None else stated.replace(tzinfo=UTC)
    return max(0, math.ceil((stated - at).total_seconds()))


def is_given_up(queued_at: datetime, at: datetime) -> bool:
    return at - queued_at >= GIVEN_UP_AFTER


def is_disabled(failing_since: datetime | None, at: datetime) -> bool:
    """Whether a webhook that took nothing since then is switched off."""
    return failing_since is not None and at - failing_since >= GIVEN_UP_AFTER
