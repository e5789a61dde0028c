"""For how long something is opened that a role does not open by itself, and who may agree. Pure.

Break-glass shows all of one case, who wrote it and how she is reached, for some hours: somebody is in danger and the custodian
is not there. Identity and original are the ordinary way: the custodian agrees to one look at one thing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from registry.officers.rights import Resource
from registry.vocabulary.cases import OpeningKind, OpeningState

WAITS = timedelta(hours=24)
"""How long one that nobody decides about waits."""

USUAL_HOURS, MAX_HOURS = 4, 24
"""Of a break-glass."""

LOOK_HOURS = 24
"""Within which a look that the custodian agreed to is taken."""

LOOK = timedelta(minutes=15)
"""How long one look lasts, from the first time that it is opened."""

RIGHT_TO: Mapping[OpeningKind, Resource] = {
    OpeningKind.BREAK_GLASS: Resource.BREAK_GLASS,
    OpeningKind.IDENTITY: Resource.IDENTITY,
    OpeningKind.ORIGINAL: Resource.ORIGINAL,
}
"""Whoever may `propose` this asks, whoever may `approve` it agrees."""

LIVE = frozenset({OpeningState.ASKED, OpeningState.GRANTED})


class AccessGrantFacts(NamedTuple):
    """What the rules look at."""

    kind: OpeningKind
    state: OpeningState
    asked_by: str
    ends_at: datetime


def standing(facts: AccessGrantFacts, at: datetime) -> OpeningState:
    """Where it stands at an instant: what is over is over, though no worker has written it down yet."""
    if facts.state not in LIVE or at < facts.ends_at:
        return facts.state
    return OpeningState.LAPSED if facts.state is OpeningState.ASKED else OpeningState.ENDED


def why_not_decided(facts: AccessGrantFacts, who: str, at: datetime) -> str | None:
    """Why somebody may not grant or refuse it; None when he may."""
    now = standing(facts, at)
    if now is not OpeningState.ASKED:
        return f"this is {now} already: nobody decides about it twice"
    return "who asks does not grant it: a second person has to" if who == facts.asked_by else None


def is_open_to(facts: AccessGrantFacts, who: str, at: datetime) -> bool:
    """Whether somebody may look at it now."""
    return who == facts.asked_by and standing(facts, at) is OpeningState.GRANTED


def end_of(kind: OpeningKind, hours: int, granted_at: datetime) -> datetime:
    """When what is granted now closes by itself."""
    return granted_at + timedelta(hours=hours if kind is OpeningKind.BREAK_GLASS else LOOK_HOURS)


def end_of_look(kind: OpeningKind, ends_at: datetime, looked_at: datetime) -> datetime:
    """When it closes once it was looked at: one look is short, a break-glass lasts its hours."""
    return ends_at if kind is OpeningKind.BREAK_GLASS else min(ends_at, looked_at + LOOK)
