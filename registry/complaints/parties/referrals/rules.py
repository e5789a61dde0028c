"""The states of a referral, the moves between them and their conditions: one table for every page and endpoint. Pure.

A partner is told with the worker's consent for that kind of partner, or by an override: someone is in danger (P0), two
persons agree, and a law requires it. Nothing overrides the consent for an authority in China, and a prosecutor has no
line of consent at all.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.core.moves import Move, Moves, move
from registry.vocabulary.cases import ConsentKind, PartnerKind, Priority, ReferralBasis, ReferralState
from registry.vocabulary.register import SENDING_COUNTRIES

MAX_ACCESS = timedelta(days=365)
"""How long a partner may keep access at most."""

ANSWER_WITHIN = timedelta(days=14)
"""Within which a partner accepts or declines what was sent; after that the officer asks again, or finds another."""

REMIND_BEFORE = timedelta(days=3)
"""How long before that day the partner's people are reminded."""

_CONSENTS: Mapping[PartnerKind, ConsentKind] = {
    PartnerKind.LABOUR_INSPECTORATE: ConsentKind.LABOUR_INSPECTORATE,
    PartnerKind.NGO: ConsentKind.NGO,
    PartnerKind.UNION: ConsentKind.UNION,
    PartnerKind.POLICE: ConsentKind.POLICE,
}


class By(StrEnum):
    """Who moves a referral: an officer or supervisor of the case's unit, the partner, or the registry by rule."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    PARTNER = "partner"
    REGISTRY = "registry"


class Guard(StrEnum):
    """Conditions of moves; `MOVES.lacking` says which does not hold."""

    ALWAYS = "always"
    CONSENT_STANDS = "consent_stands"
    MAY_OVERRIDE = "may_override"
    BASIS_STANDS = "basis_stands"
    STILL_URGENT = "still_urgent"
    HAS_REASON = "has_reason"


_S = ReferralState
_OFFICERS = frozenset({By.OFFICER, By.SUPERVISOR})

REVOCABLE = (_S.PROPOSED, _S.CONSENTED, _S.OVERRIDDEN, _S.SENT, _S.ACCEPTED, _S.DONE)
"""From all of these it can be taken back: what was not sent is stopped, what was sent is closed."""

HELD = frozenset({_S.SENT, _S.ACCEPTED, _S.DONE})
"""The partner reads it."""

LIVE = frozenset({_S.PROPOSED, _S.CONSENTED, _S.OVERRIDDEN, _S.SENT, _S.ACCEPTED})
"""Work is left to do on these; one of them for a case and partner is enough."""

_TABLE: tuple[Move[ReferralState, By], ...] = (
    move(_S.PROPOSED, _S.CONSENTED, Guard.CONSENT_STANDS, *_OFFICERS),
    move(_S.PROPOSED, _S.OVERRIDDEN, Guard.MAY_OVERRIDE, By.SUPERVISOR),
    move(_S.CONSENTED, _S.SENT, Guard.BASIS_STANDS, *_OFFICERS),
    move(_S.OVERRIDDEN, _S.SENT, Guard.STILL_URGENT, *_OFFICERS),
    move(_S.SENT, _S.ACCEPTED, Guard.BASIS_STANDS, By.PARTNER),
    move(_S.SENT, _S.DECLINED, Guard.HAS_REASON, By.PARTNER),
    move(_S.ACCEPTED, _S.DONE, Guard.HAS_REASON, By.PARTNER),
    *(move(source, _S.REVOKED, Guard.ALWAYS, By.REGISTRY, *_OFFICERS) for source in REVOCABLE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralFacts:
    """What guards look at. `is_readable`: the case is neither purged nor withdrawn without danger."""

    today: date
    kind: PartnerKind
    country: str
    expires_on: date
    is_consented: bool = False
    is_readable: bool = True
    priority: Priority | None = None
    basis: ReferralBasis | None = None
    proposed_by: str = ""
    actor: str = ""
    has_reason: bool = False


def consent_for(kind: PartnerKind, country: str) -> ConsentKind | None:
    """The consent that lets a partner be told; None where the worker was asked for none."""
    return ConsentKind.AUTHORITY_IN_CHINA if country in SENDING_COUNTRIES else _CONSENTS.get(kind)


def _consent(facts: ReferralFacts) -> str | None:
    if not facts.is_readable:
        return "withdrawn"
    return None if facts.is_consented else "no_consent"


def _override(facts: ReferralFacts) -> str | None:
    if facts.country in SENDING_COUNTRIES:
        return "no_override_for_china"
    if facts.priority is not Priority.P0:
        return "not_p0"
    if not facts.has_reason:
        return "no_legal_basis"
    return "own_proposal" if facts.actor == facts.proposed_by else None


def _basis(facts: ReferralFacts) -> str | None:
    if facts.expires_on < facts.today:
        return "expired"
    if not facts.is_readable:
        return "withdrawn"
    if facts.basis is ReferralBasis.OVERRIDE:
        return None if facts.country not in SENDING_COUNTRIES else "no_override_for_china"
    return None if facts.is_consented else "no_consent"


_LACKING: dict[Guard, Callable[[ReferralFacts], str | None]] = {
    Guard.ALWAYS: lambda _: None,
    Guard.CONSENT_STANDS: _consent,
    Guard.MAY_OVERRIDE: _override,
    Guard.BASIS_STANDS: _basis,
    Guard.STILL_URGENT: lambda facts: _basis(facts) or (None if facts.priority is Priority.P0 else "not_p0"),
    Guard.HAS_REASON: lambda facts: _basis(facts) or (None if facts.has_reason else "no_reason"),
}

_WORDS = {
    "no_consent": "the complainant has not agreed that this kind of organisation is told",
    "withdrawn": "the complaint was taken back",
    "expired": "its time is over",
    "no_override_for_china": "nothing overrides the complainant's consent to tell an authority in China",
    "not_p0": "only a case of P0 is referred without the complainant's consent",
    "no_legal_basis": "name the law that asks for it",
    "own_proposal": "who proposed it does not override: a second person has to",
    "no_reason": "say why, in a few words",
}

MOVES: Moves[ReferralState, By, ReferralFacts, Move[ReferralState, By]] = Moves("referral", _TABLE, _LACKING, _WORDS)
