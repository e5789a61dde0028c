"""Cases to be counted: as many as a test says, of one quarter."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove
from registry.core.ids import new_references
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState, Indicator

IN_Q3 = date(2026, 8, 15)
CLOSING = date(2026, 10, 15)


def make_cases(
    session: Session,
    count: int,
    *,
    on: date = IN_Q3,
    country: str | None = "IT",
    sector: str | None = "14.10",
    indicators: tuple[Indicator, ...] = (),
    state: CaseState = CaseState.SUBMITTED,
) -> list[Case]:
    unit = session.execute(select(Unit)).scalars().first()
    if unit is None:
        unit = Unit(reference="invented", authority="a", country="IT", names={}, is_default=True)
        session.add(unit)
        session.flush()
    cases = [
        Case(
            reference=reference,
            unit_id=unit.id,
            state=state,
            filed_on=on,
            country=country,
            sector=sector,
            indicators=list(indicators),
        )
        for reference in new_references(count)
    ]
    session.add_all(cases)
    session.flush()
    return cases


def move(session: Session, cases: list[Case], to: CaseState, *, on: date) -> None:
    """What an officer or a complainant did with them on a day."""
    session.add_all(
        CaseMove(
            case_id=case.id, from_state=CaseState.INVESTIGATING, to_state=to, on_day=on, role=CaseRole.DECIDER, actor=""
        )
        for case in cases
    )
    session.flush()
