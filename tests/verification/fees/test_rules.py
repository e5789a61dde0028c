"""Fees are judged by rules that are data; what no rule names is unknown, and by the ILO's standard no worker pays."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from registry.register.law.loading import shipped_law
from registry.register.law.rows import Fee
from registry.register.law.weights import last_fresh_day
from registry.register.law.words import ChargedBy, Charging
from registry.verification.fees.question import Charge, FeeAnswer, FeeFinding, FeeQuestion, FeeRules, JudgedCharge, Wage
from registry.verification.fees.rules import fee_rules_in, judge
from registry.vocabulary.codes import ClaimStep, FeeReason, Reason
from registry.vocabulary.fees import ChargeState, ChargeTime, DepositUse, FeeKind, FeeStandard
from registry.vocabulary.register import EU_STATES, Answer
from tests.register.law.make import fee

TODAY = date(2026, 11, 27)
RULES = fee_rules_in(shipped_law(), TODAY)

amounts = st.decimals("0.01", "999999999999.99", places=2)
currencies = st.sampled_from(["CNY", "EUR", "PLN"])
charges = st.builds(Charge, st.sampled_from(FeeKind), amounts, currencies, st.sampled_from(ChargeState))
questions = st.builds(
    FeeQuestion,
    st.lists(charges, min_size=1, max_size=10).map(tuple),
    st.none() | st.builds(Wage, amounts, currencies),
    st.sampled_from([None, "CN", "VN", "IT"]),
    st.sampled_from([None, "IT", "US"]),
    st.sampled_from([None, True, False]),
    st.none() | st.sampled_from(ChargedBy),
    st.none() | st.integers(1, 60),
)


def judged(
    kind: FeeKind, state: ChargeState = ChargeState.PAID, origin: str | None = "CN", **more: Any
) -> JudgedCharge:
    charge = Charge(kind, Decimal(100), "CNY", state)
    return judge(FeeQuestion((charge,), origin=origin, **more), RULES, TODAY).charges[0]


def totalled(*sums: str, wage: Wage | None = None) -> FeeAnswer:
    """The answer to charges such as `100 CNY`."""
    wanted = [
        Charge(FeeKind.BOND, Decimal(amount), currency, ChargeState.PAID) for amount, currency in map(str.split, sums)
    ]
    return judge(FeeQuestion(tuple(wanted), wage), RULES, TODAY)


def test_every_rule_names_its_source_and_its_own_reference():
    assert all(rule.source and rule.mark for rule in (*RULES.rule, *RULES.deposit))
    assert len({rule.reference for rule in RULES.rule}) == len(RULES.rule)


def test_a_rule_of_a_country_names_it_and_no_rule_ever_calls_a_fee_lawful():
    for rule in RULES.rule:
        assert (rule.country is None) is (rule.standard is FeeStandard.ILO)
        assert rule.answer is not Answer.YES


@given(questions)
def test_no_charge_to_a_worker_is_ever_what_the_ilo_asks(question: FeeQuestion):
    for one in judge(question, RULES, TODAY).charges:
        assert (one.ilo_compliant.answer, one.ilo_compliant.reason) == (Answer.NO, FeeReason.WORKERS_NEVER_PAY)


@given(questions)
def test_where_no_rule_is_known_the_law_is_unknown(question: FeeQuestion):
    for one in judge(question, RULES, TODAY).charges:
        if question.origin != "CN":
            assert (one.lawful_at_origin.answer, one.lawful_at_origin.rule) == (Answer.UNKNOWN, None)
        if one.lawful_at_origin.answer is not Answer.UNKNOWN:
            assert one.lawful_at_origin.rule is not None


@given(questions)
def test_totals_add_up_exactly_and_are_months_of_wage_in_its_own_currency_alone(question: FeeQuestion):
    answer = judge(question, RULES, TODAY)
    for total in answer.totals:
        assert total.whole == sum(one.amount for one in question.charges if one.currency == total.currency)
        is_counted = question.wage is not None and question.wage.currency == total.currency
        assert (total.months is not None) is is_counted
        if total.months is not None and question.wage is not None:
            assert abs(total.months * question.wage.amount - total.whole) <= question.wage.amount * Decimal("0.005")
    assert [total.currency for total in answer.totals] == list(dict.fromkeys(one.currency for one in question.charges))


@given(questions)
def test_only_what_was_paid_can_be_claimed_back(question: FeeQuestion):
    for one in judge(question, RULES, TODAY).charges:
        if one.charge.state is ChargeState.ASKED:
            assert (one.claim.answer, one.claim.reason) == (Answer.NO, FeeReason.NOT_PAID)
        if one.claim.answer is Answer.YES:
            assert one.lawful_at_origin.answer is Answer.NO
            assert one.claim.rule is not None


@pytest.mark.parametrize("kind", [FeeKind.BOND, FeeKind.COLLATERAL])
def test_china_forbids_any_deposit_or_guarantee(kind: FeeKind):
    found = judged(kind).lawful_at_origin
    assert (found.answer, found.reason) == (Answer.NO, FeeReason.DEPOSIT_FORBIDDEN)


def test_the_cap_of_2009_is_cited_and_never_calls_a_fee_lawful():
    found = judged(FeeKind.RECRUITMENT_SERVICE_PAYMENT).lawful_at_origin
    assert (found.answer, found.reason) == (Answer.UNKNOWN, FeeReason.SERVICE_FEE_CAP_UNSETTLED)
    assert found.rule is not None
    assert found.rule.most_percent == "12.5"  # type: ignore[union-attr]


def test_an_enterprise_takes_no_service_fee_from_those_who_have_its_labour_contract():
    one = judged(FeeKind.RECRUITMENT_SERVICE_PAYMENT, has_labour_contract=True)
    assert one.lawful_at_origin.reason is FeeReason.NO_FEE_WITH_LABOUR_CONTRACT
    assert (one.claim.answer, one.claim.reason) == (Answer.YES, FeeReason.CLAIM_FROM_DEPOSIT)


@pytest.mark.parametrize("said", [None, False])
def test_without_a_labour_contract_a_refund_from_the_deposit_is_not_certain(said: bool | None):
    one = judged(FeeKind.RECRUITMENT_SERVICE_PAYMENT, has_labour_contract=said)
    assert (one.claim.answer, one.claim.reason) == (Answer.UNKNOWN, FeeReason.CLAIM_PERHAPS_FROM_DEPOSIT)


def test_a_deposit_pays_back_service_fees_perhaps_bonds_and_no_other_charge_that_we_know_of():
    paid_back = {kind for kind in FeeKind if judged(kind).claim.reason is not FeeReason.NO_CLAIM_KNOWN}
    assert paid_back == {FeeKind.RECRUITMENT_SERVICE_PAYMENT, FeeKind.BOND, FeeKind.COLLATERAL}


def test_the_deposit_of_china_has_the_four_uses_of_the_decree():
    question = FeeQuestion((Charge(FeeKind.BRIBE, Decimal(1), "CNY", ChargeState.PAID),), origin="CN")
    deposit = judge(question, RULES, TODAY).deposit
    assert deposit is not None
    assert [use.use for use in deposit.uses] == list(DepositUse)
    assert deposit.top_up_working_days == 20


def at(destination: str) -> FeeAnswer:
    charge = Charge(FeeKind.BRIBE, Decimal(1), "CNY", ChargeState.PAID)
    return judge(FeeQuestion((charge,), destination=destination), RULES, TODAY)


def test_what_the_destinations_law_says_is_shown_and_decides_nothing():
    found = at("IT")
    assert (found.at_destination.answer, found.at_destination.reason) == (Answer.UNKNOWN, FeeReason.DESTINATION_RULES)
    assert found.destination_rules
    assert all(row.country == "IT" and row.article for row in found.destination_rules)


def test_no_rule_is_called_unknown_where_the_law_of_the_same_country_is_shown_beside_it():
    charge = Charge(FeeKind.RECRUITMENT_SERVICE_PAYMENT, Decimal(300), "EUR", ChargeState.ASKED)
    found = judge(FeeQuestion((charge,), origin="SK", destination="SK"), RULES, TODAY)
    lawful = found.charges[0].lawful_at_origin
    assert found.destination_rules
    assert (lawful.answer, lawful.reason) == (Answer.UNKNOWN, FeeReason.DESTINATION_RULES)
    elsewhere = judge(FeeQuestion((charge,), origin="SK", destination="AT"), RULES, TODAY)
    assert elsewhere.charges[0].lawful_at_origin.reason is FeeReason.NO_RULE_KNOWN


def test_no_route_at_the_destination_is_invented():
    # What Hungary's law says was not read.
    for destination in ("HU", "US"):
        found = at(destination)
        assert found.at_destination.reason is FeeReason.NO_ROUTE_KNOWN
        assert found.destination_rules == ()


def test_a_ban_answers_no_only_while_its_text_is_fresh():
    last = last_fresh_day(shipped_law().rows["cn-fee-licensed-sender-4"])
    answers = {
        day: [rule.answer for rule in fee_rules_in(shipped_law(), day).rule if rule.reference == "cn_no_deposit"]
        for day in (last, last + timedelta(days=1))
    }
    assert list(answers.values()) == [[Answer.NO], [Answer.UNKNOWN]]


def test_no_exchange_rate_is_invented():
    answer = totalled("100 CNY", "100 EUR", wage=Wage(Decimal(50), "EUR"))
    assert [total.months for total in answer.totals] == [None, Decimal("2.00")]
    assert answer.months is FeeReason.OTHER_CURRENCY


def test_sums_that_no_float_can_hold_are_exact():
    answer = totalled("0.10 CNY", "0.20 CNY", "999999999999.99 CNY", wage=Wage(Decimal("0.01"), "CNY"))
    assert answer.totals[0].whole == Decimal("1000000000000.29")
    assert answer.totals[0].months == Decimal("100000000000029.00")


def test_months_are_rounded_half_up_to_two_places():
    assert totalled("1 CNY", wage=Wage(Decimal(8), "CNY")).totals[0].months == Decimal("0.13")


def test_a_bond_that_was_paid_may_be_claimed_from_the_deposit_and_that_is_not_settled():
    claim = judged(FeeKind.BOND).claim
    assert (claim.answer, claim.reason) == (Answer.UNKNOWN, FeeReason.CLAIM_PERHAPS_FROM_DEPOSIT)


def test_who_has_no_licence_keeps_no_deposit_to_claim_from():
    charge = Charge(FeeKind.RECRUITMENT_SERVICE_PAYMENT, Decimal(100), "CNY", ChargeState.PAID)
    answer = judge(FeeQuestion((charge,), None, "CN", "SK", charged_by=ChargedBy.UNLICENSED), RULES, TODAY)
    assert (answer.deposit, answer.charges[0].claim.reason) == (None, FeeReason.NO_CLAIM_KNOWN)
    assert ClaimStep.DEPOSIT not in [step.code for step in answer.steps]


def service_fee(sum_: int, **more: Any) -> JudgedCharge:
    charge = Charge(FeeKind.RECRUITMENT_SERVICE_PAYMENT, Decimal(sum_), "CNY", ChargeState.PAID)
    question = FeeQuestion((charge,), Wage(Decimal(8000), "CNY"), "CN", **more)
    return judge(question, RULES, TODAY).charges[0]


def test_a_sum_above_the_old_cap_is_too_much_even_by_it_and_stays_unsettled():
    over, within = (service_fee(sum_, contract_months=24).lawful_at_origin for sum_ in (24001, 24000))
    assert (over.answer, over.reason) == (Answer.UNKNOWN, FeeReason.SERVICE_FEE_OVER_OLD_CAP)
    assert within.reason is FeeReason.SERVICE_FEE_CAP_UNSETTLED
    months = service_fee(120000).lawful_at_origin
    assert (months.reason, months.values["months"]) == (FeeReason.SERVICE_FEE_NEEDS_MONTHS, "120")


@pytest.mark.parametrize("kind", [FeeKind.THIRD_PARTY_SUPPLY_PAYMENT, FeeKind.TRAVEL_AND_LODGING_COSTS])
def test_who_has_no_licence_may_take_nothing_and_an_old_text_alone_makes_no_no(kind: FeeKind):
    charge = Charge(kind, Decimal(100), "CNY", ChargeState.PAID)
    question = FeeQuestion((charge,), origin="CN", charged_by=ChargedBy.UNLICENSED)
    last = last_fresh_day(shipped_law().rows["cn-fee-unlicensed-2"])
    assert last is not None
    for day, answer in ((last, Answer.NO), (last + timedelta(days=1), Answer.UNKNOWN)):
        found = judge(question, fee_rules_in(shipped_law(), day), day).charges[0].lawful_at_origin
        assert (found.answer, found.reason) == (answer, FeeReason.UNLICENSED_NO_FEE)


def test_what_is_forbidden_to_the_licensed_is_forbidden_to_others_too():
    found = judged(FeeKind.BOND, charged_by=ChargedBy.UNLICENSED).lawful_at_origin
    assert (found.answer, found.reason) == (Answer.NO, FeeReason.DEPOSIT_FORBIDDEN)


@pytest.mark.parametrize(
    ("destination", "charged_by", "answer", "reason"),
    [
        ("SK", ChargedBy.TEMPORARY_AGENCY, Answer.NO, FeeReason.DESTINATION_FORBIDS),
        ("SK", ChargedBy.PLACEMENT_AGENT, Answer.NO, FeeReason.DESTINATION_FORBIDS),
        ("FI", ChargedBy.PLACEMENT_AGENT, Answer.NO, FeeReason.DESTINATION_FORBIDS),
        # Texts of more than 24 months, of no day, or with exceptions make no `no`.
        ("IT", ChargedBy.PLACEMENT_AGENT, Answer.UNKNOWN, FeeReason.DESTINATION_FORBADE),
        ("BE", ChargedBy.PLACEMENT_AGENT, Answer.UNKNOWN, FeeReason.DESTINATION_RULES),
        ("DE", ChargedBy.PLACEMENT_AGENT, Answer.UNKNOWN, FeeReason.DESTINATION_RULES),
        ("IE", ChargedBy.EMPLOYER, Answer.NO, FeeReason.DESTINATION_FORBIDS),
        # A narrow ban says nothing of charges that its words do not name; then what the states share is told.
        ("IE", ChargedBy.TEMPORARY_AGENCY, Answer.UNKNOWN, FeeReason.UNION_FORBIDS),
        ("HU", ChargedBy.TEMPORARY_AGENCY, Answer.UNKNOWN, FeeReason.UNION_FORBIDS),
        ("HU", ChargedBy.PLACEMENT_AGENT, Answer.UNKNOWN, FeeReason.NO_RULE_KNOWN),
        ("GB", ChargedBy.TEMPORARY_AGENCY, Answer.UNKNOWN, FeeReason.DESTINATION_FORBADE),
        ("SK", None, Answer.UNKNOWN, FeeReason.DESTINATION_RULES),
        (None, ChargedBy.PLACEMENT_AGENT, Answer.UNKNOWN, FeeReason.DESTINATION_NOT_STATED),
    ],
)
def test_a_ban_at_the_destination_decides_for_the_one_it_names_while_it_is_fresh(
    destination: str | None, charged_by: ChargedBy | None, answer: Answer, reason: FeeReason
):
    kind = FeeKind.RECRUITMENT_SERVICE_PAYMENT
    found = judged(kind, destination=destination, charged_by=charged_by).lawful_at_destination
    assert (found.answer, found.reason) == (answer, reason)


FEE = FeeKind.RECRUITMENT_SERVICE_PAYMENT


def conditional(**row: Any) -> FeeRules:
    """The shipped law, with one row in place of Germany's on placement agents: a charge allowed on conditions."""
    german = next(one for one in shipped_law().fees if one.id == "de-fee-placement-agent")
    law = tuple(structs.replace(german, **row) if one is german else one for one in RULES.law)
    return structs.replace(RULES, law=law)


