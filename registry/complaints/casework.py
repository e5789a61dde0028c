"""The officers' work on cases. Everything here is asked by an officer of one unit and finds that unit's cases alone.

`Officer.unit` is the wall between countries: `case_of` is the one door to a case, and what is another unit's answers as if it
were not there.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.case_terms import Author, BoxRole, BoxState, CaseRole, CaseState, ClockKind, Priority
from registry.codes import Problem
from registry.complaints import clocks, consents, messages, sheets
from registry.complaints.access import boxes_of
from registry.complaints.boxes import Box
from registry.complaints.casework_models import CaseClock, CaseMove
from registry.complaints.consents import Standing
from registry.complaints.envelopes import Place
from registry.complaints.messages import ShownMessage
from registry.complaints.models import Case
from registry.complaints.moving import advance, changed, locked, moves_of, require_version
from registry.complaints.sealing import OpenBox, Sealer
from registry.complaints.states import OPEN_STATES
from registry.errors import Fault, InvalidInput, NotFound, NotNow
from registry.officers.models import Unit

MOST_REASON = 4000


class Officer(NamedTuple):
    """Who works on a case: a name, the role in which he does, and the reference of his unit."""

    name: str
    role: CaseRole
    unit: str


class Queued(NamedTuple):
    """A case in the queue, without a word of what was written. `due_at` is the next clock that runs."""

    reference: str
    state: CaseState
    priority: Priority | None
    country: str | None
    sector: str | None
    indicators: Sequence[str]
    filed_on: date
    due_at: datetime | None
    has_legal_hold: bool
    version: int


class ShownBox(NamedTuple):
    """One mailbox of a case as an officer sees it. `answers` without who she is: that is the custodian's."""

    reference: str
    role: BoxRole
    state: BoxState
    answers_allowed: bool
    answers: Mapping[str, Any]
    messages: Sequence[ShownMessage]
    consents: Sequence[Standing]


class CaseView(NamedTuple):
    """All that a unit may read of a case. Reading it is written into the audit."""

    queued: Queued
    reasons: Sequence[Any]
    agency: Mapping[str, str] | None
    agency_is_registered: bool | None
    employer: str | None
    region: str | None
    amounts: Mapping[str, Any]
    boxes: Sequence[ShownBox]
    moves: Sequence[CaseMove]
    clocks: Mapping[ClockKind, CaseClock]
    purge_on: date | None


def queue(session: Session, unit: str, states: frozenset[CaseState] = OPEN_STATES, limit: int = 100) -> list[Queued]:
    """The cases of a unit in these states: the most urgent first, and of these what is due first.

    An index gives them in this order, so a flood of what is not urgent delays nothing that is.
    """
    due = (
        select(func.min(CaseClock.due_at))
        .where(CaseClock.case_id == Case.id, CaseClock.met_on.is_(None), CaseClock.paused_on.is_(None))
        .correlate(Case)
        .scalar_subquery()
    )
    found: list[Queued] = []
    for priority in Priority:
        if len(found) < limit:
            rows = session.execute(
                select(Case, due.label("due_at"))
                .where(_in_unit(unit), Case.state.in_(sorted(states)), Case.priority == priority)
                .order_by(due.is_(None), due, Case.filed_on, Case.id)
                .limit(limit - len(found))
            )
            found += [_queued(row.Case, row.due_at) for row in rows]
    return found


def counts(session: Session, unit: str) -> dict[tuple[CaseState, Priority], int]:
    """How many cases of a unit stand where."""
    numbers = select(Case.state, Case.priority, func.count(Case.id)).where(_in_unit(unit), Case.priority.is_not(None))
    rows = session.execute(numbers.group_by(Case.state, Case.priority)).all()
    return {(state, priority): number for state, priority, number in rows if priority is not None}


