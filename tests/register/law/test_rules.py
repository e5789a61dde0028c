"""What the shipped law says of a country, an activity and a day; dated changes at their edges."""

from datetime import date, timedelta

import pytest

from registry.register.law.limit_rules import Outcome, Plan, judge_limit, judge_limits, judge_route
from registry.register.law.loading import country_law, law_of, shipped_law
from registry.register.law.rules import (
    due_rows,
    limits_on,
    regime_needs,
    regime_on,
    regimes_on,
    routes_of,
    too_old_rows,
    votes_ending,
    where_to_ask,
)
from registry.register.law.weights import months_after
from registry.register.law.words import LawActivity, OccupationScheme, Route, Visa
from registry.vocabulary.law import ForeignLicence, Mark, RegimeRule
from registry.vocabulary.register import Activity
from tests.register.law.make import HEAD, LIMIT, TODAY, regime

LAW = shipped_law()
LICENCE, REGISTRATION, NOTIFICATION, NONE = (
    RegimeRule.LICENCE, RegimeRule.REGISTRATION, RegimeRule.NOTIFICATION, RegimeRule.NONE,
)  # fmt: skip


@pytest.mark.parametrize(
    ("country", "activity", "day", "rule"),
    [
        ("CN", Activity.LABOUR_SERVICE_ABROAD, date(2012, 7, 31), None),
        ("CN", Activity.LABOUR_SERVICE_ABROAD, date(2012, 8, 1), LICENCE),
        ("CN", Activity.PLACEMENT, TODAY, None),
        ("CN", LawActivity.SEAFARER_PLACEMENT, TODAY, LICENCE),
        ("CN", LawActivity.PROJECT_CONTRACTING, TODAY, NONE),
        ("CN", LawActivity.CONTRACTOR_STAFFING, TODAY, None),
        ("NL", Activity.TEMPORARY_WORK, date(2026, 12, 31), REGISTRATION),
        ("NL", Activity.TEMPORARY_WORK, date(2027, 1, 1), None),
        ("NL", Activity.TEMPORARY_WORK, date(2028, 1, 1), LICENCE),
        ("NL", Activity.PLACEMENT, TODAY, NONE),
        ("DE", Activity.TEMPORARY_WORK, TODAY, LICENCE),
        ("DE", Activity.PLACEMENT, TODAY, NONE),
        ("CZ", Activity.PLACEMENT, TODAY, LICENCE),
        ("PL", Activity.PLACEMENT, date(2025, 5, 31), REGISTRATION),
        ("PL", Activity.TEMPORARY_WORK, date(2025, 5, 31), None),
        ("PL", Activity.TEMPORARY_WORK, date(2025, 6, 1), REGISTRATION),
        ("FR", Activity.TEMPORARY_WORK, TODAY, NOTIFICATION),
        ("FR", Activity.PLACEMENT, TODAY, NONE),
        ("ES", Activity.TEMPORARY_WORK, TODAY, LICENCE),
        ("RO", Activity.PLACEMENT, TODAY, None),
        ("LU", Activity.PLACEMENT, TODAY, None),
        ("AT", Activity.PLACEMENT, TODAY, None),
        ("BE", Activity.TEMPORARY_WORK, TODAY, LICENCE),
        ("BE", Activity.PLACEMENT, TODAY, None),
        ("MT", Activity.TEMPORARY_WORK, date(2024, 5, 31), None),
        ("MT", Activity.TEMPORARY_WORK, date(2024, 6, 1), LICENCE),
    ],
)
def test_what_the_law_asks_that_day(country, activity, day, rule):
    known = regime_on(LAW.regimes, country, activity, day)
    assert (known.rule if known else None) is rule


def test_regions_that_differ_ask_for_the_region():
    assert regime_needs(LAW.regimes, "BE", Activity.PLACEMENT, TODAY) == ("region",)
    assert regime_needs(LAW.regimes, "BE", Activity.TEMPORARY_WORK, TODAY) == ()
    flanders = regime_on(LAW.regimes, "BE", Activity.PLACEMENT, TODAY, region="Vlaanderen")
    assert (flanders.rule, flanders.region) == (NONE, "Vlaanderen")


