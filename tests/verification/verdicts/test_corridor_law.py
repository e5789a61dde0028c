"""What is remembered of the law is what its rows say, in whatever order questions come."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from msgspec.structs import replace

from registry.register.agencies import record
from registry.register.law.loading import shipped_law
from registry.verification.verdicts import law_rules, limit_rules, verdict
from registry.verification.verdicts.plan_rules import of_recruiter
from registry.verification.verdicts.question import Holder, Question, SubjectKind, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.register import Activity, Answer, LicenceKind, RecruiterKind, Visa
from tests.make import agency_record, agreement_record, ground_of, licence_record
from tests.verification.verdicts.asking import NOW, TODAY, fresh_ground

LAW = shipped_law()
# Short terms, so that limits on newcomers tell recruiters of one country apart.
ENTERED = (date(2010, 1, 1), TODAY - timedelta(days=40))
KINDS = (
    LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION,
    LicenceKind.CN_SEAFARER_DISPATCH,
    LicenceKind.CZ_ZAMESTNAVANI_OSOB,
    LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA,
    LicenceKind.OTHER_EU,
    None,
)
CONTEXTS = {
    "origin": (None, "CN", "PL", "CZ"),
    "destination": (None, "PL", "CZ", "IT", "DE", "CN", "GB"),
    "activity": (None, *Activity),
    "visa": (None, Visa.WORK, Visa.WORK, Visa.STUDY, Visa.SEASONAL),
    "recruiter_kind": (None, RecruiterKind.AGENCY, RecruiterKind.AGENCY, RecruiterKind.SHIP),
    "sector": (None, None, "14.10", "41.00"),
    "nationality": (None, None, "CN", "IT", "IT"),
    "nace_revision": ("2.1", "2.1", "2.0"),
    "on": (None, None, TODAY, TODAY - timedelta(days=700)),
}


def holders(chance: random.Random) -> list[Holder]:
    country = chance.choice(("PL", "CZ", "IT", "SK", "CN"))
    of_country = [kind for kind in KINDS if kind is None or kind.value.startswith(country.lower())]
    activities = chance.choice((None, (Activity.PLACEMENT,), (Activity.TEMPORARY_WORK, Activity.PLACEMENT)))
    licences = [
        licence_record(
            chance.choice(of_country), country=country, valid_from=chance.choice(ENTERED), activities=activities
        )
        for _ in range(chance.choice((1, 1, 2)))
    ]
    agency = agency_record(country=chance.choice((country, country, "DE")), licences=tuple(licences))
    if chance.random() < 0.3:
        agency = replace(agency, agreements=(_with_a_partner(agency, chance.choice(("CZ", "PL", "IT"))),))
    return [Holder(agency)]


def _with_a_partner(agency: record.Agency, destination: str) -> record.Agreement:
    return agreement_record(agency_record(country="CN"), agency, destination=destination)


def questions_with_facts(count: int) -> Iterator[tuple[Question, VerdictFacts]]:
    chance = random.Random(17)
    for _ in range(count):
        stated = {name: chance.choice(values) for name, values in CONTEXTS.items()}
        facts = VerdictFacts(holders(chance), fresh_ground(), LAW.regimes, NOW, False, LAW.limits, LAW.permit_routes)
        if chance.random() < 0.25:
            # A citizen hired at home for work at home: what a licence answers `yes` to, where anything does.
            home = facts.holders[0].agency.licences[0].country
            ends = {"origin": home, "destination": home, "nationality": home}
            stated |= ends | {"visa": Visa.WORK, "recruiter_kind": RecruiterKind.AGENCY, "sector": None, "on": None}
        yield Question(SubjectKind.LICENCE_NUMBER, "X", **stated), facts


def test_a_verdict_on_what_is_remembered_of_the_law_is_the_one_on_rows_read_anew() -> None:
    answers = set()
    for question, facts in questions_with_facts(700):
        # Of rows in a list, which may still change, nothing is remembered.
        anew = replace(facts, regimes=list(facts.regimes), limits=list(facts.limits), routes=list(facts.routes))
        verdict = decide(question, facts)
        assert verdict == decide(question, anew)
        answers.add(verdict.verdict)
    assert answers == set(Answer)


def test_another_law_is_not_answered_from_what_is_remembered_of_this_one() -> None:
    for question, facts in questions_with_facts(300):
        without_regimes = replace(facts, regimes=())
        before = decide(question, facts)
        assert decide(question, without_regimes) == decide(question, replace(without_regimes, limits=list(LAW.limits)))
        assert decide(question, facts) == before


def test_the_days_that_are_today_at_once_in_china_and_in_europe_do_not_forget_each_other(monkeypatch) -> None:
    worked_out = []
    work_out = law_rules._worked_out
    monkeypatch.setattr(law_rules, "_worked_out", lambda *a: worked_out.append(a[4]) or work_out(*a))
    monkeypatch.setattr(limit_rules, "_remembered", limit_rules._LawToday((), (), (), {}))
    ground = ground_of(("CN", "CZ"))
    at = NOW.replace(hour=17)
    days = set()
    for country in ("CN", "CZ") * 50:
        agency = agency_record(country=country, licences=(licence_record(country=country),))
        facts = VerdictFacts([Holder(agency)], ground, LAW.regimes, at, False, LAW.limits, LAW.permit_routes)
        days.add(decide(Question(SubjectKind.LICENCE_NUMBER, "X", origin="CN", destination="CZ"), facts).on)
    assert len(days) == 2
    assert len(worked_out) <= 4, "each of two laws is worked out once, or twice where a value was left unsaid"
    assert len(limit_rules._remembered.by_day) == 2


def test_the_memory_of_the_law_holds_a_handful_of_days() -> None:
    facts = VerdictFacts([], fresh_ground(), LAW.regimes, NOW, False, LAW.limits, LAW.permit_routes)
    for shift in range(20):
        limit_rules.law_today(facts, TODAY + timedelta(days=shift))["what"] = shift
    assert len(limit_rules._remembered.by_day) == limit_rules._MAX_DAYS
    assert limit_rules.law_today(facts, TODAY + timedelta(days=19)) == {"what": 19}


def test_a_value_left_unsaid_is_refused_just_where_the_whole_verdict_on_it_is_no() -> None:
    seen = set()
    for question, facts in questions_with_facts(400):
        refuses = verdict._by_recruiter(question, facts).verdict is Answer.NO
        seen.add(refuses)
        for licence in (None, *facts.holders[0].agency.licences):
            assert verdict._is_refused(facts, licence, question) is refuses
    assert seen == {True, False}


def test_no_recruiter_turns_what_is_no_no_into_one() -> None:
    """So who offers the work, left unsaid, need not be tried."""
    for question, facts in questions_with_facts(300):
        subject = verdict._on_subject(question, facts)
        if subject.verdict is Answer.NO:
            continue
        for kind in (None, *RecruiterKind):
            assert of_recruiter(replace(question, recruiter_kind=kind), subject).verdict is not Answer.NO