def case_of(session: Session, officer: Officer, reference: str, version: int | None = None) -> Case:
    """A case of the officer's own unit, locked. Raises NotFound for any other, StaleVersion."""
    found = session.execute(
        select(Case.id).where(_in_unit(officer.unit), Case.reference == reference)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no case {reference} in this unit")
    case = locked(session, found)
    if case.state in (CaseState.DRAFT, CaseState.PURGED):
        raise NotFound(f"there is no case {reference} in this unit")
    require_version(case, version)
    return case


def case_view(
    session: Session, sealer: Sealer, officer: Officer, reference: str, today: date, *, act: str = "case.read"
) -> CaseView:
    """Read a case with what was written in it. The reading itself is audited as `act`, and committed with it or not had.

    What was withdrawn is read no more, unless somebody is in danger: who withdraws may have been made to. Raises NotFound,
    NotNow.
    """
    case = case_of(session, officer, reference)
    if case.state is CaseState.WITHDRAWN and case.priority not in (Priority.P0, Priority.P1):
        raise NotNow("this was withdrawn: what was written is not read any more")
    running = clocks.clocks_of(session, case)
    due = [row.due_at for row in running.values() if row.met_on is None and row.paused_on is None]
    view = CaseView(
        queued=_queued(case, min(due, default=None)),
        reasons=case.reasons,
        agency=_opened(sealer, case, "agency_sealed"),
        agency_is_registered=case.agency_is_registered,
        employer=_opened(sealer, case, "employer_sealed"),
        region=_opened(sealer, case, "region_sealed"),
        amounts=_opened(sealer, case, "amounts_sealed") or {},
        boxes=[_shown_box(session, sealer, officer, case, box, today) for box in _shared_boxes(session, case)],
        moves=moves_of(session, case),
        clocks=running,
        purge_on=case.purge_on,
    )
    session.flush()
    record(session, act, case.reference, on=today, actor=officer.name, detail=officer.role)
    return view


def move(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    target: CaseState,
    at: datetime,
    *,
    reason: str | None = None,
    version: int | None = None,
) -> Case:
    """Move a case to another state. Raises NotFound, IllegalMove, StaleVersion, InvalidInput."""
    if target is CaseState.MERGED:
        raise InvalidInput(
            [Fault("to", Problem.INVALID_VALUE, "two cases become one by `merge`, which names the other")]
        )
    case = case_of(session, officer, reference, version)
    advance(
        session,
        case,
        target,
        officer.role,
        at,
        actor=officer.name,
        reason_sealed=seal_reason(session, sealer, officer, case, reason),
    )
    return case


def merge(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    into: str,
    at: datetime,
    *,
    reason: str,
    version: int | None = None,
) -> Case:
    """Join a case to another of the same unit, which goes on for both. Its complainant keeps his mailbox.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    if reference == into:
        raise InvalidInput([Fault("into", Problem.CONTRADICTORY, "must be another case")])
    # In the order of their ids, so that two officers who merge crosswise do not wait for each other for ever.
    held = {one: case_of(session, officer, one) for one in sorted((reference, into))}
    case, other = held[reference], held[into]
    require_version(case, version)
    if other.state not in OPEN_STATES:
        raise InvalidInput([Fault("into", Problem.CONTRADICTORY, f"is {other.state}: only an open case takes another")])
    sealed = seal_reason(session, sealer, officer, case, reason)
    advance(
        session, case, CaseState.MERGED, officer.role, at, actor=officer.name, reason_sealed=sealed, is_same_unit=True
    )
    case.merged_into_id = other.id
    session.flush()
    return case


def reply(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    text: str,
    at: datetime,
    *,
    to_helper: bool = False,
    once: str | None = None,
) -> int:
    """Write to the complainant. Gives the number of mailboxes it went to.

    It goes to the worker's own mailbox, and to a helper's where she allows it. While she has none, nothing goes to a helper
    unless `to_helper` says that he may read it. Raises NotFound, NotNow, InvalidInput.
    """
    case = case_of(session, officer, reference)
    if case.state is CaseState.WITHDRAWN:
        raise NotNow("this was withdrawn: write nothing more")
    boxes = _shared_boxes(session, case)
    chosen = [box for box in boxes if box.role is BoxRole.WORKER and box.state is not BoxState.CUT_OFF]
    has_worker = bool(chosen)
    chosen += [
        box
        for box in boxes
        if box.role is BoxRole.HELPER
        and box.state is BoxState.OPEN
        and (box.answers_allowed or (to_helper and not has_worker))
    ]
    if not chosen:
        raise NotNow("the worker has no mailbox of her own yet: say with --to-helper that her helper may read this")
    for box in chosen:
        opened = sealer.open_as_unit(session, box, officer.unit)
        messages.write_message(session, sealer, case, opened, Author.OFFICER, text, at.date(), once=once)
    clocks.acknowledged(session, case, at.date())
    changed(session, case, "case.answered", at.date(), role=officer.role, actor=officer.name)
    return len(chosen)


def hold(
    session: Session, sealer: Sealer, officer: Officer, reference: str, today: date, *, is_held: bool, reason: str
) -> Case:
    """Put a case under legal hold, so that nothing of it is destroyed, or take the hold away. Raises NotFound, InvalidInput."""
    messages.read_text("reason", reason, MOST_REASON)
    case = case_of(session, officer, reference)
    if case.has_legal_hold is not is_held:
        case.has_legal_hold = is_held
        what = "case.held" if is_held else "case.released"
        changed(session, case, what, today, role=officer.role, actor=officer.name)
    return case


def seal_reason(session: Session, sealer: Sealer, officer: Officer, case: Case, reason: str | None) -> str | None:
    """An officer's reason, sealed to the case's first mailbox like everything else that tells of what was written."""
    if reason is None or not reason.strip():
        return None
    text = messages.read_text("reason", reason, MOST_REASON)
    return _first_box(session, sealer, officer, case).seal(text, reason_place(case))


def open_reason(session: Session, sealer: Sealer, officer: Officer, case: Case, sealed: str) -> str:
    return _first_box(session, sealer, officer, case).open(sealed, reason_place(case))


def reason_place(case: Case) -> Place:
    return Place("case_moves", "reason_sealed", case.reference, case.reference)


def _first_box(session: Session, sealer: Sealer, officer: Officer, case: Case) -> OpenBox:
    return sealer.open_as_unit(session, boxes_of(session, case)[0], officer.unit)


def _in_unit(unit: str) -> ColumnElement[bool]:
    return Case.unit_id == select(Unit.id).where(Unit.reference == unit).scalar_subquery()


def _shared_boxes(session: Session, case: Case) -> list[Box]:
    """The mailboxes that the unit can open; one that was replaced before anybody opened it is none."""
    return [
        box for box in boxes_of(session, case) if not (box.role is BoxRole.WORKER and box.state is BoxState.CUT_OFF)
    ]


def _shown_box(session: Session, sealer: Sealer, officer: Officer, case: Case, box: Box, today: date) -> ShownBox:
    opened = sealer.open_as_unit(session, box, officer.unit)
    sheet = sheets.read(session, opened, case)
    return ShownBox(
        box.reference,
        box.role,
        box.state,
        box.answers_allowed,
        sheet.answers if sheet.submitted_on is not None else {},
        messages.read_messages(session, case, opened, Author.OFFICER, today),
        consents.standing(session, box),
    )


def _opened(sealer: Sealer, case: Case, column: str) -> Any:
    sealed = getattr(case, column)
    if sealed is None:
        return None
    return msgspec.json.decode(sealer.open_field(sealed, Place("cases", column, case.reference, case.reference)))


def _queued(case: Case, due_at: datetime | None) -> Queued:
    return Queued(
        case.reference,
        case.state,
        case.priority,
        case.country,
        case.sector,
        case.indicators,
        case.filed_on,
        due_at,
        case.has_legal_hold,
        case.version,
    )
