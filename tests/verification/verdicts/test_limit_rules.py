"""Limits of law on a plan: what a question states in full makes a `no`, what may still be met leaves no `yes`."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from msgspec.structs import replace

from registry.register.law.loading import shipped_law
from registry.verification.verdicts.context_rules import needs_of
from registry.verification.verdicts.limit_rules import Recruiting, of_limits
from registry.verification.verdicts.question import Question, SubjectKind, Verdict, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import Activity, Answer, LicenceKind, Visa
from tests.make import licence_record
from tests.verification.verdicts.asking import NOW, TODAY, codes, facts_about, fresh_ground, plain_context

CHINESE = LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION


def ask(licence: Any, **context: Any) -> Verdict:
    """The verdict under the law that this release ships."""
    facts = replace(facts_about(licence), limits=shipped_law().limits, routes=shipped_law().permit_routes)
    question = replace(Question(SubjectKind.LICENCE_NUMBER, "VYMYSL/1"), **(plain_context(licence) | context))
    return decide(question, facts)


def needed(verdict: Verdict) -> list[str]:
    return [need.parameter for need in needs_of(verdict.reasons)]


def lent(country: str, **context: Any) -> Verdict:
    return ask(licence_record(country=country), activity=Activity.TEMPORARY_WORK, **context)


def test_a_lender_in_building_or_meat_is_no_yes_in_germany_and_in_a_warehouse_is_one() -> None:
    for sector in ("41.00", "10.11", None):
        assert lent("DE", sector=sector, nationality="IT").verdict is not Answer.YES
    assert lent("DE", sector="52.10", nationality="IT").verdict is Answer.YES


def test_a_worker_who_needs_a_permit_is_no_yes_where_none_is_given_for_lent_work() -> None:
    for country in ("DE", "LT", "RO"):
        verdict = lent(country, sector="52.10", nationality="CN")
        assert verdict.verdict is Answer.UNKNOWN, country
        assert Reason.LAW_MAY_BAR in codes(verdict) or needed(verdict), country
        assert needed(lent(country, sector="52.10"))[:1] == ["nationality"], country


def test_czech_agencies_may_lend_foreigners_for_few_occupations_alone() -> None:
    assert lent("CZ", nationality="CZ").verdict is Answer.YES
    assert "occupation" in needed(lent("CZ", nationality="CN"))
    assert lent("CZ", nationality="CN", occupation="9112").verdict is not Answer.YES


@pytest.mark.parametrize(("entered", "answer"), [(date(2025, 9, 1), Answer.NO), (date(2019, 5, 6), Answer.YES)])
def test_a_polish_agency_of_less_than_two_years_sends_no_worker_who_needs_a_permit(
    entered: date, answer: Answer
) -> None:
    licence = licence_record(LicenceKind.PL_PRACA_TYMCZASOWA, valid_from=entered, status_history=())
    (finding,) = [one for one in shipped_law().limits if one.id == "pl-limit-agency-condition"]
    assert finding.years_after_entry == 2
    verdict = ask(licence, activity=Activity.TEMPORARY_WORK, nationality="UA", origin="RO")
    assert (Reason.LAW_BARS in codes(verdict)) is (answer is Answer.NO)


def test_hungary_gives_chinese_citizens_no_guest_worker_permit() -> None:
    plan = {"destination": "HU", "nationality": "CN", "sector": "27.20"}
    unsaid = ask(licence_record(CHINESE), **plan)
    assert (unsaid.verdict, needed(unsaid)) == (Answer.UNKNOWN, ["work_permit"])
    guest, employment, skilled, *untold = needs_of(unsaid.reasons)[0].allowed
    assert (skilled, untold) == ("skilled", ["other", "unknown"])
    assert ask(licence_record(CHINESE), **plan, work_permit=skilled).verdict is Answer.YES
    for permit in untold:
        # It may be one of those that are closed, and the bar stays told.
        verdict = ask(licence_record(CHINESE), **plan, work_permit=permit)
        assert (verdict.verdict, needed(verdict)) == (Answer.UNKNOWN, [])
        assert {Reason.LAW_MAY_BAR, Reason.PERMITS_NOT_GIVEN} <= set(codes(verdict))
    for permit in (guest, employment):
        barred = ask(licence_record(CHINESE), **plan, work_permit=permit)
        assert (barred.verdict, barred.reasons[0].code) == (Answer.NO, Reason.LAW_BARS), permit
        assert set(barred.reasons[0].rows) <= set(shipped_law().rows)
        assert barred.reasons[0].values["article"]
        assert Reason.LICENCE_ACTIVE not in codes(barred)


def test_who_lives_there_on_a_permit_for_work_applies_for_none() -> None:
    assert lent("IT", nationality="CN", sector="14.10", visa=Visa.WORK).verdict is Answer.YES
    assert needed(lent("IT", nationality="CN", sector="14.10", visa=None)) != []


def test_a_plan_that_states_all_that_the_law_asks_is_yes_for_a_chinese_licence() -> None:
    verdict = ask(licence_record(CHINESE), destination="ES", nationality="CN", sector="56.11")
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.YES, Reason.LICENCE_ACTIVE)
    assert needed(ask(licence_record(CHINESE), destination="ES", nationality="CN")) == ["employer", "sector"]


def test_the_occupations_that_czech_law_names_are_told_and_each_answer_is_a_further_one() -> None:
    (need,) = [one for one in needs_of(lent("CZ", nationality="CN").reasons) if one.parameter == "occupation"]
    assert {"753", "815", "other", "unknown"} <= set(need.allowed)
    assert lent("CZ", nationality="CN", occupation="753").verdict is Answer.YES
    for occupation in ("other", "unknown"):
        verdict = lent("CZ", nationality="CN", occupation=occupation)
        assert (verdict.verdict, codes(verdict)[0]) == (Answer.UNKNOWN, Reason.LAW_MAY_BAR), occupation
        assert "occupation" not in needed(verdict)


def test_what_is_remembered_of_the_law_tells_every_recruiter_the_same_as_rows_read_anew() -> None:
    """Nothing that turns on one recruiter is remembered: a newcomer to Poland is judged by its own entry."""
    law = shipped_law()
    stored = VerdictFacts((), fresh_ground(), law.regimes, NOW, limits=law.limits, routes=law.permit_routes)
    anew = replace(stored, limits=list(law.limits), routes=list(law.permit_routes))
    entries = (None, TODAY, date(2010, 1, 1))
    contexts = product(
        ("PL", "SK", "IT", "CN"), (None, "CN"), ("PL", "SK", "DE"), entries, (None, Visa.WORK), (None, "CN")
    )
    for home, origin, destination, entered_on, visa, nationality in contexts:
        recruiting = Recruiting(home, is_for_abroad=home == "CN", entered_on=entered_on)
        question = Question(SubjectKind.LAW, "", origin=origin, destination=destination, visa=visa)
        question = replace(question, nationality=nationality)
        for activity in (Activity.PLACEMENT, Activity.TEMPORARY_WORK):
            for day in (TODAY, date(2031, 1, 1)):
                found = [
                    list(of_limits(recruiting, question, [activity], day, TODAY, one)) for one in (stored, anew, stored)
                ]
                assert found[0] == found[1] == found[2]
