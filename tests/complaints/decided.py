"""Cases that are moved on until they are decided."""

from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance_case, lock_case_by_id
from registry.complaints.case.states import MOVES
from registry.vocabulary.cases import CaseRole, CaseState
from tests.complaints.filing import AT


def go(session: Session, case: Case, *states: CaseState, at=AT) -> None:
    """Let officers take a case along the table, with whatever its guards ask for."""
    for state in states:
        role = min(
            next(move.by for move in MOVES if (move.source, move.target) == (case.state, state)),
            key=[CaseRole.INVESTIGATOR, CaseRole.SUPERVISOR, CaseRole.DECIDER, *CaseRole].index,
        )
        advance_case(
            session,
            lock_case_by_id(session, case.id),
            state,
            role,
            at,
            actor=f"An officer, {role}",
            reason_sealed="sealed",
        )


def decide(session: Session, case: Case, at=AT) -> None:
    go(session, case, CaseState.IN_TRIAGE, CaseState.INVESTIGATING, CaseState.DECISION_DRAFT, at=at)
    go(session, case, CaseState.DECIDED_NOT_UPHELD, at=at)
