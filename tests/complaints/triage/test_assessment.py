"""How many complaints about one agency there are in words of their own, and which of them are to be raised."""

import random
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.triage.assessment import independent_others
from registry.complaints.triage.rules import INDEPENDENT_COMPLAINTS
from registry.complaints.triage.similarity import independent, remember
from registry.vocabulary.cases import CaseState, Priority
from registry.vocabulary.codes import TriageReason
from tests.complaints.boxes import TODAY, make_case

AGENCY = "a" * 64


def about_agency(session: Session, words: int | None, *, is_raised: bool = True) -> Case:
    """A complaint about the agency in certain words, or in none that could be compared."""
    case = make_case(session, CaseState.SUBMITTED)
    case.agency_digest, case.priority = AGENCY, Priority.P2
    case.reasons = [TriageReason.INDEPENDENT_COMPLAINTS] if is_raised else []
    session.flush()
    remember(session, case.id, () if words is None else [f"{words:030x}{band:02x}" for band in range(16)])
    return case


@pytest.mark.parametrize("seed", range(12))
def test_as_many_are_counted_and_the_same_raised_as_if_all_were_compared(session: Session, seed: int):
    dice = random.Random(seed)
    kinds = dice.choice(([1], [1, 2], [1, 2, 3, 4, None], list(range(60))))
    others = [
        about_agency(session, dice.choice(kinds), is_raised=dice.random() < dice.choice((0.5, 1)))
        for _ in range(dice.randrange(30))
    ]
    mine = about_agency(session, dice.choice(kinds))
    compared = independent(session, [[mine.id, *(case.id for case in others)]])[0][1:]
    found = independent_others(session, mine, TODAY)
    enough = INDEPENDENT_COMPLAINTS - 1
    assert min(found.number, enough) == min(len(compared), enough)
    assert found.waiting == [case.id for case in others if case.id in compared and not case.reasons]


def test_complaints_of_long_ago_and_those_set_aside_do_not_count(session: Session):
    old, aside, mine = (about_agency(session, words) for words in (1, 2, 3))
    old.filed_on, aside.state = TODAY - timedelta(days=90), CaseState.QUARANTINED
    assert independent_others(session, mine, TODAY).number == 0
