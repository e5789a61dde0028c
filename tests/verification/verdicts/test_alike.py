"""Of holders that are alike one is judged; whatever may decide keeps them apart."""

from datetime import datetime, time, timedelta
from enum import StrEnum
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from registry.register.agencies import record
from registry.register.agencies.prerendered import told_of
from registry.verification import verdicts
from registry.verification.verdicts.alike import Memory, bare_question, given_back, judged
from registry.verification.verdicts.days import Watch
from registry.verification.verdicts.question import Facts, Holder, Question, SubjectKind, Verdict
from registry.verification.verdicts.rules import decide
from registry.vocabulary.register import IdentifierScheme, LicenceStatus
from tests.make import agency_record, agreement_record, changed, identifier_record, licence_record, status_record
from tests.verification.verdicts.asking import TODAY, facts_about

HELD = agency_record(country="CZ", licences=(licence_record(), licence_record()))
SAID: dict[str, Any] = {"source": HELD.source, "retrieved_at": HELD.retrieved_at}
SPECIAL = (
    {},
    {"dissolved_on": TODAY},
    {"withheld": record.WITHHELD},
    {"is_correction_requested": True},
    {"clone_warnings": (record.Warning_(text="Invented", **SAID),)},
    {"identifiers": (identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "1", is_under_review=True),)},
    {"identifiers": (identifier_record(IdentifierScheme.REGISTRATION_NUMBER, "1", has_failed_check=True),)},
    {"agreements": (agreement_record(agency_record(country="CN"), HELD),)},
    {"licences": (changed(HELD.licences[0], valid_to=TODAY.replace(year=2020)), HELD.licences[1])},
    {"licences": ()},
    {"country": "IT"},
)
ASKED = (
    Question(SubjectKind.LICENCE_NUMBER, "X"),
    Question(SubjectKind.LICENCE_NUMBER, "X", origin="CN", destination="CZ"),
    Question(SubjectKind.VAT, "IT00000099994", authority="nobody-here"),
    Question(SubjectKind.VAT, "CZ00000099994", authority="nobody-here"),
    Question(SubjectKind.USCC, "X", has_failed_check=True, on=TODAY.replace(year=2019)),
)


def answered_like(memory: Memory, question: Question, facts: Facts) -> Verdict | None:
    """As a list answers: by the verdict on somebody alike, if there was one. None where ids or names may decide."""
    agency, licences, confirmed_at, _ = facts.holders[0]
    told = told_of(agency, "")
    if not told.shape:
        return None
    places = (
        None if licences is None else tuple(p for p, one in enumerate(agency.licences) if one.licence_id in licences)
    )
    key = (bare_question(question), told.shape, places, confirmed_at)
    alike = memory.found(key, told.days)
    if alike is None:
        alike = judged(question, agency, places, confirmed_at, facts)
        memory.keep(key, told.days, alike)
    return given_back(alike, agency, told.days)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.kind)
def test_holders_that_differ_in_what_decides_are_not_taken_for_one_another(question: Question) -> None:
    memory = Memory()
    for special in SPECIAL:
        for named in (None, frozenset({HELD.licences[0].licence_id}), frozenset({HELD.licences[1].licence_id})):
            agency = changed(HELD, **special)
            facts = facts_about(holders=[Holder(agency, named)])
            assert answered_like(memory, question, facts) in (None, decide(question, facts)), special


DAYS = sorted({TODAY + timedelta(days=shift) for shift in (-4000, -400, -366, -365, -30, -2, -1, 0, 1, 2, 30, 400)})
STATUSES = (LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED, LicenceStatus.REVOKED, LicenceStatus.WINDING_DOWN)


def test_days_are_those_of_each_and_only_where_they_lie_is_shared() -> None:
    """Every order of a licence's days about today, one list for all of them, each answered as it is by itself."""
    memory, shared = Memory(), 0
    for question in (ASKED[1], Question(SubjectKind.LICENCE_NUMBER, "X", on=TODAY - timedelta(days=366))):
        for status, begun, ended in product(STATUSES, DAYS, (None, *DAYS)):
            more = {"until": ended} if status is LicenceStatus.WINDING_DOWN else {}
            period = status_record(status, from_=begun, **more)
            licence = licence_record(valid_from=begun, valid_to=ended, status_history=(period,))
            facts = facts_about(holders=[Holder(changed(HELD, licences=(licence,)))])
            before = len(memory)
            assert answered_like(memory, question, facts) == decide(question, facts), (status, begun, ended)
            shared += len(memory) == before
    assert shared > 200


