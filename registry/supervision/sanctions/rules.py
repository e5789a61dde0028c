"""The states of a sanction, the moves between them, and their effect on a licence's status. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from registry.core.faults import Message, message
from registry.core.moves import Move, Moves, move
from registry.vocabulary.fees import CURRENCIES
from registry.vocabulary.register import LicenceStatus, SanctionKind
from registry.vocabulary.supervision import SanctionState, Timing

STATUS_OF: Mapping[SanctionKind, LicenceStatus] = {
    SanctionKind.SUSPENSION: LicenceStatus.SUSPENDED,
    SanctionKind.REFUSAL_OF_RENEWAL: LicenceStatus.RENEWAL_REFUSED,
    SanctionKind.REVOCATION: LicenceStatus.REVOKED,
    SanctionKind.REVOCATION_IMMEDIATE: LicenceStatus.REVOKED_IMMEDIATE,
    SanctionKind.BLACKLISTING: LicenceStatus.BANNED,
}
"""Licence statuses by kind of sanction, gravest last. Other kinds leave it alone and are published beside it."""

_GRAVITY = {kind: place for place, kind in enumerate(STATUS_OF)}

UNPUBLISHED = frozenset({SanctionKind.REFERRAL_TO_PROSECUTOR})
"""No one has been found guilty: the public is told nothing."""

CAN_END_BY_ITSELF = frozenset(
    {
        SanctionKind.SUSPENSION,
        SanctionKind.CONDITIONS,
        SanctionKind.POINTS,
        SanctionKind.DIRECTOR_DEBARMENT,
        SanctionKind.BLACKLISTING,
    }
)
"""These may have a last day."""

TOUCHES_WORKERS = frozenset(STATUS_OF)
"""Before one of these takes effect an officer looks at the workers in place."""

MAX_WORKERS = 1_000_000
MAX_GROUND = 400


class By(StrEnum):
    """Who moves a sanction: who may propose one, who may approve one, or the registry when a day has come."""

    PROPOSER = "proposer"
    APPROVER = "approver"
    REGISTRY = "registry"


class Guard(StrEnum):
    """Conditions of moves; `MOVES.lacking` says which does not hold."""

    WORKERS_LOOKED_AT = "workers_looked_at"
    SECOND_PERSON = "second_person"
    HAS_GROUND = "has_ground"
    ASKED_BY_ANOTHER = "asked_by_another"
    DAY_HAS_COME = "day_has_come"
    TIME_IS_OVER = "time_is_over"


_S, _G = SanctionState, Guard

_TABLE: tuple[Move[SanctionState, By], ...] = (
    move(_S.PROPOSED, _S.LEGAL_REVIEW, _G.WORKERS_LOOKED_AT, By.PROPOSER),
    move(_S.LEGAL_REVIEW, _S.PROPOSED, _G.HAS_GROUND, By.APPROVER),
    move(_S.LEGAL_REVIEW, _S.APPROVED, _G.SECOND_PERSON, By.APPROVER),
    *(
        move(source, _S.DROPPED, _G.HAS_GROUND, By.PROPOSER, By.APPROVER)
        for source in (_S.PROPOSED, _S.LEGAL_REVIEW, _S.APPROVED)
    ),
    move(_S.APPROVED, _S.IN_FORCE, _G.DAY_HAS_COME, By.REGISTRY),
    move(_S.IN_FORCE, _S.STAYED_BY_APPEAL, _G.ASKED_BY_ANOTHER, By.APPROVER),
    move(_S.STAYED_BY_APPEAL, _S.IN_FORCE, _G.ASKED_BY_ANOTHER, By.APPROVER),
    *(
        move(source, target, _G.ASKED_BY_ANOTHER, By.APPROVER)
        for source in (_S.IN_FORCE, _S.STAYED_BY_APPEAL)
        for target in (_S.LIFTED, _S.OVERTURNED)
    ),
    *(move(source, _S.EXPIRED, _G.TIME_IS_OVER, By.REGISTRY) for source in (_S.IN_FORCE, _S.STAYED_BY_APPEAL)),
)

WAITING = frozenset({_S.PROPOSED, _S.LEGAL_REVIEW, _S.APPROVED})
"""Nothing of it is public yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What guards look at of the recorded effect on workers in place."""

    timing: Timing
    filled_by: str
    has_teller: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SanctionFacts:
    """What guards look at. `today` is the day where the authority sits; names are officers' references."""

    today: date
    kind: SanctionKind
    effective_from: date
    until: date | None = None
    is_urgent: bool = False
    rests_on_decision: bool = False
    looked: Looked | None = None
    proposed_by: str = ""
    ending_by: str | None = None
    actor: str = ""
    has_ground: bool = False


class Statement(NamedTuple):
    """A status of the licence and its period. `to_on` is inclusive; the law lets it be shown until `publish_until`."""

    status: LicenceStatus
    ground: str
    from_on: date
    to_on: date | None = None
    ground_text: str | None = None
    publish_until: date | None = None


class InForce(NamedTuple):
    """A sanction that holds: `from_on` is the day on which it began or goes on."""

    kind: SanctionKind
    ground: str
    until: date | None
    public_text: str | None
    publish_until: date | None