def test_regions_that_agree_stand_as_one_with_the_weakest_mark():
    belgium = regime_on(LAW.regimes, "BE", Activity.TEMPORARY_WORK, TODAY)
    assert belgium.region is None
    assert belgium.mark is Mark.SECONDARY
    assert belgium.foreign_licence is ForeignLicence.UNKNOWN


def test_sectors_that_differ_ask_for_the_sector():
    rows = [regime(id="zz-1", nace=("01",)), regime(id="zz-2", rule=NONE, nace_except=("01",))]
    assert regime_on(rows, "ZZ", Activity.TEMPORARY_WORK, TODAY) is None
    assert regime_needs(rows, "ZZ", Activity.TEMPORARY_WORK, TODAY) == ("sector",)
    assert regime_on(rows, "ZZ", Activity.TEMPORARY_WORK, TODAY, sector="01.13").rule is LICENCE
    assert regime_on(rows, "ZZ", Activity.TEMPORARY_WORK, TODAY, sector="41.00").rule is NONE


def test_italys_disputed_worth_of_a_foreign_licence_is_unknown():
    assert regime_on(LAW.regimes, "IT", Activity.TEMPORARY_WORK, TODAY).foreign_licence is ForeignLicence.UNKNOWN


def test_china_alone_prohibits_foreign_bodies():
    assert {row.country for row in LAW.regimes if row.are_foreign_bodies_prohibited} == {"CN"}


def test_the_words_of_a_disputed_regime_can_still_be_displayed():
    assert [row.disputed is not None for row in regimes_on(LAW.regimes, "CN", LawActivity.CONTRACTOR_STAFFING, TODAY)]


# Limits.


def limit(country: str, row_id: str):
    return LAW.rows[f"{country.lower()}-limit-{row_id}"]


def outcome(row, today=TODAY, day=TODAY, **plan):
    return judge_limit(row, Plan(**plan), day, today=today).outcome


def test_a_journey_on_a_tourist_visa_is_barred_by_chinas_law():
    row = next(row for row in LAW.countries["CN"].limit if row.visas_barred)
    for visa in (Visa.TOURIST, Visa.BUSINESS, Visa.STUDY):
        assert outcome(row, visa=visa) is Outcome.BARS
    assert outcome(row, visa=Visa.WORK) is Outcome.PASSES
    for unstated in (Plan(), Plan(visa=Visa.UNKNOWN)):
        found = judge_limit(row, unstated, TODAY)
        assert (found.outcome, found.needs) == (Outcome.OPEN, ("visa",))


def test_hungarys_guest_worker_permit_is_closed_to_everybody_since_june():
    row = next(row for row in LAW.countries["HU"].limit if row.nationalities_allowed == ())
    plan = {"is_permit_bound": True, "permit": row.permits_covered[0], "nationality": "CN"}
    assert outcome(row, **plan) is Outcome.BARS
    assert outcome(row, **plan | {"nationality": "GE"}) is Outcome.BARS
    closed = limits_on(LAW.limits, "HU", Activity.TEMPORARY_WORK, date(2026, 6, 5))
    assert row not in closed
    assert row in limits_on(LAW.limits, "HU", Activity.TEMPORARY_WORK, date(2026, 6, 6))


def test_hungarys_employment_permit_goes_by_nationality():
    row = next(row for row in LAW.countries["HU"].limit if row.nationalities_allowed)
    plan = {"is_permit_bound": True, "permit": row.permits_covered[0]}
    assert outcome(row, **plan, nationality="CN") is Outcome.BARS
    assert outcome(row, **plan, nationality="PH") is Outcome.PASSES
    assert judge_limit(row, Plan(**plan), TODAY).needs == ("nationality",)