def asked_of_agent(rules: FeeRules, *amounts: int, when: ChargeTime | None = None, **more: Any) -> list[FeeFinding]:
    charges = tuple(Charge(FEE, Decimal(one), "EUR", ChargeState.ASKED, when) for one in amounts)
    question = FeeQuestion(charges, destination="DE", charged_by=ChargedBy.PLACEMENT_AGENT, **more)
    return [one.lawful_at_destination for one in judge(question, rules, TODAY).charges]


@pytest.mark.parametrize(
    ("amounts", "stated", "reason"),
    [
        ((900,), {"when": ChargeTime.BEFORE_CONTRACT}, FeeReason.FORBIDDEN_BEFORE_CONTRACT),
        ((900,), {"has_written_contract": False}, FeeReason.FORBIDDEN_WITHOUT_WRITTEN_CONTRACT),
        ((2001,), {}, FeeReason.FORBIDDEN_ABOVE_MAXIMUM),
        ((1500, 501), {"when": ChargeTime.AFTER_CONTRACT}, FeeReason.FORBIDDEN_ABOVE_MAXIMUM),
    ],
)
def test_a_condition_that_is_not_met_makes_a_no_while_the_text_is_fresh(
    amounts: tuple[int, ...], stated: dict[str, Any], reason: FeeReason
) -> None:
    for found in asked_of_agent(conditional(as_of=TODAY), *amounts, **stated):
        assert (found.answer, found.reason) == (Answer.NO, reason)
    # The shipped text is of 2022: it is told, and decides nothing.
    for found in asked_of_agent(RULES, *amounts, **stated):
        assert (found.answer, found.reason) == (Answer.UNKNOWN, reason)


