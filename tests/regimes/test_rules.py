"""Regimes are dated data, each with its source; whatever is not there is unknown."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.regimes.rules import may_wind_down, months_after, regime_on, shipped_regimes
from registry.terms import Activity, Answer, ForeignLicence, Mark, RegimeRule

SHIPPED = shipped_regimes()
days = st.dates(date(1970, 1, 1), date(2100, 1, 1))


def test_no_two_periods_of_one_country_and_activity_overlap():
    for one, other in combinations(SHIPPED, 2):
        if (one.country, one.activity) == (other.country, other.activity):
            first, second = sorted((one, other), key=lambda regime: regime.from_)
            assert first.to is not None
            assert first.to < second.from_


def test_every_regime_names_its_source_and_the_day_it_was_read():
    for regime in SHIPPED:
        assert regime.source
        assert regime.source_on <= date(2026, 11, 24)
        assert regime.mark in Mark


@pytest.mark.parametrize(
    ("country", "activity", "day", "rule"),
    [
        ("CN", Activity.LABOUR_SERVICE_ABROAD, date(2012, 7, 31), None),
        ("CN", Activity.LABOUR_SERVICE_ABROAD, date(2012, 8, 1), RegimeRule.LICENCE),
        ("NL", Activity.TEMPORARY_WORK, date(2026, 12, 31), RegimeRule.NONE),
        ("NL", Activity.TEMPORARY_WORK, date(2027, 1, 1), RegimeRule.LICENCE),
        ("NL", Activity.PLACEMENT, date(2027, 1, 1), None),
        ("DE", Activity.TEMPORARY_WORK, date(2026, 1, 1), RegimeRule.LICENCE),
        ("DE", Activity.PLACEMENT, date(2026, 1, 1), None),
        ("CZ", Activity.PLACEMENT, date(2026, 1, 1), RegimeRule.LICENCE),
        ("PL", Activity.TEMPORARY_WORK, date(2026, 1, 1), RegimeRule.LICENCE),
        ("FR", Activity.PLACEMENT, date(2026, 1, 1), None),
    ],
)
def test_the_shipped_regimes_are_what_their_sources_say(country, activity, day, rule):
    regime = regime_on(SHIPPED, country, activity, day)
    assert (regime.rule if regime else None) is rule


def test_china_prohibits_foreign_bodies_and_nobody_else_does():
    assert [regime.country for regime in SHIPPED if regime.are_foreign_bodies_prohibited] == ["CN"]


def test_italy_alone_asks_foreign_agencies_for_the_entry():
    assert {r.country for r in SHIPPED if r.foreign_licence is ForeignLicence.NEEDS_ENTRY} == {"IT"}


def test_germany_alone_leaves_time_to_wind_down():
    assert {regime.country: regime.wind_down_months for regime in SHIPPED if regime.wind_down_months} == {"DE": 12}


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
    ],
)
def test_a_month_later_is_the_same_day_or_the_last(day, months, later):
    assert months_after(day, months) == later


@given(days, st.integers(0, 36))
def test_months_after_are_never_further_than_their_days(day, months):
    later = months_after(day, months)
    assert timedelta(days=28 * months) <= later - day <= timedelta(days=31 * months)


def test_where_no_regime_says_winding_down_is_unknown():
    german = regime_on(SHIPPED, "DE", Activity.TEMPORARY_WORK, date(2026, 1, 1))
    czech = regime_on(SHIPPED, "CZ", Activity.TEMPORARY_WORK, date(2026, 1, 1))
    ended, day = date(2026, 1, 1), date(2026, 6, 1)
    assert may_wind_down(german, ended, day) is Answer.YES
    assert may_wind_down(german, ended, date(2027, 6, 1)) is Answer.NO
    assert may_wind_down(czech, ended, day) is Answer.UNKNOWN
    assert may_wind_down(None, ended, day) is Answer.UNKNOWN
    assert may_wind_down(german, None, day) is Answer.UNKNOWN
