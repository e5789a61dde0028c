"""For any question: no unread or disputed row decides, and no fact that was not stated bars a worker."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from registry.register.law.limit_rules import Outcome, Plan, judge_limit, judge_route
from registry.register.law.loading import shipped_law
from registry.register.law.rules import limits_on, regime_on, regimes_on
from registry.register.law.weights import DECIDING, is_disputed, is_fresh, is_in_transition, is_readable, may_decide
from registry.register.law.words import LawActivity, OccupationScheme, Visa
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import CORRIDOR_SECTORS

LAW = shipped_law()
PERMITS = sorted({permit for row in (*LAW.limits, *LAW.permit_routes) for permit in row.permits_covered})
SECTORS = sorted({*CORRIDOR_SECTORS, *(code for row in LAW.limits for code in row.nace)})

days = st.dates(date(2000, 1, 1), date(2040, 12, 31))
countries = st.sampled_from(sorted(LAW.countries))
activities = st.sampled_from(LawActivity)
flags = st.none() | st.booleans()
plans = st.builds(
    Plan,
    nationality=st.none() | st.sampled_from(["CN", "GE", "PH", "US", "XK"]),
    is_permit_bound=flags,
    permit=st.none() | st.sampled_from(PERMITS),
    visa=st.none() | st.sampled_from(Visa),
    sector=st.none() | st.sampled_from(SECTORS),
    nace_revision=st.sampled_from(["2.1", "2.0"]),
    occupation=st.none() | st.sampled_from(["7531", "9112", "5343", "9210", "5120"]),
    occupation_scheme=st.sampled_from(OccupationScheme),
    is_abroad=flags,
    agency_entered_on=st.none() | days,
    agency_active_since=st.none() | days,
    facts=st.dictionaries(st.sampled_from([row.id for row in LAW.limits]), st.booleans(), max_size=3),
)


@given(countries, activities, days)
def test_the_regime_of_a_day_was_read_is_undisputed_and_settled(country, activity, day):
    regime = regime_on(LAW.regimes, country, activity, day)
    if regime is None:
        return
    assert regime.rule is not RegimeRule.UNKNOWN
    assert is_readable(regime)
    assert not is_disputed(regime)
    assert not is_in_transition(regime, day)
    assert {one.rule for one in regimes_on(LAW.regimes, country, activity, day)} == {regime.rule}


@given(st.sampled_from(LAW.limits), plans, days)
def test_what_bars_was_read_is_undisputed_and_fresh_or_confirmed(row, plan, day):
    found = judge_limit(row, plan, day)
    if found.outcome is Outcome.BARS:
        assert may_decide(row, day) in DECIDING
        assert is_readable(row)
        assert not is_disputed(row)
        assert is_fresh(row, day) or row.confirmation is not None
    if not is_readable(row):
        assert found.outcome is Outcome.PASSES


@given(st.sampled_from(LAW.limits), days)
def test_nothing_that_was_not_stated_bars_anybody(row, day):
    unstated = judge_limit(row, Plan(), day)
    assert unstated.outcome is not Outcome.BARS


@given(st.sampled_from(LAW.limits), plans, days)
def test_what_would_bar_is_never_passed_over_in_silence_when_a_fact_is_missing(row, plan, day):
    if judge_limit(row, plan, day).outcome is not Outcome.BARS:
        return
    for name in ("nationality", "is_permit_bound", "permit", "visa", "sector", "occupation", "agency_entered_on"):
        facts = {field: getattr(plan, field) for field in plan.__dataclass_fields__} | {name: None}
        assert judge_limit(row, Plan(**facts), day).outcome in (Outcome.BARS, Outcome.OPEN)


@given(st.sampled_from(LAW.permit_routes), plans, days)
def test_a_route_bars_for_a_permit_it_names_alone(row, plan, day):
    if judge_route(row, plan, day).outcome is Outcome.BARS:
        assert plan.permit in row.permits_covered
        assert plan.nationality == "CN"
        assert may_decide(row, day) in DECIDING


@given(countries, st.none() | activities, days)
def test_every_limit_that_is_given_was_read_and_is_in_force(country, activity, day):
    for row in limits_on(LAW.limits, country, activity, day):
        assert is_readable(row)
        assert (row.from_ or date.min) <= day <= (row.to or date.max)
