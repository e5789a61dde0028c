"""When to fetch a list, when to try again, and when to warn that it is about to go stale. Pure."""

from datetime import datetime, timedelta

FIRST_PAUSE = timedelta(minutes=5)
MAX_PAUSE = timedelta(hours=12)
WARN_AT = 0.75
"""The share of a list's life after which its operator is warned, once."""


def pause_between_fetches(fresh_for_days: int, fetch_every_hours: int | None) -> timedelta:
    """As the mapping says; else four times within the list's life, at most once an hour and at least once a week."""
    if fetch_every_hours is not None:
        return timedelta(hours=max(fetch_every_hours, 1))
    return min(max(timedelta(days=fresh_for_days) / 4, timedelta(hours=1)), timedelta(days=7))


def pause_after_failure(failures: int, usual: timedelta) -> timedelta:
    """Twice as long after each failure in a row, but never longer than half a day or the usual pause."""
    doublings: int = 2 ** min(failures - 1, 10)
    return min(FIRST_PAUSE * doublings, MAX_PAUSE, usual)


def warn_from(retrieved_at: datetime, fresh_for_days: int) -> datetime | None:
    """The instant from which a warning is due; None for a list that never goes stale."""
    if fresh_for_days == 0:
        return None
    return retrieved_at + timedelta(days=fresh_for_days) * WARN_AT
