"""Where an officer may move a case from the queue, and why not elsewhere. Pure: by the table of moves (states.py)."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from registry.complaints.case.states import MOVES, CaseFacts, Guard, Move
from registry.vocabulary.cases import CaseRole, CaseState

PLACE_OF: Mapping[CaseState, str] = {
    CaseState.AGENCY_HEARING: "hearing",
    CaseState.DECISION_DRAFT: "decision",
    CaseState.DECIDED_UPHELD: "decision",
    CaseState.DECIDED_PARTLY: "decision",
    CaseState.DECIDED_NOT_UPHELD: "decision",
    CaseState.SANCTION_PENDING: "sanction",
}
"""What is more than a move: the tab on which it is done, with all that belongs to it."""

NEEDS_REASON = frozenset({Guard.HAS_REASON, Guard.SAME_UNIT})

_NOT_OFFICERS = frozenset({CaseRole.COMPLAINANT, CaseRole.REGISTRY})


class Way(NamedTuple):
    """One move from a case's state. `role`: the least of the officer's roles that may take it.

    `by`: the officers' roles that may. `lack`: why the officer may not now: `role`, `place` where another tab does it,
    or the guard that fails.
    """

    target: CaseState
    role: CaseRole | None
    lack: str | None
    needs_reason: bool
    by: Sequence[CaseRole]
    place: str | None


def ways(state: CaseState, roles: Sequence[CaseRole], facts: CaseFacts) -> list[Way]:
    """Every move that some officer may take from a state, in the table's order. `roles`: the officer's, least first.

    What a form will bring along, a reason and the other case, counts as there.
    """
    return [_way(move, roles, facts) for move in MOVES if move.source is state and move.by - _NOT_OFFICERS]


def way_to(state: CaseState, target: CaseState, roles: Sequence[CaseRole], facts: CaseFacts) -> Way | None:
    """The one move to a state, None where the table has none for any officer."""
    return next((way for way in ways(state, roles, facts) if way.target is target), None)


def _way(move: Move, roles: Sequence[CaseRole], facts: CaseFacts) -> Way:
    role = next((one for one in roles if one in move.by), None)
    place = PLACE_OF.get(move.target) or PLACE_OF.get(move.source) if _is_done_elsewhere(move) else None
    if place is not None:
        lack: str | None = "place"
    elif role is None:
        lack = "role"
    else:
        lack = MOVES.lacking(move.guard, facts)
    by = [one for one in CaseRole if one in move.by and one not in _NOT_OFFICERS]
    return Way(move.target, role, lack, move.guard in NEEDS_REASON, by, place)


def _is_done_elsewhere(move: Move) -> bool:
    # A draft of a decision that is sent back keeps why: the decision's tab does it.
    return move.target in PLACE_OF or (move.source, move.target) == (CaseState.DECISION_DRAFT, CaseState.INVESTIGATING)
