"""The twelve rules of what a row of law may decide (docs/maintainers/law.md), one after the other."""

from datetime import date, timedelta

import pytest

from registry.register.law.limit_rules import Outcome, Plan, judge_limit, judge_route
from registry.register.law.loading import shipped_law
from registry.register.law.rows import Exemption
from registry.register.law.rules import may_wind_down, regime_on, regimes_on, transition_on
from registry.register.law.weights import DECIDING, Weight, is_readable, may_decide
from registry.register.law.words import (
    AppliesTo,
    AsOfKind,
    Breadth,
    Charging,
    CodeFit,
    ExemptionFact,
    LawActivity,
    LimitEffect,
    LimitSubject,
    OccupationScheme,
    Possible,
)
from registry.vocabulary.law import ForeignLicence, Mark, RegimeRule
from registry.vocabulary.register import Activity, Answer, LicenceStatus
from tests.register.law.make import CONFIRMED, TODAY, fee, limit, regime, route

OLD = date(2024, 11, 26)
STILL_FRESH = date(2024, 11, 27)
RESTRICTING = [limit, route, fee, lambda **facts: regime(rule=RegimeRule.PROHIBITED, **facts)]


@pytest.mark.parametrize("make", [regime, *RESTRICTING])
def test_marks_what_was_not_read_is_never_shown_and_never_decides(make):
    assert may_decide(make(mark=Mark.KNOWN, confirmation=CONFIRMED), TODAY) is Weight.HIDDEN


@pytest.mark.parametrize("make", [regime, *RESTRICTING])
def test_marks_a_secondary_reading_decides_only_with_its_mark(make):
    assert may_decide(make(mark=Mark.SECONDARY), TODAY) is Weight.DECIDES_WITH_MARK
    assert may_decide(make(mark=Mark.SOURCE), TODAY) is Weight.DECIDES


def test_rule_1_a_disputed_row_never_decides():
    for make in (regime, *RESTRICTING):
        assert may_decide(make(disputed="two sources", confirmation=CONFIRMED), TODAY) not in DECIDING
    rows = [regime(disputed="two sources")]
    assert regime_on(rows, "ZZ", Activity.TEMPORARY_WORK, TODAY) is None
    assert len(regimes_on(rows, "ZZ", Activity.TEMPORARY_WORK, TODAY)) == 1


def test_rule_1_a_disputed_restriction_still_leaves_no_yes():
    assert may_decide(limit(disputed="two sources"), TODAY) is Weight.BLOCKS_YES
    assert may_decide(regime(disputed="two sources"), TODAY) is Weight.SHOWN


def test_rule_1_a_dispute_about_one_field_leaves_the_rest():
    worth = ForeignLicence.NEEDS_ENTRY
    row = regime(foreign_licence=worth, disputed="two sources", disputed_fields=("foreign_licence",))
    known = regime_on([row], "ZZ", Activity.TEMPORARY_WORK, TODAY)
    assert known.rule is RegimeRule.LICENCE
    assert known.foreign_licence is ForeignLicence.UNKNOWN
    assert may_decide(row, TODAY) is Weight.DECIDES


@pytest.mark.parametrize("rule", [RegimeRule.NONE, RegimeRule.NOTIFICATION, RegimeRule.UNKNOWN])
def test_rule_2_without_a_licence_or_registration_nothing_carries_a_yes(rule):
    assert may_decide(regime(rule=rule), TODAY) is Weight.SHOWN


@pytest.mark.parametrize("rule", [RegimeRule.LICENCE, RegimeRule.REGISTRATION])
def test_rule_2_a_licence_and_a_registration_may(rule):
    assert may_decide(regime(rule=rule), TODAY) is Weight.DECIDES


def test_rule_2_an_unknown_rule_is_no_regime():
    assert regime_on([regime(rule=RegimeRule.UNKNOWN)], "ZZ", Activity.TEMPORARY_WORK, TODAY) is None


