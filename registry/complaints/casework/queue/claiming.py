"""An officer takes a case on by a move of the table, in the least of the officer's roles that may."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.case.moves import facts_of, moves_of
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import CaseMove
from registry.complaints.casework.queue.rules import Way, way_to, ways
from registry.complaints.sealing.sealer import Sealer
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound
from registry.vocabulary.cases import CaseRole, CaseState
from registry.vocabulary.codes import Problem


def ways_of(case: Case, history: Sequence[CaseMove], actor: str, roles: Sequence[CaseRole], today: date) -> list[Way]:
    """Where the officer may move a case now, and why not elsewhere."""
    return ways(case.state, roles, facts_of(case, history, actor, today, has_reason=True, is_same_unit=True))


def take(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    roles: Sequence[CaseRole],
    reference: str,
    target: CaseState,
    at: datetime,
    *,
    reason: str = "",
    into: str = "",
    version: int | None = None,
) -> Case:
    """Move a case; `into` names the other one where two become one. `roles` are all that `officer` has, the humblest first.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case = casework.lock_case(session, officer, reference, version)
    facts = facts_of(case, moves_of(session, case), officer.name, at.date(), has_reason=True, is_same_unit=True)
    way = way_to(case.state, target, roles, facts)
    if way is None:
        raise IllegalMove(
            f"what is {case.state} does not become {target}", "case.no_such_move", source=case.state, target=target
        )
    if way.place is not None:
        raise IllegalMove(
            f"what is {case.state} becomes {target} on the tab of its {way.place}, with all that belongs to it",
            "case.other_tab",
            target=target,
            tab=way.place,
        )
    if way.role is None:
        raise IllegalMove(
            f"what is {case.state} does not become {target} by you: {' or '.join(way.by)} may do it",
            "case.others_move",
            target=target,
            roles=way.by,
        )
    if way.needs_reason and not reason.strip():
        raise InvalidInput([Fault.of("reason", Problem.MISSING, "must_say_why")])
    mover = officer._replace(role=way.role)
    if target is CaseState.MERGED:
        return _merge(session, sealer, mover, reference, into, at, reason, version)
    return casework.move(session, sealer, mover, reference, target, at, reason=reason, version=version)


def _merge(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    into: str,
    at: datetime,
    reason: str,
    version: int | None,
) -> Case:
    other = "".join(into.split()).upper()
    try:
        return casework.merge(session, sealer, officer, reference, other, at, reason=reason, version=version)
    except NotFound:
        # This case was found a moment ago: it is the other that is not there.
        raise InvalidInput([Fault.of("into", Problem.INVALID_VALUE, "case_not_here")]) from None