def test_a_polish_agency_in_its_first_two_years_is_barred_until_the_very_day():
    row = next(row for row in LAW.countries["PL"].limit if row.years_after_entry)
    plan = {"is_permit_bound": True, "agency_entered_on": date(2025, 6, 1)}
    assert outcome(row, **plan, day=date(2027, 5, 31)) is Outcome.BARS
    assert outcome(row, **plan, day=date(2027, 6, 1)) is Outcome.PASSES
    assert judge_limit(row, Plan(is_permit_bound=True), TODAY).needs == ("agency_entered_on",)


def test_a_slovak_agency_must_have_worked_three_years():
    row = next(row for row in LAW.countries["SK"].limit if row.years_active_before)
    plan = {"is_permit_bound": True, "agency_active_since": date(2024, 1, 1)}
    assert outcome(row, **plan) is Outcome.BARS
    assert outcome(row, **plan, is_shortage_job=True) is Outcome.BARS
    old = plan | {"day": date(2027, 1, 1)}
    assert outcome(row, **old, is_shortage_job=True) is Outcome.PASSES
    assert outcome(row, **old, is_shortage_job=False) is Outcome.BARS
    assert outcome(row, **old) is Outcome.OPEN
    unsaid = judge_limit(row, Plan(**plan), date(2027, 1, 1), today=date(2027, 1, 1))
    assert unsaid.needs == ("is_shortage_job",)


def test_czech_occupations_open_to_agency_work_pass_and_others_stay_open():
    row = next(row for row in LAW.countries["CZ"].limit if row.occupations_allowed)
    for allowed in ("7531", "8181", "8211", "8332", "8344"):
        assert outcome(row, is_permit_bound=True, occupation=allowed) is Outcome.PASSES
    assert outcome(row, is_permit_bound=True, occupation="9112") is Outcome.OPEN
    assert judge_limit(row, Plan(is_permit_bound=True), TODAY).needs == ("occupation",)


def test_lending_to_german_building_firms_leaves_no_yes_and_makes_no_no_by_code():
    row = next(row for row in LAW.countries["DE"].limit if "41" in row.nace)
    assert outcome(row, sector="41.00") is Outcome.OPEN
    assert outcome(row, sector="43.21") is Outcome.PASSES


@pytest.mark.parametrize("country", ["DE", "GR"])
def test_where_a_sector_is_wider_than_the_law_the_occupation_shows_whom_the_law_leaves_out(country):
    row = next(row for row in LAW.countries[country].limit if "41" in row.nace)
    assert judge_limit(row, Plan(sector="41.00"), TODAY).needs == ("occupation",)
    assert outcome(row, sector="41.00", occupation="4110") is Outcome.PASSES
    for builder in ("7112", "9313", "other", "unknown"):
        assert outcome(row, sector="41.00", occupation=builder) is Outcome.OPEN


def test_a_german_permit_for_lent_work_is_barred_for_a_citizen_of_china_where_no_exemption_holds():
    row = next(row for row in LAW.countries["DE"].limit if row.nationalities_barred)
    plan = {"nationality": "CN", "is_permit_bound": True, "facts": {row.id: True}}
    assert outcome(row, **plan) is Outcome.BARS
    assert outcome(row, **plan | {"facts": {}}) is Outcome.OPEN
    assert outcome(row, **plan | {"nationality": "US"}) is Outcome.PASSES


def test_swedish_personal_assistants_are_told_by_swedish_codes():
    berries, row = (row for row in LAW.countries["SE"].limit if row.occupations_barred)
    plan = {"is_permit_bound": True, "occupation_scheme": OccupationScheme.SSYK}
    assert outcome(row, **plan, occupation="5343") is Outcome.BARS
    assert outcome(berries, **plan, occupation="9210") is Outcome.OPEN
    assert outcome(row, **plan, occupation="5120") is Outcome.PASSES


def test_the_gravest_finding_comes_first():
    found = judge_limits(
        limits_on(LAW.limits, "CN", Activity.LABOUR_SERVICE_ABROAD, TODAY), Plan(visa=Visa.TOURIST), TODAY
    )
    assert found[0].outcome is Outcome.BARS


