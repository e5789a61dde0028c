"""One text is looked up by its readings until one leads to an agency, and that one's verdict counts."""

from datetime import datetime

import pytest

from registry.verification.verdicts.question import Holder, Question, SubjectKind, VerdictFacts
from registry.verification.verdicts.subjects import read_subject
from registry.vocabulary.register import Answer
from tests.make import agency_record, licence_record
from tests.verification.verdicts.asking import NOW, facts_about

AGENCY = agency_record(country="CZ", licences=(licence_record(),))


class Known:
    """Facts of a registry that knows one agency under some kinds of subject; it notes what it was asked."""

    def __init__(self, *kinds: SubjectKind) -> None:
        self.kinds = kinds
        self.asked: list[Question] = []

    def facts(self, question: Question, now: datetime) -> VerdictFacts:
        self.asked.append(question)
        return facts_about(holders=[Holder(AGENCY)] if question.kind in self.kinds else [])


def test_the_first_reading_that_leads_to_an_agency_counts_and_no_other_is_looked_up_after_it() -> None:
    known = Known(SubjectKind.REGISTRATION_NUMBER, SubjectKind.NAME)
    read = read_subject(known, "VYMYSL 12345678", "CZ", {"destination": "CZ", "origin": "CZ"}, NOW)
    assert read is not None
    assert read.question == Question(
        SubjectKind.REGISTRATION_NUMBER, "VYMYSL 12345678", "CZ", origin="CZ", destination="CZ"
    )
    assert read.verdict.agency == AGENCY
    assert known.asked[-1] == read.question


def test_a_name_with_several_bearers_is_an_answer_too() -> None:
    read = read_subject(Known(SubjectKind.NAME), "Agentura Vymysl", "CZ", {}, NOW)
    assert read is not None
    assert (read.subject.kind, read.verdict.verdict, len(read.verdict.candidates)) == (
        SubjectKind.NAME,
        Answer.UNKNOWN,
        1,
    )


@pytest.mark.parametrize(
    ("text", "is_name", "kinds"),
    [
        ("Agentura 24", True, {SubjectKind.NAME}),
        ("Agentura 24", False, {SubjectKind.LICENCE_NUMBER, SubjectKind.REGISTRATION_NUMBER}),
        ("A" * 130, False, {SubjectKind.NAME}),
    ],
)
def test_a_text_can_be_read_as_a_name_alone_or_as_one_only_where_nothing_else_can(
    text: str, is_name: bool, kinds: set[SubjectKind]
) -> None:
    known = Known()
    assert read_subject(known, text, "CZ", {}, NOW, is_name=is_name) is not None
    assert {question.kind for question in known.asked} - {SubjectKind.EUID} == kinds


def test_a_telephone_number_is_nothing_to_look_up() -> None:
    known = Known(*SubjectKind)
    assert read_subject(known, "+86 138 0013 8000", "IT", {}, NOW) is None
    assert not known.asked