@pytest.mark.parametrize(
    ("day", "rule", "answer"),
    [
        (date(2026, 12, 31), RegimeRule.REGISTRATION, None),
        (date(2027, 1, 1), None, Answer.UNKNOWN),
        (date(2027, 12, 31), None, Answer.UNKNOWN),
        (date(2028, 1, 1), RegimeRule.LICENCE, None),
    ],
)
def test_rule_3_in_the_dutch_transition_no_list_answers(day, rule, answer):
    regimes = shipped_law().regimes
    known = regime_on(regimes, "NL", Activity.TEMPORARY_WORK, day)
    passage = transition_on(regimes, "NL", Activity.TEMPORARY_WORK, day)
    assert (known.rule if known else None) is rule
    assert (passage.transition.answer if passage else None) is answer
    if passage:
        assert may_decide(passage, day, today=TODAY) not in DECIDING


def test_rule_4_only_what_bars_makes_a_no_and_only_where_the_question_states_the_fact():
    row = limit(applies_to=(AppliesTo.THIRD_COUNTRY_PERMIT_BOUND,))
    assert judge_limit(row, Plan(is_permit_bound=True), TODAY).outcome is Outcome.BARS
    assert judge_limit(row, Plan(is_permit_bound=False), TODAY).outcome is Outcome.PASSES
    unstated = judge_limit(row, Plan(), TODAY)
    assert (unstated.outcome, unstated.needs) == (Outcome.OPEN, ("is_permit_bound",))


@pytest.mark.parametrize(
    ("effect", "outcome"),
    [
        (LimitEffect.CONDITIONS, Outcome.INFORMS),
        (LimitEffect.INFORMS, Outcome.INFORMS),
        (LimitEffect.UNKNOWN, Outcome.OPEN),
    ],
)
def test_rule_4_conditions_and_information_are_shown_and_unknown_stays_unknown(effect, outcome):
    row = limit(effect=effect, applies_to=(AppliesTo.THIRD_COUNTRY_PERMIT_BOUND,))
    assert judge_limit(row, Plan(is_permit_bound=True), TODAY).outcome is outcome


def test_rule_4_exemptions_and_exempt_nationalities_are_read_first():
    exempt = (Exemption(text="residents with free access", fact=ExemptionFact.PERMIT_FREE),)
    barred = limit(exemptions=exempt, nationalities_barred=("CN",))
    assert judge_limit(barred, Plan(nationality="CN", is_permit_bound=False), TODAY).outcome is Outcome.PASSES
    assert judge_limit(barred, Plan(nationality="CN"), TODAY).outcome is Outcome.OPEN
    assert judge_limit(barred, Plan(nationality="CN", is_permit_bound=True), TODAY).outcome is Outcome.BARS
    other = limit(nationalities_exempt=("CN",), nace=("86",))
    assert judge_limit(other, Plan(nationality="CN", sector="86.10"), TODAY).outcome is Outcome.PASSES


def test_rule_4_an_exemption_that_no_field_tells_leaves_the_answer_open():
    exempt = (Exemption(text="titles free of consent", fact=ExemptionFact.PERMIT_TITLE),)
    row = limit(exemptions=exempt, nationalities_barred=("CN",))
    assert judge_limit(row, Plan(nationality="CN"), TODAY).outcome is Outcome.OPEN
    assert judge_limit(row, Plan(nationality="CN", facts={row.id: True}), TODAY).outcome is Outcome.BARS
    assert judge_limit(row, Plan(nationality="CN", facts={row.id: False}), TODAY).outcome is Outcome.PASSES


def test_rule_4_a_limit_on_deeds_counts_only_where_the_deed_is_stated():
    row = limit(about=LimitSubject.CONDUCT)
    assert judge_limit(row, Plan(), TODAY).outcome is Outcome.INFORMS
    assert judge_limit(row, Plan(facts={row.id: True}), TODAY).outcome is Outcome.BARS


