"""Closes a quarter of the statistics: counts its complaints once, and stores what may be published, for good."""

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseMove
from registry.core.errors import NotNow
from registry.oversight.statistics.models import Snapshot, SnapshotCell
from registry.oversight.statistics.queries import closed_quarters, snapshot_of
from registry.oversight.statistics.rules import COUNTED, NOT_STATED, OUTCOMES, VERSION, Quarter, due, published
from registry.vocabulary.cases import Dimension


def close(session: Session, quarter: Quarter, today: date) -> Snapshot:
    """Count a quarter and store what may be published. A closed quarter stays as it is, whatever changed since.

    Raises NotNow before its time.
    """
    found = snapshot_of(session, str(quarter))
    if found is not None:
        return found
    if today < quarter.closes_on:
        raise NotNow(f"{quarter} can be closed from {quarter.closes_on} on, two weeks after its last day")
    snapshot = Snapshot(quarter=str(quarter), closed_on=today, rules=VERSION)
    snapshot.cells = [
        SnapshotCell(dimension=dimension, value=value, count=count)
        for dimension, counts in count_cases(session, quarter).items()
        for value, count in published(counts).items()
    ]
    session.add(snapshot)
    session.flush()
    return snapshot


def close_due(sessions: sessionmaker[Session], today: date) -> list[str]:
    """Close each quarter that is due in a transaction of its own. Two that do it at once close each quarter once."""
    with sessions() as session:
        first = session.execute(select(func.min(Case.filed_on)).where(Case.state.in_(sorted(COUNTED)))).scalar()
        waiting = [] if first is None else due(Quarter.of(first), closed_quarters(session), today)
    for quarter in waiting:
        try:
            with sessions.begin() as session:
                close(session, quarter, today)
        except IntegrityError:
            # Another worker closed it meanwhile; if not, the next round tells.
            continue
    return [str(quarter) for quarter in waiting]


def count_cases(session: Session, quarter: Quarter) -> Mapping[Dimension, Mapping[str, int]]:
    """The true counts of one quarter, before small numbers are withheld: shown to no one."""
    counts: dict[Dimension, Counter[str]] = {dimension: Counter() for dimension in Dimension}
    columns = select(Case.country, Case.sector, Case.indicators).where(
        Case.filed_on.between(quarter.first, quarter.last), Case.state.in_(sorted(COUNTED)), Case.unit_id.is_not(None)
    )
    for country, sector, indicators in session.execute(columns):
        counts[Dimension.COUNTRY][country or NOT_STATED] += 1
        counts[Dimension.SECTOR][sector or NOT_STATED] += 1
        counts[Dimension.INDICATOR].update(set(indicators))
    counts[Dimension.OUTCOME].update(_outcomes(session, quarter).values())
    return counts


def _outcomes(session: Session, quarter: Quarter) -> dict[int, str]:
    """The outcome of each case in a quarter, whenever it was filed; of several, after a reopening, the last."""
    moves = select(CaseMove.case_id, CaseMove.to_state).join(Case, Case.id == CaseMove.case_id)
    of_quarter = moves.where(
        CaseMove.on_day.between(quarter.first, quarter.last),
        CaseMove.to_state.in_(OUTCOMES),
        Case.state.in_(sorted(COUNTED)),
        Case.unit_id.is_not(None),
    )
    return {case_id: state.value for case_id, state in session.execute(of_quarter.order_by(CaseMove.id))}
