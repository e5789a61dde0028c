"""A `yes` never turns on what was left unsaid, and a `no` never on a law that we do not know."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from registry.register.law.loading import shipped_law
from registry.register.law.rows import Transition
from registry.verification.verdicts import verdict
from registry.verification.verdicts.context_rules import PARAMETERS, Need, needs_of, not_asked
from registry.verification.verdicts.question import Holder, Question, SubjectKind, Verdict, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import (
    EU_STATES,
    KINDS,
    RECRUITING,
    Activity,
    Answer,
    EmployerKind,
    LicenceKind,
    LicenceStatus,
    RecruiterKind,
    Visa,
    Weight,
)
from tests.make import agency_record, agreement_record, changed, licence_record
from tests.verification.verdicts.asking import (
    NOW,
    TODAY,
    YESTERDAY,
    ask,
    ask_unmatched,
    codes,
    facts_about,
    fresh_ground,
    regime,
)

CHINESE = LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION
SHIPS = LicenceKind.CN_SEAFARER_DISPATCH


def needed(verdict: Verdict) -> list[str]:
    return [need.parameter for need in needs_of(verdict.reasons)]


# Origin, destination, activity


@pytest.mark.parametrize("country", ["CZ", "DE", "IT", "PL"])
def test_a_receiving_agency_is_not_yes_before_it_is_said_where_recruiting_happens(country: str) -> None:
    licence = licence_record(country=country)
    requested = {"activity": Activity.TEMPORARY_WORK, "destination": country}
    unsaid = ask(licence, origin=None, **requested)
    assert (unsaid.verdict, unsaid.reasons[0].code) == (Answer.UNKNOWN, Reason.CONTEXT_NEEDED)
    need = needs_of(unsaid.reasons)[0]
    assert need.parameter == "origin"
    assert {"CN", country} <= set(need.allowed)
    assert ask(licence, origin=country, **requested).verdict is Answer.YES
    assert ask(licence, origin="CN", **requested).verdict is Answer.NO


@pytest.mark.parametrize(
    "doubt",
    [
        {"rule": RegimeRule.UNKNOWN},
        {"disputed": "two readings of the decree"},
        {"transition": Transition(from_=YESTERDAY, to=TODAY, answer=Answer.UNKNOWN, text="invented")},
    ],
    ids=["unknown", "disputed", "in_transition"],
)
def test_a_doubt_about_the_law_that_closes_a_country_makes_no_yes_of_what_was_unsaid(doubt: dict[str, Any]) -> None:
    laws = [
        replace(one, **doubt) if one.id == "cn-regime-labour-service-abroad" else one for one in shipped_law().regimes
    ]
    licence = licence_record()
    assert needed(ask(licence, origin=None, regimes=laws)) == ["origin"]
    assert ask(licence, origin="CN", regimes=laws).verdict is Answer.UNKNOWN
    assert ask(licence, origin="CZ", regimes=laws).verdict is Answer.YES


def test_an_agency_that_only_hires_out_is_not_yes_before_it_is_said_what_was_offered() -> None:
    licence = licence_record(LicenceKind.CZ_ZAMESTNAVANI_OSOB)
    assert needed(ask(licence)) == ["activity"]
    assert ask(licence, activity=Activity.TEMPORARY_WORK).verdict is Answer.YES
    assert ask(licence, activity=Activity.PLACEMENT).verdict is Answer.NO


def test_what_is_needed_is_told_with_its_values_and_each_field_once() -> None:
    verdict = ask(licence_record(CHINESE), origin=None, destination="IT", visa=None)
    assert needed(verdict) == ["origin", "visa"]
    visa = needs_of(verdict.reasons)[1]
    assert visa == Need("visa", tuple(one.value for one in Visa))
    assert [finding.weight for finding in verdict.reasons[:3]] == [Weight.DECIDES, Weight.DECIDES, Weight.INFORMS]


def test_what_was_not_asked_is_said_of_every_question() -> None:
    question = Question(SubjectKind.LICENCE_NUMBER, "X", origin="CN", sector="14.10")
    assert not_asked(question) == [
        "recruiter_kind", "destination", "activity", "employer", "visa", "nationality", "occupation", "work_permit", "region",
        "shortage_job",
    ]  # fmt: skip


PERMITS = sorted({permit for one in shipped_law().permit_routes for permit in one.permits_covered})

ALL: dict[str, tuple[Any, ...]] = {
    "recruiter_kind": (None, *RecruiterKind),
    "destination": (None, *sorted(EU_STATES), "CN", "HK", "GB"),
    "origin": (None, "CN", "CZ", "DE", "IT", "PL", "RO", "VN"),
    "activity": (None, *Activity),
    "employer": (None, *EmployerKind),
    "shortage_job": (None, *Answer),
    "visa": (None, *Visa),
    "nationality": (None, "CN", "IT"),
    "sector": (None, "14.10", "41.00", "10.11", "92.00"),
    "occupation": (None, "9112", "7212", "other", "unknown"),
    "work_permit": (None, "other", *PERMITS),
    "region": (None, *sorted({one.region for one in shipped_law().regimes if one.region})),
}
LICENCES = [licence_record(kind) for kind, rule in KINDS.items() if rule.permits & RECRUITING and rule.country]


def of_shipped_law(licence: Any, on: date) -> VerdictFacts:
    later = NOW + timedelta(days=900)
    snapshot = fresh_ground(retrieved_at=later, first_retrieved_at=NOW - timedelta(days=4000))
    return replace(
        facts_about(licence, ground=snapshot),
        as_of=later,
        limits=shipped_law().limits,
        routes=shipped_law().permit_routes,
    )


@settings(max_examples=250, deadline=None)
@given(
    licence=st.sampled_from(LICENCES),
    on=st.sampled_from([date(2020, 1, 1), TODAY, date(2027, 1, 1), date(2028, 6, 1)]),
    said=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in ALL.items()}),
    others=st.lists(st.tuples(st.sampled_from(sorted(ALL)), st.integers(0, 40)), min_size=1, max_size=3),
)
def test_no_value_of_a_field_left_unsaid_makes_a_yes_a_no_under_the_shipped_law(
    licence: Any, on: date, said: dict[str, Any], others: list[tuple[str, int]]
) -> None:
    facts = of_shipped_law(licence, on)
    question = Question(SubjectKind.LICENCE_NUMBER, "X", on=on, **said)
    if decide(question, facts).verdict is not Answer.YES:
        return
    filled = {name: ALL[name][1:][place % (len(ALL[name]) - 1)] for name, place in others if said[name] is None}
    assert decide(replace(question, **filled), facts).verdict is not Answer.NO


@settings(max_examples=100, deadline=None)
@given(
    on=st.sampled_from([date(2020, 1, 1), TODAY, date(2028, 6, 1)]),
    said=st.fixed_dictionaries({name: st.sampled_from(values) for name, values in ALL.items()}),
)
def test_the_law_alone_is_never_a_yes(on: date, said: dict[str, Any]) -> None:
    facts = replace(of_shipped_law(LICENCES[0], on), holders=())
    assert decide(Question(SubjectKind.LAW, "", on=on, **said), facts).verdict is not Answer.YES


def completions(question: Question, names: tuple[str, ...]) -> Iterator[Question]:
    for values in product(*(ALL[name][1:] for name in names)):
        yield replace(question, **dict(zip(names, values, strict=True)))


@pytest.mark.parametrize("licence", LICENCES, ids=lambda one: one.kind)
def test_every_yes_of_a_plain_question_holds_for_each_value_and_each_pair_of_values_left_unsaid(licence: Any) -> None:
    """The usual questions, in full: whatever is stated or not, over all shipped law of today."""
    facts = replace(facts_about(licence), limits=shipped_law().limits, routes=shipped_law().permit_routes)
    plain = {"origin": licence.country, "destination": licence.country, "activity": Activity.TEMPORARY_WORK}
    if licence.kind is CHINESE:
        plain = {"origin": "CN", "destination": "ES", "visa": Visa.WORK, "sector": "14.10", "nationality": "CN"}
    for size in range(len(plain) + 1):
        for names in combinations(sorted(plain), size):
            stated = {name: plain[name] for name in names}
            question = Question(SubjectKind.LICENCE_NUMBER, "X", **stated)
            if decide(question, facts).verdict is not Answer.YES:
                continue
            unsaid = [name for name in ALL if getattr(question, name) is None]
            for pair in combinations(unsaid, 2):
                assert all(decide(one, facts).verdict is not Answer.NO for one in completions(question, pair)), (
                    stated,
                    pair,
                )


def test_the_parameters_asked_for_are_fields_of_a_question() -> None:
    assert set(PARAMETERS) <= set(Question.__struct_fields__)


# A licence to send workers abroad


@pytest.mark.parametrize("destination", ["HR", "DK"])
def test_a_licence_for_abroad_is_not_yes_for_a_country_whose_law_is_not_known(destination: str) -> None:
    verdict = ask(licence_record(CHINESE), destination=destination)
    assert verdict.verdict is Answer.UNKNOWN
    assert verdict.reasons[0].code is Reason.REGIME_UNKNOWN
    assert verdict.reasons[0].values["country"] == destination


@pytest.mark.parametrize("destination", ["HK", "MO", "GB", "ZZ", "US"])
def test_a_country_that_the_registry_does_not_answer_for_is_never_yes_and_asks_nothing_more(destination: str) -> None:
    verdict = ask(licence_record(CHINESE), destination=destination, visa=None)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.COUNTRY_NOT_COVERED)
    assert needed(verdict) == []
    assert ask(licence_record(CHINESE, LicenceStatus.REVOKED), destination=destination).verdict is Answer.NO
    assert ask(licence_record(CHINESE), destination=destination, visa=Visa.TOURIST).verdict is Answer.NO
    assert ask_unmatched(SubjectKind.LAW, value="", origin="CN", destination=destination).verdict is Answer.UNKNOWN


def test_a_polish_licence_for_abroad_asks_the_law_of_the_country_too() -> None:
    licence = licence_record(LicenceKind.PL_POSREDNICTWO_ZAGRANICA)
    assert ask(licence, activity=Activity.PLACEMENT, destination="HR").verdict is Answer.UNKNOWN


def test_without_a_contract_on_record_for_the_destination_a_yes_says_so_at_once() -> None:
    sender = agency_record(country="CN", licences=(licence_record(CHINESE),))
    alone = ask(holders=[Holder(sender)], destination="IT")
    assert codes(alone)[:2] == [Reason.LICENCE_ACTIVE, Reason.NO_AGREEMENT_ON_RECORD]
    assert alone.reasons[1].weight is Weight.INFORMS
    receiver = agency_record(country="IT")
    with_one = changed(sender, agreements=(agreement_record(sender, receiver),))
    assert Reason.NO_AGREEMENT_ON_RECORD not in codes(ask(holders=[Holder(with_one)], destination="IT"))
    assert Reason.NO_AGREEMENT_ON_RECORD in codes(ask(holders=[Holder(with_one)], destination="PL"))


def test_the_partner_that_an_agreement_on_record_names_is_named() -> None:
    sender, licence = agency_record(country="CN"), licence_record(country="IT")
    receiver = agency_record(country="IT", licences=(licence,))
    agency = changed(receiver, agreements=(agreement_record(sender, receiver),))
    verdict = ask(holders=[Holder(agency)], origin="CN", destination="IT", activity=Activity.TEMPORARY_WORK)
    partner = next(one for one in verdict.reasons if one.code is Reason.NEEDS_LICENSED_SENDING_PARTNER)
    assert (verdict.verdict, partner.values["partner"]) == (Answer.UNKNOWN, sender.agency_id)


# What the first sentence says


@pytest.mark.parametrize(("days", "is_soon"), [(0, True), (30, True), (31, False)])
def test_a_licence_that_ends_within_thirty_days_says_so_at_once(days: int, is_soon: bool) -> None:
    verdict = ask(licence_record(valid_to=TODAY + timedelta(days=days)))
    assert verdict.verdict is Answer.YES
    assert (codes(verdict)[1] is Reason.LICENCE_EXPIRES_SOON) is is_soon


def test_an_answer_about_a_past_day_says_so_at_once() -> None:
    assert codes(ask(licence_record(), on=YESTERDAY))[1] is Reason.PAST_DATE
    assert Reason.PAST_DATE not in codes(ask(licence_record(), on=TODAY))


# Visa


@pytest.mark.parametrize("visa", [Visa.TOURIST, Visa.BUSINESS, Visa.STUDY, Visa.NONE])
@pytest.mark.parametrize("recruiter", [None, *(one for one in RecruiterKind if one is not RecruiterKind.SHIP)])
def test_from_china_a_visa_that_does_not_allow_work_is_no_whatever_the_number_says(
    visa: Visa, recruiter: RecruiterKind | None
) -> None:
    verdict = ask(licence_record(CHINESE), destination="IT", visa=visa, recruiter_kind=recruiter)
    assert (verdict.verdict, verdict.may_continue) == (Answer.NO, Answer.UNKNOWN)
    assert verdict.reasons[0].code is Reason.VISA_DOES_NOT_ALLOW_WORK
    unmatched = ask_unmatched(
        SubjectKind.NAME, value="X", origin="CN", destination="IT", visa=visa, recruiter_kind=recruiter
    )
    assert unmatched.verdict is Answer.NO


def test_who_lives_there_already_may_hold_another_title_and_is_never_yes_on_a_tourist_visa() -> None:
    for visa in (Visa.TOURIST, Visa.BUSINESS, Visa.STUDY, Visa.NONE):
        verdict = ask(licence_record(), visa=visa)
        assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.VISA_DOES_NOT_ALLOW_WORK)


@pytest.mark.parametrize("destination", ["ES", "HU", "IT", "BG"])
def test_no_licence_makes_a_plan_on_a_seasonal_permit_a_yes(destination: str) -> None:
    verdict = ask(
        licence_record(CHINESE), destination=destination, sector="01.25", visa=Visa.SEASONAL, nationality="CN"
    )
    assert verdict.verdict is Answer.UNKNOWN
    assert codes(verdict)[0] is Reason.SEASONAL_PERMIT_NOT_SETTLED
    assert ask(licence_record(), visa=Visa.SEASONAL, nationality="IT").verdict is Answer.YES


def test_a_citizen_of_a_member_state_needs_no_visa() -> None:
    assert ask(licence_record(), visa=Visa.NONE, nationality="IT").verdict is Answer.YES
    assert ask(licence_record(CHINESE), destination="IT", visa=None, nationality="IT").verdict is Answer.YES


def test_who_does_not_know_the_visa_is_asked_for_it() -> None:
    verdict = ask(licence_record(CHINESE), destination="IT", visa=Visa.UNKNOWN)
    assert (verdict.verdict, needed(verdict)) == (Answer.UNKNOWN, ["visa"])


def test_a_revoked_licence_on_a_tourist_visa_is_no_for_both_reasons() -> None:
    verdict = ask(licence_record(CHINESE, LicenceStatus.REVOKED), destination="IT", visa=Visa.TOURIST)
    assert codes(verdict)[:2] == [Reason.LICENCE_REVOKED, Reason.VISA_DOES_NOT_ALLOW_WORK]


# Who recruits

OWN = {
    RecruiterKind.EMPLOYER: Reason.EMPLOYER_NEEDS_NO_LICENCE,
    RecruiterKind.CONTRACTOR: Reason.CONTRACTOR_SENDS_OWN_STAFF,
    RecruiterKind.SHIP: Reason.SHIP_NEEDS_SEAFARER_PERMIT,
    RecruiterKind.SCHOOL_OR_FAMILY: Reason.NOT_WORK_RECRUITMENT,
}


@pytest.mark.parametrize(("recruiter", "code"), OWN.items())
@pytest.mark.parametrize("kind", [one for one in SubjectKind if one not in (SubjectKind.LICENCE_ID, SubjectKind.LAW)])
def test_a_recruiter_that_is_no_agency_is_never_not_registered(
    recruiter: RecruiterKind, code: Reason, kind: SubjectKind
) -> None:
    home = {"country": "IT"} if kind is SubjectKind.REGISTRATION_NUMBER else {}
    verdict = ask_unmatched(
        kind, value="IT00000099994", origin="CN", destination="IT", recruiter_kind=recruiter, **home
    )
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, code)
    assert Reason.NOT_REGISTERED not in codes(verdict)


@pytest.mark.parametrize("recruiter", [None, RecruiterKind.UNKNOWN])
def test_a_companys_number_on_no_list_asks_who_recruits_before_it_is_no(recruiter: RecruiterKind | None) -> None:
    requested = {"value": "IT00000099994", "origin": "IT", "destination": "IT"}
    verdict = ask_unmatched(SubjectKind.VAT, recruiter_kind=recruiter, **requested)
    assert (verdict.verdict, needed(verdict)) == (Answer.UNKNOWN, ["recruiter_kind"])
    assert ask_unmatched(SubjectKind.VAT, recruiter_kind=RecruiterKind.AGENCY, **requested).verdict is Answer.NO
    assert ask_unmatched(SubjectKind.VAT, recruiter_kind=RecruiterKind.PRIVATE_PERSON, **requested).verdict is Answer.NO
    # Who shows the number of a licence says to be licensed.
    assert (
        ask_unmatched(SubjectKind.LICENCE_NUMBER, recruiter_kind=recruiter, origin="CN", destination="IT").verdict
        is Answer.NO
    )


def test_a_seafarers_genuine_permit_is_no_for_work_on_land_and_never_for_a_ship() -> None:
    permit = licence_record(SHIPS)
    assert ask(permit, recruiter_kind=RecruiterKind.AGENCY).verdict is Answer.NO
    assert ask(permit, recruiter_kind=RecruiterKind.SHIP).verdict is Answer.UNKNOWN
    assert needed(ask(permit, recruiter_kind=None)) == ["recruiter_kind"]


def test_a_private_person_with_an_agencys_genuine_number_is_not_the_agency() -> None:
    verdict = ask(licence_record(), recruiter_kind=RecruiterKind.PRIVATE_PERSON)
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, Reason.PRIVATE_PERSON_SHOWS_NO_LICENCE)


@given(st.sampled_from(LICENCES), st.sampled_from(list(OWN)))
def test_a_licence_in_an_employers_hand_gives_no_yes(licence: Any, recruiter: RecruiterKind) -> None:
    assert ask(licence, recruiter_kind=recruiter).verdict is not Answer.YES


# Law that is not known is no `no`


@pytest.mark.parametrize(("home", "destination"), [("CZ", "PL"), ("PL", "IT"), ("CZ", "AT"), ("DE", "ES")])
def test_a_foreign_licence_of_which_the_law_says_nothing_is_unknown(home: str, destination: str) -> None:
    verdict = ask(licence_record(country=home), destination=destination, activity=Activity.TEMPORARY_WORK)
    assert verdict.verdict is Answer.UNKNOWN
    assert Reason.OUT_OF_CORRIDOR not in codes(verdict)


def test_where_a_notice_is_asked_for_a_foreign_licence_is_unknown_and_a_home_entry_proves_no_permission() -> None:
    requested = {"activity": Activity.TEMPORARY_WORK}
    assert ask(licence_record(country="PL"), destination="FR", **requested).verdict is Answer.UNKNOWN
    at_home = licence_record(country="FR", activities=(Activity.TEMPORARY_WORK,))
    assert ask(at_home, **requested).verdict is Answer.UNKNOWN


def test_what_needs_no_licence_is_not_refused_for_want_of_one() -> None:
    german = licence_record(country="DE")
    lending = regime("DE", Activity.TEMPORARY_WORK)
    free = [lending, regime("DE", Activity.PLACEMENT, RegimeRule.NONE)]
    for regimes in (free, [lending], shipped_law().regimes):
        assert ask(german, activity=Activity.PLACEMENT, regimes=regimes).verdict is Answer.UNKNOWN
    bound = [lending, regime("DE", Activity.PLACEMENT)]
    assert ask(german, activity=Activity.PLACEMENT, regimes=bound).verdict is Answer.NO


# A number that is mistyped


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (SubjectKind.USCC, Reason.USCC_CHECK_FAILED),
        (SubjectKind.VAT, Reason.NUMBER_CHECK_FAILED),
        (SubjectKind.LEI, Reason.NUMBER_CHECK_FAILED),
        (SubjectKind.REGISTRATION_NUMBER, Reason.NUMBER_CHECK_FAILED),
    ],
)
def test_a_number_that_fails_its_check_digit_and_is_nobodys_is_told_as_a_typing_error(
    kind: SubjectKind, code: Reason
) -> None:
    verdict = ask_unmatched(
        kind, value="IT00000099995", country="IT", origin="IT", destination="IT", has_failed_check=True
    )
    assert (verdict.verdict, verdict.reasons[0].code) == (Answer.UNKNOWN, code)
    assert verdict.reasons[0].weight is Weight.DECIDES
    assert Reason.NOT_REGISTERED not in codes(verdict)


# Beside a `no` nothing reassures

REASSURING = {Reason.LICENCE_ACTIVE, Reason.PERMITS_ONLY, Reason.REGIME_UNKNOWN, Reason.FOREIGN_LICENCE_SUFFICIENT}


def test_a_human_resources_permit_shown_for_italy_is_not_called_valid() -> None:
    verdict = ask(licence_record(LicenceKind.CN_HUMAN_RESOURCES_SERVICE), destination="IT")
    assert verdict.verdict is Answer.NO
    assert not REASSURING & set(codes(verdict))


@given(
    st.sampled_from([licence_record(kind, status) for kind in KINDS for status in LicenceStatus]),
    st.sampled_from(["CN", "IT", "FR", None]),
    st.sampled_from(["IT", "FR", "HK", None]),
    st.sampled_from([None, *Visa]),
)
def test_no_answer_says_a_thing_twice_and_no_refusal_reassures(
    licence: Any, origin: str | None, destination: str | None, visa: Visa | None
) -> None:
    verdict = ask(licence, origin=origin, destination=destination, visa=visa)
    stated = [
        (one.code, tuple(sorted((k, v) for k, v in one.values.items() if k != "activities"))) for one in verdict.reasons
    ]
    assert len(stated) == len(set(stated))
    assert verdict.reasons[0].weight is Weight.DECIDES
    if verdict.verdict is Answer.NO:
        assert not REASSURING & set(codes(verdict))
        assert needed(verdict) == []


def test_two_activities_of_one_country_are_one_sentence() -> None:
    verdict = ask_unmatched(SubjectKind.LICENCE_NUMBER, origin="HR", destination="HR")
    unknown = [one for one in verdict.reasons if one.code is Reason.REGIME_UNKNOWN]
    assert [one.values["activities"] for one in unknown] == ["temporary_work placement"]


@pytest.mark.parametrize("kind", [CHINESE, SHIPS, LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA])
def test_who_offers_the_work_changes_nothing_of_what_a_licence_says(kind: LicenceKind) -> None:
    """Other recruiters are tried on the verdict of one reading of the licence (registry.verification.verdicts.verdict)."""
    licence = licence_record(kind)
    facts = facts_about(licence)
    contexts = product((None, "CN", "IT"), (None, "IT", "CN"), (None, Activity.TEMPORARY_WORK), (None, "CN", "IT"))
    for origin, destination, activity, nationality in contexts:
        question = Question(SubjectKind.LICENCE_NUMBER, "VYMYSL/1", origin=origin, destination=destination)
        question = replace(question, activity=activity, nationality=nationality)
        plain = verdict._on_subject(question, facts)
        assert plain.licence is not None
        for recruiter in RecruiterKind:
            assert verdict._on_subject(replace(question, recruiter_kind=recruiter), facts) == plain
