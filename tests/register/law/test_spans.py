"""What is looked up by span of days is what reading every row gives, on any day and above all at the edges."""

from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from registry.register.law.loading import shipped_law
from registry.register.law.rules import Spans, days_of_change, limits_on, regime_on, regimes_on
from registry.register.law.weights import is_in_force
from registry.register.law.words import LawActivity

LAW = shipped_law()
COUNTRIES = sorted(LAW.countries)
EDGES = sorted(
    {
        day + timedelta(days=near)
        for day in days_of_change((*LAW.regimes, *LAW.limits))
        if date.min < day < date.max
        for near in (-1, 0, 1)
    }
)
days = st.one_of(st.sampled_from(EDGES), st.dates(), st.sampled_from([date.min, date.max]))


@given(days, st.sampled_from(COUNTRIES))
def test_a_tuple_of_rows_tells_the_same_as_rows_that_are_read_anew(day, country):
    for activity in LawActivity:
        assert regimes_on(LAW.regimes, country, activity, day) == regimes_on(list(LAW.regimes), country, activity, day)
        assert regime_on(LAW.regimes, country, activity, day) == regime_on(list(LAW.regimes), country, activity, day)


def test_on_every_day_of_change_the_rows_told_are_those_in_force():
    for day, country in product(EDGES[:: max(1, len(EDGES) // 60)], COUNTRIES):
        stated = {limit.id for limit in limits_on(LAW.limits, country, None, day)}
        there = {limit.id for limit in LAW.limits if limit.country == country}
        in_force = {limit.id for limit in LAW.limits if limit.id in there and is_in_force(limit, day)}
        assert stated <= in_force
        for activity in LawActivity:
            assert {limit.id for limit in limits_on(LAW.limits, country, activity, day)} <= stated
        for activity in LawActivity:
            assert all(is_in_force(regime, day) for regime in regimes_on(LAW.regimes, country, activity, day))


@given(st.lists(st.dates(), max_size=6), st.dates())
def test_a_span_runs_from_its_first_day_to_the_day_before_the_next(firsts, day):
    spans = Spans(firsts, lambda first: first)
    assert spans.on(day) == max([date.min, *(first for first in firsts if first <= day)])
