"""When a clock is wrong: by the database's, and by what is stored."""

from datetime import UTC, datetime, timedelta

import pytest

from registry.log import clock_check
from registry.log.clock_check import Known

pytestmark = pytest.mark.real_clock

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def judge(at: datetime, database: datetime | None = None, *, took: timedelta = timedelta(), **stored: datetime):
    return clock_check.judge_clock(at, at + took, database, Known(**stored))


@pytest.mark.parametrize(("seconds", "is_right"), [(-31, False), (-30, True), (0, True), (30, True), (31, False)])
def test_half_a_minute_from_the_database_is_right(seconds: int, is_right: bool) -> None:
    report = judge(NOON + seconds * SECOND, NOON)
    assert (report.offset, report.trouble is None) == (seconds, is_right)
    # Where it is wrong, the database's time can still be relied on.
    assert report.database_now == (None if is_right else NOON)


def test_a_database_that_answers_late_makes_no_clock_wrong() -> None:
    assert judge(NOON, NOON + 2 * SECOND, took=100 * SECOND).offset == 0
    assert judge(NOON, NOON + 99 * SECOND, took=100 * SECOND).trouble is None
    assert judge(NOON, NOON + 150 * SECOND, took=100 * SECOND).offset == -50


@pytest.mark.parametrize("stored", ["last_entry", "last_beat", "accepted_at"])
def test_without_a_clock_of_the_database_what_is_stored_counts(stored: str) -> None:
    for ago, is_right in ((-31 * SECOND, False), (-30 * SECOND, True), (25 * DAY, True), (25 * DAY + SECOND, False)):
        report = judge(NOON, **{stored: NOON - ago})
        assert (report.trouble is None) is is_right
        assert report.offset == (0 if is_right else ago.total_seconds())
        assert report.database_now is None
    # And beside it too: it may stand on the same machine.
    assert judge(NOON, NOON, **{stored: NOON + DAY}).trouble is not None


def test_a_machine_that_never_published_has_nothing_to_be_held_to() -> None:
    assert judge(NOON) == clock_check.ClockReport(0.0)


def test_the_newest_of_all_that_is_stored_counts() -> None:
    assert judge(NOON, last_entry=NOON - 300 * DAY, last_beat=NOON - DAY).trouble is None
    assert judge(NOON, last_entry=NOON - 300 * DAY, last_beat=NOON - 200 * DAY, accepted_at=NOON).trouble is None


def test_an_entry_that_an_operator_disregards_counts_again_when_another_is_ahead_of_it() -> None:
    ahead = NOON + 400 * DAY
    assert judge(NOON, last_entry=ahead, accepted_at=NOON).trouble is not None
    assert judge(NOON, last_entry=ahead, accepted_at=NOON, disregards=ahead).trouble is None
    next_one = ahead + timedelta(microseconds=1)
    assert judge(NOON, last_entry=next_one, accepted_at=NOON, disregards=ahead).trouble is None
    assert judge(NOON, last_entry=ahead + DAY, accepted_at=NOON, disregards=ahead).trouble is not None