def test_a_charge_that_meets_every_condition_is_not_called_allowed() -> None:
    stated = {"when": ChargeTime.AFTER_CONTRACT, "has_written_contract": True}
    (found,) = asked_of_agent(conditional(as_of=TODAY), 2000, **stated)
    assert (found.answer, found.reason) == (Answer.UNKNOWN, FeeReason.DESTINATION_RULES)


def test_conditions_that_were_not_stated_are_asked_for() -> None:
    charge = Charge(FEE, Decimal(900), "EUR", ChargeState.ASKED)
    question = FeeQuestion((charge,), destination="DE", charged_by=ChargedBy.PLACEMENT_AGENT)
    assert judge(question, RULES, TODAY).needs == ("when", "written_contract")
    stated = replace(question, charges=(replace(charge, when=ChargeTime.AFTER_CONTRACT),), has_written_contract=True)
    assert judge(stated, RULES, TODAY).needs == ()


@pytest.mark.parametrize(
    ("stated", "reason"),
    [
        ({"when": ChargeTime.BEFORE_CONTRACT}, FeeReason.FORBIDDEN_BEFORE_CONTRACT),
        ({"has_written_contract": False}, FeeReason.FORBIDDEN_WITHOUT_WRITTEN_CONTRACT),
    ],
)
def test_a_licensed_company_in_china_asks_for_nothing_before_its_service_contract(
    stated: dict[str, Any], reason: FeeReason
) -> None:
    charge = Charge(FEE, Decimal(15000), "CNY", ChargeState.ASKED, stated.get("when"))
    written = stated.get("has_written_contract")
    for by in (None, ChargedBy.LICENSED_SENDER):
        question = FeeQuestion((charge,), origin="CN", charged_by=by, has_written_contract=written)
        found = judge(question, RULES, TODAY).charges[0].lawful_at_origin
        assert (found.answer, found.reason) == (Answer.NO, reason)


