"""Where the desk offers to take a case, and what it says where it does not."""

from datetime import date

import pytest

from registry.complaints.case.states import MOVES, CaseFacts, way_to, ways
from registry.vocabulary.cases import CaseRole, CaseState, Priority

TODAY = date(2026, 3, 2)
EVERY = (CaseRole.TRIAGE, CaseRole.INVESTIGATOR, CaseRole.SUPERVISOR, CaseRole.DECIDER, CaseRole.LICENSING)
FREE = CaseFacts(today=TODAY, priority=Priority.P3, has_unit=True, has_reason=True, is_same_unit=True)


@pytest.mark.parametrize("state", list(CaseState))
def test_every_move_of_an_officer_is_offered_or_said_why_not(state: CaseState) -> None:
    of_table = {move.target for move in MOVES if move.source is state and move.by & set(EVERY)}
    assert {way.target for way in ways(state, EVERY, FREE)} == of_table


@pytest.mark.parametrize("state", list(CaseState))
@pytest.mark.parametrize("role", EVERY)
def test_what_is_offered_is_in_the_table_for_that_very_role(state: CaseState, role: CaseRole) -> None:
    for way in ways(state, (role,), FREE):
        if way.lack is None:
            assert way.role is role
            assert MOVES.find(state, way.target, role) is not None
        elif way.lack == "role":
            assert role not in way.by


def test_a_move_is_made_in_the_humblest_role_that_may() -> None:
    way = way_to(CaseState.SUBMITTED, CaseState.IN_TRIAGE, (CaseRole.TRIAGE, CaseRole.SUPERVISOR), FREE)
    assert way is not None
    assert way.role is CaseRole.TRIAGE


def test_what_is_urgent_is_not_set_aside() -> None:
    urgent = CaseFacts(today=TODAY, priority=Priority.P0, has_unit=True)
    way = way_to(CaseState.SUBMITTED, CaseState.QUARANTINED, EVERY, urgent)
    assert way is not None
    assert way.lack == "not_urgent"


@pytest.mark.parametrize(
    ("source", "target", "place"),
    [
        (CaseState.INVESTIGATING, CaseState.AGENCY_HEARING, "hearing"),
        (CaseState.DECISION_DRAFT, CaseState.DECIDED_UPHELD, "decision"),
        (CaseState.DECISION_DRAFT, CaseState.INVESTIGATING, "decision"),
        (CaseState.DECIDED_UPHELD, CaseState.SANCTION_PENDING, "sanction"),
    ],
)
def test_what_is_more_than_a_move_is_done_where_it_belongs(source: CaseState, target: CaseState, place: str) -> None:
    way = way_to(source, target, EVERY, FREE)
    assert way is not None
    assert (way.lack, way.place) == ("place", place)
