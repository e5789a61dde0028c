"""One act on many cases: each on its own by the action of its page, so that a refused one does not stop others.

It can be undone for half an hour, for each case that was not changed since and whose move has a way back in the table.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import MoveRequest, Officer, in_unit, move_in_humblest_role
from registry.complaints.casework.models import BulkAct
from registry.complaints.casework.queue.assignment import assign
from registry.complaints.sealing.sealer import Sealer
from registry.core import errors, ids
from registry.core.calls import Call
from registry.core.db.locking import lock, require_version
from registry.officers.days import today_of
from registry.vocabulary.cases import BulkKind, CaseRole, CaseState
from registry.vocabulary.codes import Problem

MAX_AT_ONCE = 50
UNDO_WITHIN = timedelta(minutes=30)

TARGETS = {BulkKind.TRIAGE: CaseState.IN_TRIAGE, BulkKind.QUARANTINE: CaseState.QUARANTINED}

_BACK: dict[BulkKind, Callable[[str], tuple[CaseState, ...]]] = {
    # A case that an officer looked at has been seen: triage has no way back.
    BulkKind.TRIAGE: lambda before: (),
    BulkKind.QUARANTINE: lambda before: (
        (CaseState.SUBMITTED, CaseState.IN_TRIAGE) if before == CaseState.IN_TRIAGE else (CaseState.SUBMITTED,)
    ),
}
_REFUSED = (
    errors.NotFound,
    errors.IllegalMove,
    errors.InvalidInput,
    errors.NotNow,
    errors.StaleVersion,
    errors.Forbidden,
)

MayTouch = Callable[[Case], object]
"""Raises Forbidden where the officer declared an interest in the agency that a case is about."""


class Wanted(NamedTuple):
    """A case by its reference, at the version that was on the page."""

    reference: str
    version: int


class Outcome(NamedTuple):
    """The outcome for one case; `refusal` None where it was done."""

    reference: str
    refusal: errors.RegistryError | None


class BulkRequest(NamedTuple):
    """What an officer asks for: cases to be assigned to an officer (`to`, None: unassigned), triaged or quarantined."""

    kind: BulkKind
    wanted: Sequence[Wanted]
    to: str | None = None


def act_on(
    call: Call[Officer], sealer: Sealer, request: BulkRequest, roles: Sequence[CaseRole], may_touch: MayTouch
) -> tuple[BulkAct, list[Outcome]]:
    """Do one act on many cases. `roles` are all that the officer has. Raises InvalidInput."""
    session, officer, (kind, wanted, to) = call.session, call.actor, request
    if not 0 < len(wanted) <= MAX_AT_ONCE:
        problem = Problem.TOO_MANY if wanted else Problem.MISSING
        raise errors.InvalidInput([errors.Fault.of("case", problem, "choose_cases", most=MAX_AT_ONCE)])
    cases = _lock_cases(session, officer.unit, [one.reference for one in wanted])
    rows: list[Any] = []
    outcomes = []
    for one in wanted:

        def do(one: Wanted = one) -> None:
            case = _case(cases, one.reference)
            may_touch(case)
            before = {"state": case.state.value, "assignee": case.assignee}
            as_read = replace(call, version=one.version)
            if kind is BulkKind.ASSIGN:
                assign(as_read, sealer, one.reference, to)
            else:
                move_in_humblest_role(as_read, sealer, one.reference, MoveRequest(TARGETS[kind]), roles)
            rows.append({"case": one.reference, "version": case.version, **before})

        outcomes.append(_tried(session, one.reference, do))
    done = BulkAct(
        reference=ids.new_reference(),
        unit=officer.unit,
        officer=officer.name,
        kind=kind,
        done_at=call.at,
        undone_at=None,
        rows=rows,
    )
    # Once it cannot be undone it says nothing that the audit does not.
    session.execute(delete(BulkAct).where(BulkAct.done_at < call.at - timedelta(days=1)))
    session.add(done)
    session.flush()
    _record_bulk_act(call, done, f"case.bulk_{kind}")
    return done, outcomes


def undo(
    call: Call[Officer], sealer: Sealer, reference: str, roles: Sequence[CaseRole], may_touch: MayTouch
) -> list[Outcome]:
    """Undo the officer's own bulk act, once. Raises NotFound, NotNow."""
    session, officer = call.session, call.actor
    act = bulk_act(session, officer.name, reference)
    if not can_be_undone(act, call.at):
        raise errors.NotNow("this can be undone no more", "case.undone")
    act.undone_at = call.at
    cases = _lock_cases(session, officer.unit, [row["case"] for row in act.rows])
    outcomes = []
    for row in act.rows:

        def do(row: Any = row) -> None:
            case = _case(cases, row["case"])
            may_touch(case)
            require_version(case.version, row["version"])
            if act.kind is BulkKind.ASSIGN:
                assign(call, sealer, row["case"], row["assignee"])
            else:
                for target in _BACK[act.kind](row["state"]):
                    move_in_humblest_role(call, sealer, row["case"], MoveRequest(target), roles)

        outcomes.append(_tried(session, row["case"], do))
    session.flush()
    _record_bulk_act(call, act, "case.bulk_undone")
    return outcomes


def _record_bulk_act(call: Call[Officer], done: BulkAct, act: str) -> None:
    officer, count = call.actor, str(len(done.rows))
    record(call.session, act, done.reference, on=today_of(call), actor=officer.name, detail=count, unit=officer.unit)


def bulk_act(session: Session, officer: str, reference: str) -> BulkAct:
    """A bulk act of this officer. Raises NotFound for another officer's."""
    own = BulkAct.officer == officer, BulkAct.reference == reference
    return lock(session, BulkAct, *own, missing="there is nothing of yours by this reference")


def can_be_undone(act: BulkAct, at: datetime) -> bool:
    """Whether there is a way back, the act was not undone yet, and it is recent enough."""
    has_way_back = act.kind is BulkKind.ASSIGN or bool(_BACK[act.kind](CaseState.SUBMITTED))
    return has_way_back and bool(act.rows) and act.undone_at is None and at <= act.done_at + UNDO_WITHIN


def _lock_cases(session: Session, unit: str, references: Sequence[str]) -> dict[str, Case]:
    """Lock all cases at once and in one order, before the first line of the audit trail, for which others wait."""
    query = select(Case).where(in_unit(unit), Case.reference.in_(references)).order_by(Case.id).with_for_update()
    return {case.reference: case for case in session.scalars(query.execution_options(populate_existing=True))}


def _case(cases: dict[str, Case], reference: str) -> Case:
    if reference not in cases:
        raise errors.NotFound(f"there is no case {reference} in this unit")
    return cases[reference]


def _tried(session: Session, reference: str, do: Callable[[], None]) -> Outcome:
    try:
        with session.begin_nested():
            do()
    except _REFUSED as refused:
        return Outcome(reference, refused)
    return Outcome(reference, None)
