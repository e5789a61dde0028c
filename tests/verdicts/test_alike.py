"""Of holders that are alike one is judged; whatever may decide keeps them apart."""

from typing import Any

import pytest

from registry.agencies import record
from registry.terms import IdentifierScheme
from registry.verdicts.alike import bared, given_back, remembered
from registry.verdicts.question import Facts, Holder, Question, SubjectKind
from registry.verdicts.rules import decide
from tests.make import agency_record, agreement_record, changed, identifier_record, licence_record
from tests.verdicts.asking import TODAY, facts_about

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
    Question(SubjectKind.NAME, "X"),
    Question(SubjectKind.USCC, "X", has_failed_check=True, on=TODAY.replace(year=2019)),
)


@pytest.mark.parametrize("question", ASKED, ids=lambda question: question.kind)
def test_holders_that_differ_in_what_decides_are_not_taken_for_one_another(question: Question) -> None:
    judged: dict[Any, Any] = {}
    for special in SPECIAL:
        for named in (None, frozenset({HELD.licences[0].licence_id}), frozenset({HELD.licences[1].licence_id})):
            agency = changed(HELD, **special)
            facts: Facts = facts_about(holders=[Holder(agency, named)])
            bare = bared(question, facts)
            if bare is not None:
                like = judged.setdefault(bare.key, remembered(decide(bare.question, bare.facts(facts))))
                assert given_back(like, agency) == decide(question, facts), special


def test_those_who_are_alike_are_judged_once() -> None:
    others = [agency_record(country="CZ", licences=(licence_record(number=str(n)),)) for n in range(3)]
    found = [bared(ASKED[1], facts_about(holders=[Holder(one)])) for one in others]
    assert len({bare.key for bare in found if bare is not None}) == 1