def test_those_who_are_alike_are_judged_once_whatever_days_they_began_and_end_on() -> None:
    memory = Memory()
    for n in range(3):
        days = {"valid_from": TODAY - timedelta(days=900 + n), "valid_to": TODAY + timedelta(days=900 + n)}
        one = agency_record(country="CZ", licences=(licence_record(number=str(n), **days),))
        answered = answered_like(memory, ASKED[1], facts_about(holders=[Holder(one)]))
        assert answered is not None
        assert days["valid_to"].isoformat() in [reason.values.get("until") for reason in answered.reasons]
    assert len(memory) == 1


def test_of_thousands_that_ran_out_each_is_found_by_his_own_day() -> None:
    memory = Memory()
    for n in range(200):
        one = agency_record(licences=(licence_record(valid_to=TODAY - timedelta(days=1 + n)),))
        facts = facts_about(holders=[Holder(one)])
        assert answered_like(memory, ASKED[1], facts) == decide(ASKED[1], facts)
    ((judged_on,),) = (kinds.values() for kinds in memory.judged.values())
    assert {len(those) for those in judged_on.values()} == {1}


class Asking(StrEnum):
    """What a rule may ask of a day besides where it lies."""

    YEAR = "year"
    NEXT = "next"
    TEXT = "text"
    HASH = "hash"
    NUMBER = "number"
    DIFFERENCE = "difference"
    UNTOLD = "untold"
    ANOTHER = "another"


@pytest.mark.parametrize("asking", Asking)
def test_a_day_of_which_more_is_asked_than_where_it_lies_stands_for_itself(asking: Asking) -> None:
    watch = Watch()
    day, other = watch.day(TODAY), watch.day(TODAY + timedelta(days=3))
    told: list[str] = []
    match asking:
        case Asking.YEAR:
            assert day.year == TODAY.year
        case Asking.NEXT:
            assert day + timedelta(days=1) == TODAY + timedelta(days=1)
        case Asking.TEXT:
            assert f"{day}" == TODAY.isoformat()
        case Asking.HASH:
            assert day in {TODAY}
        case Asking.NUMBER:
            assert day.toordinal() == TODAY.toordinal()
        case Asking.DIFFERENCE:
            assert TODAY - day == timedelta(0)
        case Asking.UNTOLD:
            assert f"on {day.isoformat()}" == f"on {TODAY.isoformat()}"
        case Asking.ANOTHER:
            assert max(day, other) is other
    bounds = {bound.place: bound for bound in watch.bounds(told)}
    assert bounds[0] == (0, TODAY.toordinal(), TODAY.toordinal())
    assert (1 in bounds) is (asking is Asking.ANOTHER)


def test_a_day_that_is_named_and_compared_lies_on_one_side_of_what_it_was_compared_with() -> None:
    watch = Watch()
    day = watch.day(TODAY)
    assert TODAY - timedelta(days=5) < day <= TODAY + timedelta(days=5)
    assert day.isoformat() == TODAY.isoformat()
    named = watch.named(0)
    assert watch.bounds([named, "other"]) == [(0, TODAY.toordinal(), TODAY.toordinal())]
    assert watch.bounds([named, named]) == [(0, TODAY.toordinal(), TODAY.toordinal())]
    again = Watch()
    day = again.day(TODAY)
    assert TODAY - timedelta(days=5) < day <= TODAY + timedelta(days=5)
    text = day.isoformat()
    assert again.bounds([text]) == [(0, TODAY.toordinal() - 4, TODAY.toordinal() + 4)]


def test_no_rule_makes_an_instant_of_a_day_since_that_is_the_one_thing_a_day_does_not_notice() -> None:
    watch = Watch()
    assert datetime.combine(watch.day(TODAY), time()).date() == TODAY
    assert watch.bounds([]) == [], "a day notices it now: this test has done its work"
    sources = Path(verdicts.__path__[0]).glob("*.py")
    assert [source.name for source in sources if ".combine(" in source.read_text(encoding="utf-8")] == []
