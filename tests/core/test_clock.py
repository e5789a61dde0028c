"""Instants and days."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import msgspec
import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from registry.core import clock
from registry.core.clock import answer_instant, day_at, instant_text, json_in_whole_seconds, now, read_instant

FIRST = datetime(1900, 1, 1, tzinfo=UTC)
instants = st.integers(0, 200 * 365 * 86_400 * 10**6).map(lambda n: FIRST + timedelta(microseconds=n))


def test_now_is_aware_and_in_utc():
    with time_machine.travel(datetime(2026, 11, 25, 10, tzinfo=UTC), tick=False):
        assert now() == datetime(2026, 11, 25, 10, tzinfo=UTC)
        assert now().tzinfo is UTC


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-12-31T15:59:59Z", "Asia/Shanghai", date(2026, 12, 31)),
        ("2026-12-31T16:00:00Z", "Asia/Shanghai", date(2027, 1, 1)),
        ("2026-12-31T22:59:59Z", "Europe/Amsterdam", date(2026, 12, 31)),
        ("2026-12-31T23:00:00Z", "Europe/Amsterdam", date(2027, 1, 1)),
        ("2026-12-31T23:00:00Z", None, date(2026, 12, 31)),
        ("2026-07-01T22:00:00Z", "Europe/Prague", date(2026, 7, 2)),
        ("2026-07-01T21:00:00Z", "Europe/Athens", date(2026, 7, 2)),
    ],
)
def test_a_day_is_the_authoritys_own(instant, zone, day):
    assert day_at(read_instant(instant), zone) == day


def test_a_day_long_past_is_not_forgotten_for_today(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a verdict asks for today and for the day on which a list was first read, in turn."""
    worked_out = []
    work_out = clock._whole_day
    monkeypatch.setattr(clock, "_days", {})
    monkeypatch.setattr(clock, "_whole_day", lambda local: worked_out.append(local) or work_out(local))
    for _ in range(10):
        assert day_at(read_instant("2026-11-29T17:00:00Z"), "Asia/Shanghai") == date(2026, 11, 30)
        assert day_at(read_instant("2025-11-29T17:00:00Z"), "Asia/Shanghai") == date(2025, 11, 30)
    assert len(worked_out) == 2
    for day in range(1, 28):
        day_at(datetime(2027, 1, day, tzinfo=UTC), "Asia/Shanghai")
    assert len(clock._days["Asia/Shanghai"]) == clock._MAX_DAYS


@given(instants, instants)
def test_the_order_of_texts_is_the_order_of_instants(one, other):
    assert (instant_text(one) < instant_text(other)) is (one < other)
    assert read_instant(instant_text(one)) == one


def test_an_instant_is_read_with_any_offset_and_never_without():
    there = datetime(2026, 11, 25, 18, tzinfo=timezone(timedelta(hours=8)))
    assert read_instant("2026-11-25T18:00:00+08:00") == there
    assert instant_text(there) == "2026-11-25T10:00:00.000000Z"
    with pytest.raises(ValueError, match="offset"):
        read_instant("2026-11-25T18:00:00")


@pytest.mark.parametrize("microsecond", [0, 120_000, 123_456])
def test_an_instant_in_a_table_is_cut_to_the_second(microsecond: int) -> None:
    instant = datetime(2026, 11, 24, 10, 0, 0, microsecond, tzinfo=UTC)
    assert answer_instant(instant) == "2026-11-24T10:00:00Z"
    assert answer_instant(instant.astimezone(ZoneInfo("Europe/Rome"))) == answer_instant(instant)


@given(st.lists(instants, max_size=3))
def test_an_answer_has_each_instant_as_tables_have_it(found: list[datetime]) -> None:
    read = msgspec.json.decode(json_in_whole_seconds(msgspec.json.encode({"at": found})))
    assert read == {"at": [answer_instant(one) for one in found]}


@pytest.mark.parametrize("text", ["T10:00:00.5Z", "at 2026-11-24T10:00:00.123456Z, they said", "Z", '"Z"', ".1234567Z"])
def test_other_texts_of_an_answer_stay(text: str) -> None:
    assert msgspec.json.decode(json_in_whole_seconds(msgspec.json.encode([text]))) == [text]


@given(
    instants, st.integers(0, 2 * 86_400), st.sampled_from([None, "Asia/Shanghai", "Europe/Rome", "America/St_Johns"])
)
def test_a_day_that_was_just_asked_about_is_the_day_of_the_calendar(first, seconds, zone):
    later = first + timedelta(seconds=seconds)
    for instant in (first, later, first):
        assert day_at(instant, zone) == instant.astimezone(ZoneInfo(zone) if zone else UTC).date()