def test_what_the_union_shares_is_told_of_temporary_agencies_in_every_state_and_decides_nothing() -> None:
    for state in sorted(EU_STATES):
        found = judged(FEE, destination=state, charged_by=ChargedBy.TEMPORARY_AGENCY).lawful_at_destination
        assert found.reason in (
            FeeReason.DESTINATION_FORBIDS, FeeReason.DESTINATION_FORBADE, FeeReason.UNION_FORBIDS,
        )  # fmt: skip
        assert found.answer is (Answer.NO if found.reason is FeeReason.DESTINATION_FORBIDS else Answer.UNKNOWN)


def test_a_ban_of_one_region_decides_nothing_for_its_country() -> None:
    rules = conditional(as_of=TODAY, charge=Charging.FORBIDDEN, region="Bayern")
    (found,) = asked_of_agent(rules, 100)
    assert (found.answer, found.reason) == (Answer.UNKNOWN, FeeReason.DESTINATION_FORBADE)


def test_a_ban_on_fees_says_nothing_certain_of_the_ticket():
    there = {"destination": "SK", "charged_by": ChargedBy.TEMPORARY_AGENCY}
    found = judged(FeeKind.TRAVEL_AND_LODGING_COSTS, **there).lawful_at_destination
    assert (found.answer, found.reason) == (Answer.UNKNOWN, FeeReason.DESTINATION_RULES)


