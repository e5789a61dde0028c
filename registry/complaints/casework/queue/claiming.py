"""An officer takes a case on by a move of the table, in the least of the officer's roles that may."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from registry.complaints.case.models import Case
from registry.complaints.case.moves import facts_of, moves_of
from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import CaseMove
from registry.complaints.casework.queue.rules import Way, way_to, ways
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound
from registry.vocabulary.cases import CaseRole, CaseState
from registry.vocabulary.codes import Problem


def ways_of(case: Case, history: Sequence[CaseMove], actor: str, roles: Sequence[CaseRole], today: date) -> list[Way]:
    """Where the officer may move a case now, and why not elsewhere."""
    return ways(case.state, roles, facts_of(case, history, actor, today, has_reason=True, is_same_unit=True))


class MoveRequest(NamedTuple):
    """The move that an officer asks for; `into` names the other case where two become one."""

    to: CaseState
    reason: str = ""
    into: str = ""


def take(call: Call[Officer], sealer: Sealer, reference: str, request: MoveRequest, roles: Sequence[CaseRole]) -> Case:
    """Move a case. `roles` are all that the officer has, the humblest first.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    session, officer, target = call.session, call.actor, request.to
    case = casework.lock_case(session, officer, reference, call.version)
    facts = facts_of(case, moves_of(session, case), officer.name, call.at.date(), has_reason=True, is_same_unit=True)
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
    if way.needs_reason and not request.reason.strip():
        raise InvalidInput([Fault.of("reason", Problem.MISSING, "must_say_why")])
    as_mover = replace(call, actor=officer._replace(role=way.role))
    if target is not CaseState.MERGED:
        return casework.move(as_mover, sealer, reference, target, reason=request.reason)
    other = "".join(request.into.split()).upper()
    try:
        return casework.merge(as_mover, sealer, reference, other, reason=request.reason)
    except NotFound:
        # This case was found a moment ago: it is the other that is not there.
        raise InvalidInput([Fault.of("into", Problem.INVALID_VALUE, "case_not_here")]) from None
