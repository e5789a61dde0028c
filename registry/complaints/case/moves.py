"""Moves of a case between its states: each is made here, in one transaction.

The table (states.py) decides whether a move is allowed. It updates the deadlines, sets or removes the purge day, and
leaves a row and an audit line. Neither holds a word of what was written.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.base import ExecutableOption

from registry.audit.actions import record
from registry.complaints.case import clocks, units
from registry.complaints.case.models import Case
from registry.complaints.case.states import ENDING_STATES, MOVES, OPEN_STATES, CaseFacts, Guard, Move
from registry.complaints.casework.models import CaseMove
from registry.complaints.parties.models import Hearing
from registry.complaints.retention.rules import purge_day
from registry.core import errors, moves
from registry.core.db.locking import lock_or_none, locking_select
from registry.officers.models import Unit
from registry.vocabulary.cases import CaseRole, CaseState, HearingState, Priority

_INVESTIGATION = frozenset({CaseState.INVESTIGATING, CaseState.AGENCY_HEARING, CaseState.DECISION_DRAFT})

_ABOUT_HISTORY = frozenset({Guard.CAME_FROM_TRIAGE, Guard.CAME_FROM_INVESTIGATION, Guard.OTHER_THAN_INVESTIGATOR})
"""Guards that ask for the moves that a case has made."""

_ABOUT_HEARINGS = frozenset({Guard.HEARING_IS_SERVED, Guard.HEARING_IS_OVER})
"""Guards that ask for a hearing of the case."""


# Built once: building such a statement costs more than running it.
_LOCKED = locking_select(Case, Case.id == bindparam("case_id"))


def lock_case_by_id(session: Session, case_id: int) -> Case:
    """Lock and return a case; no other transaction changes it before this one ends. Raises NotFound when it is gone."""
    with _before_lock(session):
        case = session.execute(_LOCKED, {"case_id": case_id}).scalar_one_or_none()
    if case is None:
        raise errors.NotFound("there is nothing here any more")
    return case


def lock_case_where(
    session: Session, *conditions: ColumnElement[bool], also: Sequence[ExecutableOption] = ()
) -> Case | None:
    """Lock and return the one case that meets the conditions, with what is to be loaded by the same query."""
    with _before_lock(session):
        return lock_or_none(session, Case, *conditions, options=also)


@contextmanager
def _before_lock(session: Session) -> Iterator[None]:
    """Lock a case inside: what else is pending is written after the lock.

    A visit that was extended must not wait for the case while another transaction that has the case waits to end that
    visit. A changed case is written first: reading it anew would lose what was changed.
    """
    if any(isinstance(one, Case) for one in session.dirty):
        session.flush()
    with session.no_autoflush:
        yield


def advance_case(
    session: Session,
    case: Case,
    target: CaseState,
    role: CaseRole,
    at: datetime,
    *,
    actor: str = "",
    reason_sealed: str | None = None,
    is_same_unit: bool = False,
) -> CaseMove:
    """Move a locked case. Raises IllegalMove when the table, or what must hold beside it, does not let it."""

    today = units.day_of_case(session, case, at)

    def known(move: Move) -> CaseFacts:
        history = moves_of(session, case) if move.guard in _ABOUT_HISTORY else ()
        facts = facts_of(case, history, actor, today, has_reason=reason_sealed is not None, is_same_unit=is_same_unit)
        return replace(facts, hearing=_hearing_of(session, case)) if move.guard in _ABOUT_HEARINGS else facts

    source = case.state
    move = moves.advance(MOVES, case, target, role, known)
    case.is_open = target in OPEN_STATES
    if target is CaseState.PURGED:
        case.has_unread, case.unread_kind = False, None
    _set_days(session, case, today)
    # A draft has no deadlines yet.
    clocks.apply_clock(session, case, move.clock, at, {} if source is CaseState.DRAFT else None)
    row = CaseMove(
        case_id=case.id,
        from_state=source,
        to_state=target,
        on_day=today,
        role=role,
        actor=actor,
        reason_sealed=reason_sealed,
    )
    session.add(row)
    changed(session, case, "case.moved", today, role=role, actor=actor, detail=f"{source} {target}")
    return row


def set_case_priority(case: Case, priority: Priority, at: datetime) -> None:
    """Give a locked case a priority. With the first one somebody is in danger, from then until an officer acts."""
    if priority is not Priority.P0:
        case.in_danger_since = None
    elif case.in_danger_since is None and case.priority is not Priority.P0:
        case.in_danger_since = at
    case.priority = priority


def resume_case(session: Session, case: Case, at: datetime) -> None:
    """Move a locked case that waited for its complainant back to where it was."""
    came_from = moves_of(session, case)[-1].from_state
    target = CaseState.INVESTIGATING if came_from is CaseState.INVESTIGATING else CaseState.IN_TRIAGE
    advance_case(session, case, target, CaseRole.REGISTRY, at)


def facts_of(
    case: Case, history: Sequence[CaseMove], actor: str, today: date, *, has_reason: bool, is_same_unit: bool
) -> CaseFacts:
    """The facts that the guards of the table look at. `history`: the moves of the case, latest last."""
    return CaseFacts(
        today=today,
        priority=case.priority,
        has_unit=case.unit_id is not None,
        has_reason=has_reason,
        came_from=history[-1].from_state if history else None,
        actor=same_person(actor),
        investigators=investigators(history),
        is_same_unit=is_same_unit,
        ended_on=case.closed_on,
        purge_on=case.purge_on,
        has_legal_hold=case.has_legal_hold,
    )


def changed(
    session: Session, case: Case, what: str, today: date, *, role: CaseRole, actor: str = "", detail: str = ""
) -> None:
    """Record a change of a locked case in the audit trail, and raise its version. `detail` holds closed words alone.

    From here on the transaction holds the lock of the audit trail: lock other cases before.
    """
    case.version += 1
    unit = session.get(Unit, case.unit_id) if case.unit_id is not None else None
    whose = None if unit is None else unit.reference
    record(session, what, case.reference, on=today, actor=actor or role, detail=detail, unit=whose)


def moves_of(session: Session, case: Case) -> list[CaseMove]:
    """The moves of a case, latest last."""
    return list(session.execute(select(CaseMove).where(CaseMove.case_id == case.id).order_by(CaseMove.id)).scalars())


def _hearing_of(session: Session, case: Case) -> HearingState | None:
    is_open = (Hearing.case_id == case.id, Hearing.state != HearingState.CLOSED)
    return session.execute(select(Hearing.state).where(*is_open)).scalar_one_or_none()


def same_person(name: str) -> str:
    """A name as it is compared: case, width and spaces do not make another person."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _set_days(session: Session, case: Case, today: date) -> None:
    if case.state in ENDING_STATES:
        has_sanction = any(move.to_state is CaseState.SANCTION_PENDING for move in moves_of(session, case))
        unit = session.get(Unit, case.unit_id) if case.unit_id is not None else None
        case.closed_on = today
        case.purge_on = purge_day(case.state, today, units.periods_of(unit), has_sanction=has_sanction)
    elif case.state is not CaseState.PURGED:
        case.closed_on = case.purge_on = None


def investigators(history: Iterable[CaseMove]) -> frozenset[str]:
    """The officers who moved a case while it was investigated, as `same_person` writes them: they cannot decide it."""
    theirs = (CaseRole.INVESTIGATOR, CaseRole.SUPERVISOR, CaseRole.TRIAGE)
    return frozenset(
        same_person(move.actor)
        for move in history
        if move.role in theirs and move.actor and _INVESTIGATION & {move.from_state, move.to_state}
    )