def test_the_steps_name_the_bodies_of_both_ends_and_the_time_limit_that_is_known():
    charge = Charge(FeeKind.RECRUITMENT_SERVICE_PAYMENT, Decimal(100), "CNY", ChargeState.PAID)
    question = FeeQuestion((charge,), None, "CN", "SK", charged_by=ChargedBy.LICENSED_SENDER)
    steps = judge(question, RULES, TODAY).steps
    assert [step.code for step in steps] == [code for code in ClaimStep if code is not ClaimStep.DO_NOT_PAY]
    by_code = {step.code: step.rows for step in steps}
    assert any("commerce department" in (row.redress or "") for row in by_code[ClaimStep.BODY_AT_ORIGIN])
    assert {row.country for row in by_code[ClaimStep.BODY_AT_DESTINATION]} == {"SK"}
    assert any("one year" in (row.time_limit or "") for row in by_code[ClaimStep.IN_TIME])


def test_what_was_not_paid_has_one_step():
    charge = Charge(FeeKind.BOND, Decimal(100), "CNY", ChargeState.ASKED)
    steps = judge(FeeQuestion((charge,), None, "CN", "IT"), RULES, TODAY).steps
    assert [step.code for step in steps] == [ClaimStep.DO_NOT_PAY]


def asked_there(destination: str, by: ChargedBy | None, kind: FeeKind) -> FeeAnswer:
    charge = Charge(kind, Decimal(150), "EUR", ChargeState.ASKED)
    return judge(FeeQuestion((charge,), destination=destination, charged_by=by), RULES, TODAY)


