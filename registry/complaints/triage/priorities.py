"""Changing a case's priority: raised at once by one officer, lowered from P0 or P1 only by two, with a reason."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import clocks, moves, states, units
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer, lock_case, record_act, seal_reason
from registry.complaints.casework.models import PriorityChange
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound
from registry.vocabulary import cases, codes

TWO_PERSONS = frozenset({cases.Priority.P0, cases.Priority.P1})


def set_priority(
    call: Call[Officer], sealer: Sealer, reference: str, priority: cases.Priority, reason: str
) -> PriorityChange:
    """Give a case another priority, or ask for it: lowering from P0 or P1 waits for a second person (`is_approved` is None).

    A later wish takes the place of one that waits. Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    session, officer, at = call.session, call.actor, call.at
    case = lock_case(session, officer, reference, call.version)
    if case.state not in states.OPEN_STATES | {cases.CaseState.QUARANTINED}:
        raise IllegalMove(f"what is {case.state} has no priority any more", "case.no_priority", state=case.state)
    before = case.priority
    if before is None or before is priority:
        raise InvalidInput([Fault.of("priority", codes.Problem.CONTRADICTORY, "as_it_is")])
    sealed = seal_reason(session, sealer, officer, case, reason)
    if sealed is None:
        raise InvalidInput([Fault.of("reason", codes.Problem.MISSING, "must_say_why")])
    waiting = waiting_change(session, case)
    if waiting is not None:
        _decide(call, case, waiting, is_approved=False)
    change = PriorityChange(
        case_id=case.id,
        from_priority=before,
        to_priority=priority,
        asked_by=officer.name,
        asked_on=units.day_of_case(session, case, at),
        reason_sealed=sealed,
    )
    session.add(change)
    if priority < before or before not in TWO_PERSONS:
        _decide(call, case, change, is_approved=True)
        _apply(call, case, change)
    else:
        record_act(call, case, "case.lowering_asked")
    session.flush()
    return change


def decide_lowering(call: Call[Officer], reference: str, *, is_approved: bool) -> PriorityChange:
    """Approve or refuse a pending lowering of a priority; the officer who asked for it cannot.

    Raises NotFound, IllegalMove, StaleVersion.
    """
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    change = waiting_change(session, case)
    if change is None:
        raise NotFound(f"no lowering waits in the case {reference}")
    if is_approved and moves.same_person(change.asked_by) == moves.same_person(officer.name):
        raise IllegalMove(
            "a lowering is approved by a second person, not by the officer who asked for it", "case.own_lowering"
        )
    _decide(call, case, change, is_approved=is_approved)
    if is_approved:
        _apply(call, case, change)
    else:
        record_act(call, case, "case.lowering_refused")
    session.flush()
    return change


def refuse_lowering(session: Session, case: Case, at: datetime) -> None:
    """Refuse a lowering that waits in a locked case, because it has just become more urgent."""
    waiting = waiting_change(session, case)
    if waiting is not None:
        waiting.decided_by, waiting.decided_on = cases.CaseRole.REGISTRY, units.day_of_case(session, case, at)
        waiting.is_approved = False


def waiting_change(session: Session, case: Case) -> PriorityChange | None:
    """The lowering of a case that waits for a second person."""
    waiting = select(PriorityChange).where(PriorityChange.case_id == case.id, PriorityChange.decided_on.is_(None))
    return session.execute(waiting).scalar_one_or_none()


def _decide(call: Call[Officer], case: Case, change: PriorityChange, *, is_approved: bool) -> None:
    change.decided_by, change.decided_on = call.actor.name, units.day_of_case(call.session, case, call.at)
    change.is_approved = is_approved


def _apply(call: Call[Officer], case: Case, change: PriorityChange) -> None:
    moves.set_case_priority(case, change.to_priority, call.at)
    clocks.reschedule_first_look(call.session, case, call.at)
    record_act(call, case, "case.priority", f"{change.from_priority} {change.to_priority}")
