"""The states of a hearing, the moves between them and their conditions: one table for every page and endpoint. Pure.

An agency is told of an allegation only while the worker consents and the case goes on, in a text that two persons read.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.complaints.case.states import DECIDED_STATES, OPEN_STATES
from registry.core.moves import Move, Moves
from registry.vocabulary.cases import CaseState, HearingEnd, HearingState

FEW = 5
"""Where fewer people could have complained, the agency may guess who did."""

SHORTEST, MAX_EXTENSION = timedelta(days=3), timedelta(days=90)
"""Within which an agency is given time to answer."""

USUAL = timedelta(days=14)

TOLD_FOR = timedelta(days=90)
"""How long after its last day to object an agency reads what it was told."""

TOLD_IN = DECIDED_STATES | {CaseState.SANCTION_PENDING, CaseState.CLOSED}
"""An agency that was heard is told once its case is decided."""

HEARD_IN = (CaseState.INVESTIGATING, CaseState.AGENCY_HEARING)
"""An agency is heard while its case is investigated."""


class By(StrEnum):
    """Who moves a hearing: investigators, reprisal checkers, the agency, or the registry by a deadline or rule."""

    OFFICER = "officer"
    CHECKER = "checker"
    AGENCY = "agency"
    REGISTRY = "registry"


class Guard(StrEnum):
    """Conditions of moves; `MOVES.lacking` says which does not hold."""

    ALWAYS = "always"
    MAY_BE_TOLD = "may_be_told"
    HAS_REASON = "has_reason"
    CHECKED = "checked"
    MAY_BE_SERVED = "may_be_served"
    IN_TIME = "in_time"
    TIME_IS_OVER = "time_is_over"


_S = HearingState


def _move(source: HearingState, target: HearingState, guard: Guard, *by: By) -> Move[HearingState, By]:
    return Move(source, target, guard, frozenset(by))


HELD = frozenset({_S.SERVED, _S.ANSWERED, _S.LAPSED})
"""The agency reads it."""

_TABLE: tuple[Move[HearingState, By], ...] = (
    _move(_S.DRAFTED, _S.REPRISAL_CHECK, Guard.MAY_BE_TOLD, By.OFFICER),
    _move(_S.REPRISAL_CHECK, _S.DRAFTED, Guard.HAS_REASON, By.CHECKER),
    _move(_S.REPRISAL_CHECK, _S.APPROVED, Guard.CHECKED, By.CHECKER),
    _move(_S.APPROVED, _S.SERVED, Guard.MAY_BE_SERVED, By.OFFICER),
    _move(_S.APPROVED, _S.REPRISAL_CHECK, Guard.MAY_BE_TOLD, By.REGISTRY),
    _move(_S.SERVED, _S.ANSWERED, Guard.IN_TIME, By.AGENCY),
    _move(_S.SERVED, _S.LAPSED, Guard.TIME_IS_OVER, By.REGISTRY),
    *(_move(source, _S.CLOSED, Guard.ALWAYS, By.REGISTRY, By.OFFICER) for source in _S if source is not _S.CLOSED),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class HearingFacts:
    """What guards look at. `could_complain`: how many people could have complained, None where it is unknown;
    `has_reader`: the agency has an account that can be signed in with; `is_readable`: it reads the language of the text, or
    there is a translation, by `translated_by`."""

    today: date
    case_state: CaseState
    is_consented: bool
    drafted_by: str = ""
    actor: str = ""
    could_complain: int | None = None
    has_reason: bool = False
    has_reader: bool = False
    is_readable: bool = True
    translated_by: str = ""
    answer_by: date | None = None


def is_few(could_complain: int | None) -> bool:
    """Whether the agency might guess who complained. An unknown number counts as few."""
    return could_complain is None or could_complain < FEW


def may_have_longer(state: HearingState, answer_by: date | None, today: date) -> bool:
    """Whether a hearing may get another last day: a served one that may still be answered."""
    return state is HearingState.SERVED and answer_by is not None and answer_by >= today


def is_longer(answer_by: date, wanted: date, today: date) -> bool:
    """Whether a day may be the new last day to answer."""
    return answer_by < wanted <= today + MAX_EXTENSION


ENDED_BY_WORKER = frozenset({HearingEnd.CONSENT_REVOKED, HearingEnd.WITHDRAWN})
"""Ends by the worker's choice: the agency is told nothing more, even if the worker consents again later."""


def is_outcome_open(
    told_on: date | None,
    object_until: date | None,
    today: date,
    *,
    is_consented: bool,
    state: CaseState,
    ended_because: HearingEnd | None = None,
) -> bool:
    """Whether an agency reads today what it was told of the decision."""
    if told_on is None or object_until is None or today > object_until + TOLD_FOR or ended_because in ENDED_BY_WORKER:
        return False
    return is_consented and state not in (CaseState.WITHDRAWN, CaseState.PURGED)


def why_over(facts: HearingFacts) -> HearingEnd | None:
    """Why an open hearing has to end today, if it does."""
    if facts.case_state is CaseState.WITHDRAWN:
        return HearingEnd.WITHDRAWN
    if facts.case_state not in OPEN_STATES:
        return HearingEnd.CASE_OVER
    return None if facts.is_consented else HearingEnd.CONSENT_REVOKED


def _is_notified(facts: HearingFacts) -> str | None:
    if facts.case_state not in HEARD_IN:
        return "not_investigated"
    return None if facts.is_consented else "no_consent"


def _checked(facts: HearingFacts) -> str | None:
    if facts.actor in (facts.drafted_by, facts.translated_by):
        return "own_draft"
    if not facts.is_readable:
        return "not_translated"
    return "few_people" if is_few(facts.could_complain) and not facts.has_reason else None


def _served(facts: HearingFacts) -> str | None:
    if not facts.has_reader:
        return "nobody_to_serve"
    return None if facts.is_readable else "not_translated"


def _in_time(facts: HearingFacts) -> str | None:
    is_late = facts.answer_by is None or facts.answer_by < facts.today
    return "too_late" if is_late else None


_LACKING: dict[Guard, Callable[[HearingFacts], str | None]] = {
    Guard.ALWAYS: lambda _: None,
    Guard.MAY_BE_TOLD: _is_notified,
    Guard.HAS_REASON: lambda facts: None if facts.has_reason else "no_reason",
    Guard.CHECKED: lambda facts: _is_notified(facts) or _checked(facts),
    Guard.MAY_BE_SERVED: lambda facts: _is_notified(facts) or _served(facts),
    Guard.IN_TIME: _in_time,
    Guard.TIME_IS_OVER: lambda facts: "too_early" if _in_time(facts) is None else None,
}

_WORDS = {
    "no_consent": "the complainant has not agreed that the agency is heard",
    "not_investigated": "an agency is heard while its case is investigated",
    "own_draft": "who wrote or translated it does not approve it: a second person has to",
    "few_people": "fewer than five people could have complained, or it is not known how many: say why it may go all the same",
    "no_reason": "say why, in a few words",
    "nobody_to_serve": "this agency has no user account yet: the licensing officers invite its people",
    "not_translated": "no one at the agency reads the language of this text: a translator writes it in theirs first",
    "too_late": "its time to answer is over",
    "too_early": "it still has time to answer",
}

MOVES: Moves[HearingState, By, HearingFacts, Move[HearingState, By]] = Moves("hearing", _TABLE, _LACKING, _WORDS)


def answer_digest(answer: str) -> str:
    """SHA-256 of an answer's words in UTF-8, in hex: the agency's receipt and the case file state the same."""
    return hashlib.sha256(answer.encode()).hexdigest()
