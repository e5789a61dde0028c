"""Cases as rows, where the way they came does not matter and many are needed. All invented."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.states import OPEN_STATES
from registry.complaints.casework.models import CaseClock, CaseMove
from registry.core.ids import new_reference
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState, ClockKind, Priority


def make_case(
    session: Session,
    filed_on: date,
    *,
    unit: str = "it-labour",
    state: CaseState = CaseState.SUBMITTED,
    priority: Priority = Priority.P3,
    sector: str | None = "14.10",
    country: str | None = "IT",
    indicators: Sequence[str] = (),
    decided_on: date | None = None,
) -> Case:
    case = Case(
        reference=new_reference(),
        unit_id=session.scalars(select(Unit.id).where(Unit.reference == unit)).one(),
        state=state,
        priority=priority,
        sector=sector,
        country=country,
        indicators=sorted(indicators),
        reasons=[],
        is_open=state in OPEN_STATES,
        filed_on=filed_on,
        version=1,
    )
    session.add(case)
    session.flush()
    if decided_on is not None:
        session.add(
            CaseMove(
                case_id=case.id,
                from_state=CaseState.DECISION_DRAFT,
                to_state=CaseState.DECIDED_UPHELD,
                on_day=decided_on,
                role=CaseRole.DECIDER,
            )
        )
    return case


def make_clock(
    session: Session,
    case: Case,
    due_at: datetime,
    *,
    kind: ClockKind = ClockKind.TRIAGE,
    met_on: date | None = None,
    is_paused: bool = False,
) -> None:
    paused_on = due_at.date() - timedelta(days=1) if is_paused else None
    session.add(CaseClock(case_id=case.id, kind=kind, due_at=due_at, met_on=met_on, paused_on=paused_on))