def test_rule_5_codes_wider_than_the_law_give_at_most_unknown():
    row = limit(nace=("41",), nace_fit=CodeFit.WIDER_THAN_LAW)
    assert may_decide(row, TODAY) is Weight.BLOCKS_YES
    assert judge_limit(row, Plan(sector="41.00"), TODAY).outcome is Outcome.OPEN
    assert judge_limit(row, Plan(sector="56.11"), TODAY).outcome is Outcome.PASSES


def test_rule_5_codes_narrower_than_the_law_bar_what_they_hold_and_its_words_are_shown_for_the_rest():
    row = limit(nace=("92.00",), nace_fit=CodeFit.NARROWER_THAN_LAW)
    assert judge_limit(row, Plan(sector="92.00"), TODAY).outcome is Outcome.BARS
    assert judge_limit(row, Plan(sector="14.10"), TODAY).outcome is Outcome.INFORMS


def test_rule_5_no_code_is_guessed_from_another_revision_a_wider_code_or_another_scheme():
    row = limit(nace=("10.11",))
    assert judge_limit(row, Plan(sector="10.11", nace_revision="2.0"), TODAY).outcome is Outcome.OPEN
    assert judge_limit(row, Plan(sector="10"), TODAY).outcome is Outcome.OPEN
    swedish = limit(occupation_scheme=OccupationScheme.SSYK, occupations_barred=("5343",))
    assert judge_limit(swedish, Plan(occupation="5343"), TODAY).outcome is Outcome.OPEN
    stated = Plan(occupation="5343", occupation_scheme=OccupationScheme.SSYK)
    assert judge_limit(swedish, stated, TODAY).outcome is Outcome.BARS


def test_rule_6_a_closed_route_holds_for_the_permits_it_names_alone():
    row = route(permits_covered=("guest-worker permit",), not_covered=("blue card",))
    plan = Plan(nationality="CN", permit="guest-worker permit")
    assert judge_route(row, plan, TODAY).outcome is Outcome.BARS
    assert judge_route(row, Plan(nationality="CN", permit="blue card"), TODAY).outcome is Outcome.PASSES
    unstated = judge_route(row, Plan(nationality="CN"), TODAY)
    assert (unstated.outcome, unstated.needs) == (Outcome.OPEN, ("permit",))
    assert judge_route(route(), Plan(nationality="CN", permit="any"), TODAY).outcome is Outcome.OPEN


def test_rule_6_a_quota_and_an_open_route_make_no_yes():
    for possible in (Possible.QUOTA, Possible.POSSIBLE, Possible.UNKNOWN):
        assert may_decide(route(possible=possible), TODAY) is Weight.SHOWN


def test_rule_7_a_partial_or_narrow_ban_says_neither_free_nor_allowed():
    assert may_decide(fee(charge=Charging.PARTLY), TODAY) is Weight.SHOWN
    assert may_decide(fee(charge=Charging.UNKNOWN), TODAY) is Weight.SHOWN
    assert may_decide(fee(breadth=Breadth.NARROW), TODAY) is Weight.SHOWN
    assert may_decide(fee(charge=Charging.FORBIDDEN), TODAY) is Weight.DECIDES


def test_rule_8_irelands_duty_does_not_reach_firms_without_premises_there():
    known = regime_on(shipped_law().regimes, "IE", Activity.PLACEMENT, TODAY)
    assert known.foreign_licence is ForeignLicence.NOT_COVERED


def test_rule_9_only_months_and_statuses_compute_what_may_go_on():
    germany = regime_on(shipped_law().regimes, "DE", Activity.TEMPORARY_WORK, TODAY)
    ended = date(2026, 1, 31)
    assert may_wind_down(germany, ended, date(2027, 1, 31), LicenceStatus.REVOKED) is Answer.YES
    assert may_wind_down(germany, ended, date(2027, 2, 1), LicenceStatus.REVOKED) is Answer.NO
    assert may_wind_down(germany, ended, ended, LicenceStatus.RENEWAL_REFUSED) is Answer.YES
    assert may_wind_down(germany, ended, ended, LicenceStatus.EXPIRED) is Answer.UNKNOWN
    assert may_wind_down(germany, ended, ended) is Answer.UNKNOWN
    words_alone = regime(wind_down="placements go on for a year")
    assert may_wind_down(words_alone, ended, ended, LicenceStatus.REVOKED) is Answer.UNKNOWN


