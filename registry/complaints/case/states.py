"""The states of a case and the moves between them: one table that drives code, documents, buttons and tests. Pure.

`MOVES` is all there is: what is not in it cannot happen, at any endpoint or page. docs/officers/cases.md is written
from it. `ways` says where an officer may move a case from the queue, and why not elsewhere.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.core import moves
from registry.vocabulary.cases import CaseRole, CaseState, HearingState, Priority
from registry.vocabulary.supervision import SanctionState

REOPENING = timedelta(days=365)
"""How long after its end a case may be opened again."""

REGRET = timedelta(days=30)
"""How long a withdrawal may be taken back: it may have been made under pressure."""


class Guard(StrEnum):
    """What must hold beside the table; `MOVES.lacking` judges it."""

    ALWAYS = "always"
    UNIT_TAKES_IT = "unit_takes_it"
    NOT_URGENT = "not_urgent"
    HAS_REASON = "has_reason"
    CAME_FROM_TRIAGE = "came_from_triage"
    CAME_FROM_INVESTIGATION = "came_from_investigation"
    OTHER_THAN_INVESTIGATOR = "other_than_investigator"
    SAME_UNIT = "same_unit"
    WITHIN_A_YEAR = "within_a_year"
    WITHIN_REGRET = "within_regret"
    TIME_IS_OVER = "time_is_over"
    HEARING_IS_SERVED = "hearing_is_served"
    HEARING_IS_OVER = "hearing_is_over"


class Clock(StrEnum):
    """What a move does to the deadlines of a case (registry/core/working_days.py)."""

    NONE = "none"
    START = "start"
    SEEN = "seen"
    PAUSE = "pause"
    RESUME = "resume"
    ANSWERED = "answered"
    RESTART = "restart"
    STOP = "stop"


class Reads(StrEnum):
    """What the complainant reads about a state; its words are `case.reads.<value>` of the catalogues."""

    NOT_SENT = "not_sent"
    RECEIVED = "received"
    BEING_READ = "being_read"
    WAITING_FOR_YOU = "waiting_for_you"
    LOOKED_INTO = "looked_into"
    AGENCY_IS_HEARD = "agency_is_heard"
    BEING_DECIDED = "being_decided"
    DECIDED_FOR_YOU = "decided_for_you"
    DECIDED_PARTLY = "decided_partly"
    DECIDED_AGAINST = "decided_against"
    SANCTION_FOLLOWS = "sanction_follows"
    MEASURE_IN_FORCE = "measure_in_force"
    MEASURE_STAYED = "measure_stayed"
    MEASURE_OVER = "measure_over"
    CLOSED = "closed"
    OPENED_AGAIN = "opened_again"
    NOT_FOR_US = "not_for_us"
    JOINED = "joined"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Move(moves.Move[CaseState, CaseRole]):
    """A move from one state to another: what it does to the deadlines, and what the complainant reads then."""

    clock: Clock
    reads: Reads


_READS: dict[CaseState, Reads] = {
    CaseState.DRAFT: Reads.NOT_SENT,
    CaseState.SUBMITTED: Reads.RECEIVED,
    CaseState.IN_TRIAGE: Reads.BEING_READ,
    CaseState.WAITING_COMPLAINANT: Reads.WAITING_FOR_YOU,
    CaseState.INVESTIGATING: Reads.LOOKED_INTO,
    CaseState.AGENCY_HEARING: Reads.AGENCY_IS_HEARD,
    CaseState.DECISION_DRAFT: Reads.BEING_DECIDED,
    CaseState.DECIDED_UPHELD: Reads.DECIDED_FOR_YOU,
    CaseState.DECIDED_PARTLY: Reads.DECIDED_PARTLY,
    CaseState.DECIDED_NOT_UPHELD: Reads.DECIDED_AGAINST,
    CaseState.SANCTION_PENDING: Reads.SANCTION_FOLLOWS,
    CaseState.CLOSED: Reads.CLOSED,
    CaseState.REOPENED: Reads.OPENED_AGAIN,
    CaseState.OUT_OF_SCOPE: Reads.NOT_FOR_US,
    CaseState.MERGED: Reads.JOINED,
    # Senders of a mass filing must not learn that it was noticed.
    CaseState.QUARANTINED: Reads.RECEIVED,
    CaseState.WITHDRAWN: Reads.WITHDRAWN,
    # Never read: the complaint code of a purged case answers like an unknown one.
    CaseState.PURGED: Reads.UNKNOWN,
}

_S, _G, _R = CaseState, Guard, CaseRole
_OFFICERS = (_R.INVESTIGATOR, _R.SUPERVISOR)
_READERS = (_R.TRIAGE, *_OFFICERS)


def _move(source: CaseState, target: CaseState, guard: Guard, clock: Clock, *roles: CaseRole) -> Move:
    return Move(source, target, guard, frozenset(roles), clock, _READS[target])


_DECISIONS = (_S.DECIDED_UPHELD, _S.DECIDED_PARTLY, _S.DECIDED_NOT_UPHELD)
_ENDED = (*_DECISIONS, _S.SANCTION_PENDING, _S.CLOSED, _S.OUT_OF_SCOPE)
_WITHDRAWABLE = (
    _S.SUBMITTED, _S.QUARANTINED, _S.IN_TRIAGE, _S.WAITING_COMPLAINANT, _S.INVESTIGATING, _S.AGENCY_HEARING,
    _S.DECISION_DRAFT, _S.REOPENED, _S.MERGED,
)  # fmt: skip
PURGEABLE = (_S.CLOSED, _S.OUT_OF_SCOPE, _S.MERGED, _S.QUARANTINED, _S.WITHDRAWN)
"""What was written in these is destroyed when its time is over."""

_TABLE: tuple[Move, ...] = (
    # Filing
    _move(_S.DRAFT, _S.SUBMITTED, _G.UNIT_TAKES_IT, Clock.START, _R.COMPLAINANT),
    _move(_S.DRAFT, _S.QUARANTINED, _G.NOT_URGENT, Clock.NONE, _R.REGISTRY),
    _move(_S.DRAFT, _S.PURGED, _G.ALWAYS, Clock.STOP, _R.COMPLAINANT, _R.REGISTRY),
    # Triage
    _move(_S.SUBMITTED, _S.IN_TRIAGE, _G.ALWAYS, Clock.SEEN, *_READERS),
    _move(_S.SUBMITTED, _S.QUARANTINED, _G.NOT_URGENT, Clock.STOP, *_READERS),
    _move(_S.QUARANTINED, _S.SUBMITTED, _G.ALWAYS, Clock.START, _R.REGISTRY, *_READERS),
    _move(_S.IN_TRIAGE, _S.QUARANTINED, _G.NOT_URGENT, Clock.STOP, *_READERS),
    _move(_S.IN_TRIAGE, _S.INVESTIGATING, _G.ALWAYS, Clock.NONE, *_READERS),
    _move(_S.IN_TRIAGE, _S.OUT_OF_SCOPE, _G.HAS_REASON, Clock.ANSWERED, *_READERS),
    _move(_S.IN_TRIAGE, _S.MERGED, _G.SAME_UNIT, Clock.STOP, *_READERS),
    # Waiting for the complainant
    _move(_S.IN_TRIAGE, _S.WAITING_COMPLAINANT, _G.ALWAYS, Clock.PAUSE, *_READERS),
    _move(_S.WAITING_COMPLAINANT, _S.IN_TRIAGE, _G.CAME_FROM_TRIAGE, Clock.RESUME, _R.REGISTRY, *_READERS),
    _move(_S.INVESTIGATING, _S.WAITING_COMPLAINANT, _G.ALWAYS, Clock.PAUSE, *_OFFICERS),
    _move(_S.WAITING_COMPLAINANT, _S.INVESTIGATING, _G.CAME_FROM_INVESTIGATION, Clock.RESUME, _R.REGISTRY, *_OFFICERS),
    # Investigation and hearing
    _move(_S.INVESTIGATING, _S.AGENCY_HEARING, _G.HEARING_IS_SERVED, Clock.NONE, *_OFFICERS),
    _move(_S.AGENCY_HEARING, _S.INVESTIGATING, _G.ALWAYS, Clock.NONE, _R.REGISTRY, *_OFFICERS),
    _move(_S.AGENCY_HEARING, _S.DECISION_DRAFT, _G.HEARING_IS_OVER, Clock.NONE, *_OFFICERS),
    _move(_S.INVESTIGATING, _S.DECISION_DRAFT, _G.HEARING_IS_OVER, Clock.NONE, *_OFFICERS),
    _move(_S.INVESTIGATING, _S.OUT_OF_SCOPE, _G.HAS_REASON, Clock.ANSWERED, *_OFFICERS),
    _move(_S.INVESTIGATING, _S.MERGED, _G.SAME_UNIT, Clock.STOP, *_OFFICERS),
    _move(_S.INVESTIGATING, _S.CLOSED, _G.HAS_REASON, Clock.ANSWERED, _R.SUPERVISOR),
    # Decision and what follows
    _move(_S.DECISION_DRAFT, _S.INVESTIGATING, _G.HAS_REASON, Clock.NONE, _R.DECIDER, *_OFFICERS),
    *(
        _move(_S.DECISION_DRAFT, decision, _G.OTHER_THAN_INVESTIGATOR, Clock.ANSWERED, _R.DECIDER)
        for decision in _DECISIONS
    ),
    _move(_S.DECIDED_UPHELD, _S.SANCTION_PENDING, _G.ALWAYS, Clock.NONE, _R.DECIDER, _R.LICENSING),
    _move(_S.DECIDED_PARTLY, _S.SANCTION_PENDING, _G.ALWAYS, Clock.NONE, _R.DECIDER, _R.LICENSING),
    _move(_S.SANCTION_PENDING, _S.CLOSED, _G.ALWAYS, Clock.STOP, _R.LICENSING, _R.SUPERVISOR),
    *(_move(decision, _S.CLOSED, _G.ALWAYS, Clock.STOP, _R.DECIDER, _R.SUPERVISOR) for decision in _DECISIONS),
    # Two cases that were one after all, or not
    _move(_S.MERGED, _S.IN_TRIAGE, _G.HAS_REASON, Clock.RESTART, *_OFFICERS),
    _move(_S.MERGED, _S.CLOSED, _G.ALWAYS, Clock.STOP, _R.REGISTRY, *_OFFICERS),
    # Objection and reopening
    *(_move(ended, _S.REOPENED, _G.WITHIN_A_YEAR, Clock.RESTART, _R.COMPLAINANT, _R.SUPERVISOR) for ended in _ENDED),
    _move(_S.REOPENED, _S.IN_TRIAGE, _G.ALWAYS, Clock.SEEN, *_READERS),
    _move(_S.REOPENED, _S.INVESTIGATING, _G.ALWAYS, Clock.SEEN, *_OFFICERS),
    # Withdrawal, which may be taken back for a while
    *(_move(open_, _S.WITHDRAWN, _G.ALWAYS, Clock.STOP, _R.COMPLAINANT) for open_ in _WITHDRAWABLE),
    _move(_S.WITHDRAWN, _S.REOPENED, _G.WITHIN_REGRET, Clock.RESTART, _R.COMPLAINANT),
    # The end of what was written
    *(_move(ended, _S.PURGED, _G.TIME_IS_OVER, Clock.STOP, _R.REGISTRY) for ended in PURGEABLE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """What guards look at. Days are the registry's; `came_from` is the state before the present one.

    `investigators` are those who moved the case while it was investigated; `is_same_unit` is about a merge's other case.
    `hearing` is where the case's hearing stands, if one is open.
    """

    today: date
    priority: Priority | None = None
    has_unit: bool = False
    has_reason: bool = False
    came_from: CaseState | None = None
    actor: str = ""
    investigators: frozenset[str] = frozenset()
    is_same_unit: bool = False
    ended_on: date | None = None
    purge_on: date | None = None
    has_legal_hold: bool = False
    hearing: HearingState | None = None


def reads(state: CaseState) -> Reads:
    """What the complainant reads about a case in this state."""
    return _READS[state]


def reads_of_measure(measure: str | None, until: date | None, today: date) -> Reads:
    """What the complainant reads while measures follow from the decision: what is in force, and no longer what is prepared."""
    if measure is None:
        return Reads.SANCTION_FOLLOWS
    if measure not in _MEASURES or (until is not None and until < today):
        return Reads.MEASURE_OVER
    return _MEASURES[measure]


_MEASURES: dict[str, Reads] = {
    SanctionState.IN_FORCE: Reads.MEASURE_IN_FORCE,
    SanctionState.STAYED_BY_APPEAL: Reads.MEASURE_STAYED,
}

OPEN_STATES = frozenset(
    {
        _S.SUBMITTED, _S.IN_TRIAGE, _S.WAITING_COMPLAINANT, _S.INVESTIGATING, _S.AGENCY_HEARING, _S.DECISION_DRAFT,
        *_DECISIONS, _S.SANCTION_PENDING, _S.REOPENED,
    }
)  # fmt: skip
"""States in which officers work on a case; it is in the queue."""

ENDING_STATES = frozenset(PURGEABLE)
"""Entering one of these sets the day on which what was written is destroyed; leaving it takes that day away."""

DECIDED_STATES = frozenset(_DECISIONS)


def _within(facts: CaseFacts, span: timedelta) -> bool:
    # A decision that stands but is not closed yet has no end: it may be objected to.
    return facts.ended_on is None or facts.today <= facts.ended_on + span


_HOLDS: dict[Guard, Callable[[CaseFacts], bool]] = {
    Guard.ALWAYS: lambda _: True,
    Guard.UNIT_TAKES_IT: lambda facts: facts.has_unit,
    Guard.NOT_URGENT: lambda facts: facts.has_unit and facts.priority in (Priority.P3, Priority.P4),
    Guard.HAS_REASON: lambda facts: facts.has_reason,
    Guard.CAME_FROM_TRIAGE: lambda facts: facts.came_from is not CaseState.INVESTIGATING,
    Guard.CAME_FROM_INVESTIGATION: lambda facts: facts.came_from is CaseState.INVESTIGATING,
    Guard.OTHER_THAN_INVESTIGATOR: lambda facts: facts.has_reason and facts.actor not in facts.investigators,
    Guard.SAME_UNIT: lambda facts: facts.has_reason and facts.is_same_unit,
    Guard.WITHIN_A_YEAR: lambda facts: _within(facts, REOPENING),
    Guard.WITHIN_REGRET: lambda facts: facts.ended_on is not None and _within(facts, REGRET),
    Guard.TIME_IS_OVER: lambda facts: (
        facts.purge_on is not None and facts.purge_on <= facts.today and not facts.has_legal_hold
    ),
    Guard.HEARING_IS_SERVED: lambda facts: (
        facts.hearing in (HearingState.SERVED, HearingState.ANSWERED, HearingState.LAPSED)
    ),
    Guard.HEARING_IS_OVER: lambda facts: facts.hearing is not HearingState.SERVED,
}


def _guard(guard: Guard) -> Callable[[CaseFacts], str | None]:
    return lambda facts: None if _HOLDS[guard](facts) else guard.value


_WORDS = {guard.value: f"{guard.replace('_', ' ')} does not hold" for guard in Guard if guard is not Guard.ALWAYS} | {
    Guard.HEARING_IS_SERVED: "an agency is heard by serving it a hearing, on the case's tab of hearings",
    Guard.HEARING_IS_OVER: "a hearing is served and the agency may still answer: wait for its day, or close the hearing",
}

MOVES: moves.Moves[CaseState, CaseRole, CaseFacts, Move] = moves.Moves(
    "case", _TABLE, {guard: _guard(guard) for guard in Guard}, _WORDS, family="desk"
)

READ_WHEN_WITHDRAWN = frozenset({Priority.P0, Priority.P1})
"""Priorities of which a withdrawn case is still read: somebody in danger may have been made to withdraw."""

UNSEEN_STATES = frozenset(move.source for move in MOVES if move.clock is Clock.SEEN)
"""No officer has looked at these yet: the move that says so is the first look."""


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