def begun(one: InForce, others: Iterable[InForce], today: date) -> list[Statement]:
    """The statements about a licence when a sanction begins beside others in force on it.

    One with a last day is laid over whatever else holds; one without takes the place of the licence's own status,
    unless a graver one has taken it already.
    """
    if one.kind not in STATUS_OF:
        return []
    is_outdone = any(other.until is None and _gravity(other) > _gravity(one) for other in others)
    return [] if one.until is None and is_outdone else [_statement(one, today)]


def ended(own: LicenceStatus, ground: str, others: Sequence[InForce], today: date) -> list[Statement]:
    """The statements about a licence when a sanction ends: the gravest that is left, or else its own status again."""
    left = [other for other in others if other.kind in STATUS_OF and (other.until is None or other.until >= today)]
    lasting = max((other for other in left if other.until is None), key=_gravity, default=None)
    base = Statement(own, ground, today) if lasting is None else _statement(lasting, today)
    return [base, *(_statement(other, today) for other in left if other.until is not None)]


def is_too_late(kind: SanctionKind, effective_from: date, today: date, *, is_urgent: bool) -> bool:
    """Whether a sanction would take effect too late: someone is in danger, and it cannot wait for the workers."""
    return is_urgent and kind in TOUCHES_WORKERS and effective_from > today


def _gravity(one: InForce) -> int:
    return _GRAVITY.get(one.kind, -1)


def _statement(one: InForce, today: date) -> Statement:
    return Statement(STATUS_OF[one.kind], one.ground, today, one.until, one.public_text, one.publish_until)


def _workers(facts: SanctionFacts) -> str | None:
    if facts.kind not in TOUCHES_WORKERS:
        return None
    if facts.looked is None:
        return "workers_not_looked_at"
    if facts.rests_on_decision and facts.looked.timing is Timing.NO_COMPLAINT:
        return "timing_not_looked_at"
    # A worker in danger is not left there to keep the agency from guessing who complained.
    if facts.looked.timing is Timing.COULD_POINT and not facts.is_urgent:
        return "timing_points_to_her"
    return None if facts.looked.has_teller or facts.is_urgent else "nobody_tells_them"


def _second(facts: SanctionFacts) -> str | None:
    if facts.actor == facts.proposed_by:
        return "own_proposal"
    if facts.looked is not None and facts.actor == facts.looked.filled_by:
        return "own_look"
    if facts.until is not None and facts.until < max(facts.effective_from, facts.today):
        return "over_before_it_begins"
    return _workers(facts)


def _is_requested(facts: SanctionFacts) -> str | None:
    if facts.ending_by is None:
        return "not_asked_for"
    return "own_proposal" if facts.actor == facts.ending_by else None


_LACKING: dict[Guard, Callable[[SanctionFacts], str | None]] = {
    Guard.WORKERS_LOOKED_AT: _workers,
    Guard.SECOND_PERSON: _second,
    Guard.HAS_GROUND: lambda facts: None if facts.has_ground else "no_reason",
    Guard.ASKED_BY_ANOTHER: _is_requested,
    Guard.DAY_HAS_COME: lambda facts: None if facts.effective_from <= facts.today else "day_not_come",
    Guard.TIME_IS_OVER: lambda facts: (
        None if facts.until is not None and facts.until < facts.today else "time_not_over"
    ),
}

_WORDS = {
    "workers_not_looked_at": "no officer has looked at the workers in place",
    "timing_not_looked_at": "a complaint stands behind this: say whether its timing could point to the complainant",
    "timing_points_to_her": "the timing could point to the complainant: choose another day",
    "nobody_tells_them": "name who tells the workers in Chinese",
    "own_proposal": "who proposed it does not approve it: a second person has to",
    "own_look": "who looked at the workers in place does not approve it: a second person has to",
    "over_before_it_begins": "its last day is over before it begins: propose it anew",
    "no_reason": "say why, in a few words",
    "not_asked_for": "this was not asked for",
    "day_not_come": "its day has not come",
    "time_not_over": "its time is not over",
}

MOVES: Moves[SanctionState, By, SanctionFacts, Move[SanctionState, By]] = Moves("sanction", _TABLE, _LACKING, _WORDS)


WITH_MONEY = frozenset({SanctionKind.FINE, SanctionKind.DEPOSIT_FORFEITURE})
MAX_POINTS = 1000


def flaws_of_extent(
    kind: SanctionKind, *, has_amount: bool, is_amount: bool, currency: str, points: int | None
) -> list[tuple[str, Message]]:
    """What is wrong with the extent of a sanction, as field and message: money of a fine or the deposit, or points."""
    found: list[tuple[str, Message]] = []
    if kind in WITH_MONEY:
        if has_amount and not is_amount:
            found.append(("amount", message("amount_fine")))
        if has_amount and currency not in CURRENCIES:
            found.append(("currency", message("currency_fine")))
        elif currency and not has_amount:
            found.append(("amount", message("amount_beside")))
    elif has_amount or currency:
        found.append(("amount", message("amount_empty")))
    if points is not None and kind is not SanctionKind.POINTS:
        found.append(("points", message("points_empty")))
    elif points is not None and not 1 <= points <= MAX_POINTS:
        found.append(("points", message("points_range", most=MAX_POINTS)))
    return found