def test_limits_of_another_activity_are_no_limits():
    rows = limits_on(LAW.limits, "DE", Activity.PLACEMENT, TODAY)
    assert rows
    assert not any(row.activities for row in rows)


# Routes, fees, changes.


def test_italys_ordinary_quota_is_closed_to_chinese_citizens_and_care_is_not_judged():
    routes = routes_of(LAW.permit_routes, "IT")
    closed = [route for route in routes if route.permits_covered]
    assert closed
    for route in closed:
        plan = Plan(nationality="CN", permit=route.permits_covered[0])
        assert judge_route(route, plan, TODAY).outcome in (Outcome.BARS, Outcome.OPEN)
        assert judge_route(route, Plan(nationality="CN", permit="family care quota"), TODAY).outcome is Outcome.PASSES


def test_no_unread_or_disputed_route_is_given():
    for law in LAW.countries.values():
        for route in routes_of(LAW.permit_routes, law.country):
            assert route.mark in (Mark.SOURCE, Mark.SECONDARY)
            assert route.disputed is None
    assert Route.DIRECT in {one.route for one in routes_of(LAW.permit_routes, "CZ")}


def test_a_country_outside_the_registry_says_where_to_ask():
    assert where_to_ask(LAW.countries["GB"]) == ["Fair Work Agency"]
    assert where_to_ask(LAW.countries["HK"])
    assert where_to_ask(LAW.countries["IT"]) == []


def test_rows_to_be_read_again_are_told_on_the_day_and_before():
    row = LAW.rows["nl-regime-temporary-work-until-2026-12-31"]
    assert ("regime", row) not in due_rows(LAW, date(2026, 12, 30))
    assert ("regime", row) in due_rows(LAW, date(2026, 12, 31))
    assert ("regime", row) in due_rows(LAW, date(2026, 12, 1), within_days=30)
    assert ("regime", row) not in due_rows(LAW, date(2026, 11, 30), within_days=30)


VOTES_UNTIL = date(2027, 1, 20)
"""Of `LIMIT`."""


def law_with(text):
    return law_of([country_law("ZZ.toml", (HEAD + text).encode())])


def test_a_row_that_is_soon_too_old_to_decide_is_told_60_days_before():
    law = law_with(LIMIT)
    told = [("limit", law.rows["zz-limit-lending"], VOTES_UNTIL)]
    assert votes_ending(law, VOTES_UNTIL - timedelta(days=61)) == []
    assert votes_ending(law, VOTES_UNTIL - timedelta(days=60)) == told
    assert votes_ending(law, VOTES_UNTIL) == told
    assert votes_ending(law, VOTES_UNTIL + timedelta(days=1)) == []


@pytest.mark.parametrize(
    "why_not",
    [
        'in_force_on = 2026-11-01\nin_force_source = "a page"\n',
        'confirmation = { by = "legal office", on = 2026-11-01 }\n',
        'disputed = "two sources"\n',
        "to = 2027-01-20\n",
    ],
)
def test_a_row_that_loses_no_vote_by_its_age_is_not_told(why_not):
    assert votes_ending(law_with(LIMIT + why_not), VOTES_UNTIL) == []


def test_a_row_that_lost_its_vote_by_age_alone_is_told_as_too_old():
    law, after = law_with(LIMIT), VOTES_UNTIL + timedelta(days=1)
    assert too_old_rows(law, VOTES_UNTIL) == []
    assert too_old_rows(law, after) == [("limit", law.rows["zz-limit-lending"])]
    assert too_old_rows(law_with(LIMIT + 'disputed = "two sources"\n'), after) == []
    assert too_old_rows(law_with(LIMIT.replace('"bars"', '"informs"')), after) == []


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 12, 31), 2, date(2027, 2, 28)),
    ],
)
def test_months_after_a_last_day_end_on_a_last_day(day, months, later):
    assert months_after(day, months) == later