def test_rule_10_a_number_that_must_not_be_given_is_hidden():
    lines = {line.number: line for line in shipped_law().countries["CN"].help_line}
    assert not is_readable(lines["010-84242557"])
    assert is_readable(lines["12308"])
    assert all(line.checked_on is None for law in shipped_law().countries.values() for line in law.help_line)


def test_rule_11_the_general_sentence_on_visas_is_not_in_the_rows():
    assert not any("tourist or business visa does not allow work" in str(row) for row in shipped_law().rows.values())


@pytest.mark.parametrize("make", RESTRICTING)
def test_rule_12_a_restriction_blocks_a_yes_whatever_its_age_and_makes_a_no_only_while_fresh(make):
    assert may_decide(make(as_of=STILL_FRESH), TODAY) is Weight.DECIDES
    assert may_decide(make(as_of=OLD), TODAY) is Weight.BLOCKS_YES
    assert may_decide(make(as_of=date(1990, 1, 1)), TODAY) is Weight.BLOCKS_YES
    assert may_decide(make(as_of=OLD, confirmation=CONFIRMED), TODAY) is Weight.DECIDES


@pytest.mark.parametrize("make", RESTRICTING)
def test_rule_12_a_text_without_a_day_is_never_fresh(make):
    row = make(as_of=TODAY, as_of_kind=AsOfKind.READING_DAY)
    assert may_decide(row, TODAY) is Weight.BLOCKS_YES
    assert may_decide(make(as_of=TODAY, as_of_kind=AsOfKind.READING_DAY, confirmation=CONFIRMED), TODAY) in DECIDING


def test_rule_12_age_is_that_of_the_day_of_the_answer_whatever_day_is_asked_about():
    row = limit(as_of=OLD)
    assert may_decide(row, OLD + timedelta(days=1), today=TODAY) is Weight.BLOCKS_YES


@pytest.mark.parametrize("make", RESTRICTING)
def test_rule_12_age_counts_from_the_day_on_which_the_text_was_seen_to_be_in_force(make):
    seen = {"in_force_on": STILL_FRESH, "in_force_source": "the publisher's consolidated text"}
    for kind in (AsOfKind.TEXT, AsOfKind.READING_DAY):
        row = make(as_of=date(1990, 1, 1), as_of_kind=kind, **seen)
        assert may_decide(row, TODAY) is Weight.DECIDES
        assert may_decide(row, TODAY + timedelta(days=1)) is Weight.BLOCKS_YES


def test_rule_12_an_old_bar_leaves_the_answer_open():
    row = limit(as_of=OLD, nationalities_barred=("CN",))
    assert judge_limit(row, Plan(nationality="CN"), TODAY).outcome is Outcome.OPEN


def test_a_row_outside_its_days_is_shown_and_decides_nothing():
    row = limit(from_=date(2026, 6, 6), to=date(2026, 12, 31))
    assert may_decide(row, date(2026, 6, 5)) is Weight.SHOWN
    assert may_decide(row, date(2026, 6, 6)) is Weight.DECIDES
    assert may_decide(row, date(2026, 12, 31)) is Weight.DECIDES
    assert may_decide(row, date(2027, 1, 1)) is Weight.SHOWN


def test_activities_of_both_vocabularies_are_spelt_alike():
    for activity in (Activity.PLACEMENT, Activity.TEMPORARY_WORK, Activity.LABOUR_SERVICE_ABROAD):
        assert LawActivity(activity.value) == activity