@pytest.mark.parametrize("kind", [FeeKind.BOND, FeeKind.COLLATERAL, FeeKind.THIRD_PARTY_SUPPLY_PAYMENT])
def test_a_ban_on_taking_anything_is_about_bonds_and_third_parties_too(kind: FeeKind) -> None:
    (one,) = asked_there("SK", ChargedBy.TEMPORARY_AGENCY, kind).charges
    found = one.lawful_at_destination
    assert (found.answer, found.reason) == (Answer.NO, FeeReason.DESTINATION_FORBIDS)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        (FeeKind.TRAINING_AND_ORIENTATION, FeeReason.DESTINATION_FORBADE),
        (FeeKind.BOND, FeeReason.DESTINATION_RULES),
        (FeeKind.TRAVEL_AND_LODGING_COSTS, FeeReason.DESTINATION_RULES),
    ],
)
def test_of_other_charges_a_ban_says_what_its_own_words_name(kind: FeeKind, reason: FeeReason) -> None:
    """The Spanish text names training, is older than two years, and says nothing of bonds."""
    (one,) = asked_there("ES", ChargedBy.TEMPORARY_AGENCY, kind).charges
    assert (one.lawful_at_destination.answer, one.lawful_at_destination.reason) == (Answer.UNKNOWN, reason)


def test_who_charges_is_asked_for_where_the_law_tells_it_apart() -> None:
    assert "charged_by" in asked_there("SK", None, FeeKind.BOND).needs
    assert "charged_by" not in asked_there("SK", ChargedBy.TEMPORARY_AGENCY, FeeKind.BOND).needs
    assert asked_there("HU", None, FeeKind.BOND).needs == ()


_OF_PERMITS = (Reason.PERMITS_NOT_GIVEN, Reason.OTHER_PERMIT_ROUTES)


def test_who_pays_for_a_closed_way_to_a_permit_hears_that_it_is_not_given() -> None:
    charge = Charge(FeeKind.RECRUITMENT_SERVICE_PAYMENT, Decimal(1), "CNY", ChargeState.ASKED)
    found = judge(FeeQuestion((charge,), origin="CN", destination="HU"), RULES, TODAY).permits
    closed, others = [[one for one in found if one.code is code] for code in _OF_PERMITS]
    assert "vendégmunkás-tartózkodási engedély" in " ".join(one.values["permits"] for one in closed)
    assert [one.rows for one in others] == [["hu-route-skilled"]]
    assert judge(FeeQuestion((charge,), origin="CN", destination="PT"), RULES, TODAY).permits == ()
    assert judge(FeeQuestion((charge,), origin="HU", destination="HU"), RULES, TODAY).permits == ()


