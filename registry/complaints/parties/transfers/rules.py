"""The states of a transfer of a case to another unit, and what keeps a case where it is. Pure.

Two persons of two units: who asks belongs to the unit that has the case, who accepts to the other. Until then the first unit
works on the case as before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from registry.core import moves, working_days
from registry.core.clock import day_at
from registry.vocabulary.cases import CaseState, Priority, TransferState

ANSWER_WITHIN = 2
"""Working days within which the other unit answers."""

LATE_AFTER = timedelta(hours=1)
"""So long after a request was due both units are told: in danger it is due at once, and was told when it was made."""


class By(StrEnum):
    """Who moves a transfer: an officer of the unit that has the case, or of the unit that is to have it."""

    FORMER = "former"
    RECEIVER = "receiver"


class Guard(StrEnum):
    """Conditions of moves; `MOVES.lacking` says which does not hold."""

    ALWAYS = "always"
    MAY_GO = "may_go"
    HAS_REASON = "has_reason"


_C, _T = CaseState, TransferState

MOVABLE_STATES = frozenset({_C.SUBMITTED, _C.IN_TRIAGE, _C.WAITING_COMPLAINANT, _C.INVESTIGATING, _C.REOPENED})
"""States in which a case can go to another unit. What is heard, decided or over stays with the unit that did it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFacts:
    """What guards look at. `has_unsent_referral`: one that the partner does not read yet; `is_decided`: there is a decision."""

    state: CaseState
    is_decided: bool = False
    has_joined: bool = False
    has_open_hearing: bool = False
    has_unsent_referral: bool = False
    has_waiting_letter: bool = False
    asked_by: str = ""
    actor: str = ""
    has_reason: bool = False


def obstacle(facts: TransferFacts) -> str | None:
    """What keeps a case with the unit that has it, as a code; None where it can go."""
    if facts.state not in MOVABLE_STATES:
        return "case_state"
    holding = {
        "decided": facts.is_decided,
        "joined": facts.has_joined,
        "hearing_open": facts.has_open_hearing,
        "referral_unsent": facts.has_unsent_referral,
        "letter_waits": facts.has_waiting_letter,
    }
    return next((code for code, holds in holding.items() if holds), None)


_GUARDS: dict[Guard, Callable[[TransferFacts], str | None]] = {
    Guard.ALWAYS: lambda _: None,
    Guard.MAY_GO: lambda facts: "own_request" if facts.actor == facts.asked_by else obstacle(facts),
    Guard.HAS_REASON: lambda facts: None if facts.has_reason else "no_reason",
}

WORDS = {
    "case_state": "only what is new, in triage, investigated, opened again or waits for its complainant goes to another unit",
    "decided": "this unit has decided the case: what follows from the decision is its own",
    "joined": "other cases were merged into it: take them out first",
    "hearing_open": "the agency is being heard: close the hearing first",
    "referral_unsent": "a referral was not sent yet: send it or cancel it first",
    "letter_waits": "a letter waits for its translation: send it or discard it first",
    "own_request": "who asks for it does not accept it: a second person has to",
    "no_reason": "say why, in a few words",
}

MOVES: moves.Moves[TransferState, By, TransferFacts, moves.Move[TransferState, By]] = moves.Moves(
    "transfer",
    (
        moves.Move(_T.ASKED, _T.ACCEPTED, Guard.MAY_GO, frozenset({By.RECEIVER})),
        moves.Move(_T.ASKED, _T.DECLINED, Guard.HAS_REASON, frozenset({By.RECEIVER})),
        moves.Move(_T.ASKED, _T.TAKEN_BACK, Guard.ALWAYS, frozenset({By.FORMER})),
    ),
    _GUARDS,
    WORDS,
)


def due_at(priority: Priority | None, at: datetime, time_zone: str | None) -> datetime:
    """By when the other unit, in that time zone, has answered: of danger (P0) at once."""
    if priority is Priority.P0:
        return at
    return working_days.end_of_day(working_days.working_days_after(day_at(at, time_zone), ANSWER_WITHIN), time_zone)
