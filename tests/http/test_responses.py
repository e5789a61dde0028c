from datetime import UTC, datetime, timedelta

import pytest

from registry.http.responses import cache_seconds

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "zones", "seconds"),
    [
        (NOON, (None,), 60),
        (NOON, ("Europe/Prague", "Asia/Shanghai"), 60),
        (datetime(2026, 6, 1, 21, 59, 30, tzinfo=UTC), ("Europe/Prague",), 30),
        (datetime(2026, 6, 1, 15, 59, 59, tzinfo=UTC), ("Asia/Shanghai",), 1),
        (datetime(2026, 6, 1, 15, 59, 59, tzinfo=UTC), ("Europe/Prague",), 60),
        (datetime(2026, 6, 1, 23, 59, 15, tzinfo=UTC), (), 45),
    ],
)
def test_an_answer_is_kept_until_the_next_midnight_at_most(
    instant: datetime, zones: tuple[str | None, ...], seconds: int
) -> None:
    assert cache_seconds(instant, zones) == seconds


def test_an_answer_is_kept_until_its_source_goes_stale() -> None:
    assert cache_seconds(NOON, (), [NOON + timedelta(seconds=20.9), None, NOON - timedelta(days=1)]) == 20


def test_an_answer_on_the_edge_is_not_kept_at_all() -> None:
    assert cache_seconds(NOON, (), [NOON + timedelta(milliseconds=5)]) == 0
