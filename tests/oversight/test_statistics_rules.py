"""Open numbers may not be about few people: nothing below five, and nothing that a subtraction brings to light."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.oversight.rules import COUNTED, MIN_CELL, OUTCOMES, Quarter, due, published, read_quarter, rounded, total
from registry.vocabulary.cases import CaseState, Dimension

counts = st.dictionaries(st.sampled_from(["14.10", "15.20", "56.11", "not_stated"]), st.integers(0, 40))
days = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (2, 0), (3, 5), (5, 5), (7, 5), (8, 10), (12, 10), (13, 15), (1002, 1000)]
)
def test_counts_are_rounded_to_the_nearest_five(count: int, shown: int):
    assert rounded(count) == shown


def test_below_five_is_as_none_even_where_it_would_round_up():
    assert published({"a": 4, "b": 3, "c": 0, "d": 5, "e": 12}) == {"e": 10, "d": 5}


@given(counts)
def test_what_is_shown_is_never_small_and_never_far_from_the_truth(true: dict[str, int]):
    displayed = published(true)
    assert all(count >= MIN_CELL and count % 5 == 0 for count in displayed.values())
    assert all(abs(true[value] - count) <= 2 for value, count in displayed.items())
    assert {value for value, count in true.items() if count >= MIN_CELL} == set(displayed)


@given(counts, counts)
def test_neighbouring_releases_subtracted_show_no_small_number(one: dict[str, int], other: dict[str, int]):
    before, after = published(one), published(other)
    for value in before.keys() | after.keys():
        assert abs(after.get(value, 0) - before.get(value, 0)) not in range(1, MIN_CELL)
    totals = [total(Dimension.SECTOR, displayed) for displayed in (before, after)]
    assert abs(totals[1] - totals[0]) not in range(1, MIN_CELL)


@given(counts, st.sampled_from(["14.10", "15.20", "56.11", "not_stated"]))
def test_one_complaint_more_shows_either_not_at_all_or_as_five(true: dict[str, int], value: str):
    more = {**true, value: true.get(value, 0) + 1}
    differences = {abs(published(more).get(one, 0) - published(true).get(one, 0)) for one in true.keys() | {value}}
    assert differences <= {0, 5}


@given(counts)
def test_a_total_leaves_nothing_over_when_its_cells_are_taken_away(true: dict[str, int]):
    displayed = published(true)
    assert total(Dimension.COUNTRY, displayed) == sum(displayed.values())
    assert total(Dimension.INDICATOR, displayed) is None


@given(days)
def test_every_day_is_of_one_quarter(day: date):
    quarter = Quarter.of(day)
    assert quarter.first <= day <= quarter.last
    assert read_quarter(str(quarter)) == quarter
    assert quarter.after.first == quarter.last + timedelta(days=1)
    assert quarter.after.before == quarter


def test_quarters_are_read_as_people_write_them():
    assert str(read_quarter("2026q3")) == str(read_quarter(" 2026-Q3 ")) == "2026-Q3"
    assert [read_quarter(text) for text in ("2026-Q5", "Q3", "2026", "0000-Q1", "9999-Q4", "")] == [None] * 6
    assert (Quarter(2026, 4).first, Quarter(2026, 4).last) == (date(2026, 10, 1), date(2026, 12, 31))
    assert Quarter(2026, 4).after == Quarter(2027, 1)


def test_a_quarter_is_due_two_weeks_after_its_end_and_only_once():
    first = Quarter(2026, 2)
    assert due(first, [], date(2026, 7, 13)) == []
    assert due(first, [], date(2026, 7, 14)) == [first]
    assert due(first, ["2026-Q2"], date(2026, 7, 14)) == []
    assert due(first, ["2026-Q3"], date(2027, 1, 20)) == [first, Quarter(2026, 4)]


def test_drafts_floods_and_what_was_joined_to_another_are_not_counted():
    assert set(CaseState) - COUNTED == {CaseState.DRAFT, CaseState.QUARANTINED, CaseState.MERGED}
    assert set(OUTCOMES) <= COUNTED