def test_nothing_is_asked_for_where_the_law_of_one_end_forbids_every_charge() -> None:
    charge = Charge(FeeKind.BOND, Decimal(1), "CNY", ChargeState.ASKED)
    found = judge(FeeQuestion((charge,), origin="CN", destination="RO"), RULES, TODAY)
    assert (found.charges[0].lawful_at_origin.answer, found.needs) == (Answer.NO, ())


# Rules that differ by region


def regional_fee(**facts: Any) -> Fee:
    return fee(**({"by": ChargedBy.PLACEMENT_AGENT} | facts))


REGIONAL = structs.replace(
    RULES,
    law=(
        regional_fee(id="zz-north", region="North"),
        regional_fee(id="zz-south", region="South", charge=Charging.ALLOWED),
        regional_fee(id="zz-east", region="East", as_of=date(2020, 1, 1)),
    ),
    regions={"ZZ": ("North", "South", "East", "West")},
)


@pytest.mark.parametrize(
    ("region", "answer", "needs", "shown"),
    [
        (None, Answer.UNKNOWN, ("region",), ["zz-north", "zz-south", "zz-east"]),
        ("north", Answer.UNKNOWN, ("region",), ["zz-north", "zz-south", "zz-east"]),
        ("North", Answer.NO, (), ["zz-north"]),
        ("South", Answer.UNKNOWN, (), ["zz-south"]),
        ("East", Answer.UNKNOWN, (), ["zz-east"]),
        ("West", Answer.UNKNOWN, (), []),
        ("other", Answer.UNKNOWN, (), []),
    ],
)
def test_a_rule_of_a_region_counts_in_that_region_alone(
    region: str | None, answer: Answer, needs: tuple[str, ...], shown: list[str]
) -> None:
    charge = Charge(FeeKind.RECRUITMENT_SERVICE_PAYMENT, Decimal(150), "EUR", ChargeState.ASKED)
    question = FeeQuestion((charge,), destination="ZZ", charged_by=ChargedBy.PLACEMENT_AGENT, region=region)
    found = judge(question, REGIONAL, TODAY)
    assert (found.charges[0].lawful_at_destination.answer, found.needs) == (answer, needs)
    assert [row.id for row in found.destination_rules] == shown
    assert found.regions == ("North", "South", "East", "West", "other")


def test_a_region_is_asked_for_only_where_the_rule_on_who_charges_differs_by_it() -> None:
    assert "region" in asked_there("BE", ChargedBy.PLACEMENT_AGENT, FeeKind.RECRUITMENT_SERVICE_PAYMENT).needs
    assert "region" not in asked_there("BE", ChargedBy.EMPLOYER, FeeKind.RECRUITMENT_SERVICE_PAYMENT).needs
    elsewhere = asked_there("FR", ChargedBy.PLACEMENT_AGENT, FeeKind.RECRUITMENT_SERVICE_PAYMENT)
    assert ("region" in elsewhere.needs, elsewhere.regions) == (False, ())


@pytest.mark.parametrize(
    ("today", "destination", "told"),
    [
        (date(2026, 11, 27), "FR", ["fr-coming-2026-12-31"]),
        (date(2026, 9, 1), "FR", []),
        (date(2026, 12, 31), "FR", []),
        (date(2027, 10, 1), "PT", ["eu-coming-2027-12-14"]),
        (date(2026, 11, 27), None, []),
    ],
)
def test_what_changes_in_the_law_within_ninety_days_is_told_beside_a_charge(
    today: date, destination: str | None, told: list[str]
) -> None:
    charge = Charge(FeeKind.ADMINISTRATIVE_COSTS, Decimal(4500), "EUR", ChargeState.ASKED)
    found = judge(FeeQuestion((charge,), destination=destination), fee_rules_in(shipped_law(), today), today)
    assert [row for one in found.permits if one.code is Reason.LAW_CHANGES_SOON for row in one.rows] == told
