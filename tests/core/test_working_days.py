"""What is due when. Rather too early than too late, and no finer than it must be."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.core.working_days import (
    end_of_day,
    months_after,
    remind_from,
    resumed,
    rounded_up,
    started,
    triage_due,
    waiting_due,
    working_days_after,
)
from registry.vocabulary.cases import ClockKind, Priority

EARLIEST, LATEST = datetime(2020, 1, 1), datetime(2099, 1, 1)  # noqa: DTZ001 - hypothesis adds the zone
instants = st.datetimes(EARLIEST, LATEST, timezones=st.just(UTC))

FRIDAY = datetime(2026, 3, 6, 16, 52, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("priority", "due"),
    [
        (Priority.P0, datetime(2026, 3, 6, 17, 55, tzinfo=UTC)),
        (Priority.P1, datetime(2026, 3, 7, 16, 55, tzinfo=UTC)),
        (Priority.P2, datetime(2026, 3, 12, tzinfo=UTC)),
        (Priority.P3, datetime(2026, 3, 21, tzinfo=UTC)),
        (Priority.P4, datetime(2026, 4, 4, tzinfo=UTC)),
    ],
)
def test_when_somebody_must_have_looked(priority, due):
    assert triage_due(priority, FRIDAY) == due


def test_word_within_seven_days_and_an_answer_within_three_months():
    due = {clock.kind: clock.at for clock in started(Priority.P4, FRIDAY)}
    assert due[ClockKind.ACKNOWLEDGE] == end_of_day(date(2026, 3, 13))
    assert due[ClockKind.ANSWER] == end_of_day(date(2026, 6, 6))


@given(instants, st.sampled_from(Priority))
def test_no_clock_tells_an_instant_finer_than_five_minutes(at, priority):
    for due in started(priority, at):
        assert due.at.minute % 5 == due.at.second == due.at.microsecond == 0
        assert due.at > at


@given(instants)
def test_rounding_adds_less_than_five_minutes(at):
    assert timedelta(0) <= rounded_up(at) - at < timedelta(minutes=5)


@given(instants)
def test_what_is_more_urgent_is_never_due_later(at):
    dues = [triage_due(priority, at) for priority in Priority]
    assert dues == sorted(dues)


@given(st.dates(date(2020, 1, 1), date(2099, 1, 1)), st.integers(1, 40))
def test_working_days_end_on_one_and_count_only_those(day, count):
    end = working_days_after(day, count)
    days = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert end.weekday() < 5
    assert sum(d.weekday() < 5 for d in days) == count


@pytest.mark.parametrize(
    ("day", "later"),
    [
        (date(2026, 11, 30), date(2027, 2, 28)),
        (date(2027, 11, 30), date(2028, 2, 29)),
        (date(2026, 10, 31), date(2027, 1, 31)),
        (date(2026, 12, 1), date(2027, 3, 1)),
    ],
)
def test_three_months_later(day, later):
    assert months_after(day, 3) == later


def test_waiting_moves_what_is_due_by_the_days_waited_and_sixty_at_most():
    due = end_of_day(date(2026, 6, 6))
    assert resumed(due, date(2026, 3, 10), date(2026, 3, 20)) == due + timedelta(days=10)
    assert resumed(due, date(2026, 3, 10), date(2026, 8, 20)) == due + timedelta(days=60)
    # A clock of the machine that was set back does not shorten anything.
    assert resumed(due, date(2026, 3, 10), date(2026, 3, 1)) == due
    assert waiting_due(date(2026, 3, 10)) == end_of_day(date(2026, 5, 9))


@pytest.mark.parametrize("priority", [Priority.P0, Priority.P1])
def test_what_is_urgent_is_told_at_once(priority):
    assert remind_from(ClockKind.TRIAGE, priority, triage_due(priority, FRIDAY)) < FRIDAY


def test_what_is_not_is_told_before_it_is_due():
    due = triage_due(Priority.P3, FRIDAY)
    assert FRIDAY < remind_from(ClockKind.TRIAGE, Priority.P3, due) < due
