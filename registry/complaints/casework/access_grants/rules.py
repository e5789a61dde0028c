"""For how long an access grant opens what a role does not, and who may approve it. Pure.

Break-glass shows all of one case, with the complainant's identity and safe contact, for some hours: someone is in
danger and the custodian is absent. Identity and original are the ordinary way: the custodian approves one look at one
thing.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from registry.officers.rights import Resource
from registry.vocabulary.cases import AccessKind, AccessState

WAITS = timedelta(hours=24)
"""How long a request waits for a decision before it expires."""

USUAL_HOURS, MAX_HOURS = 4, 24
"""Of a break-glass grant."""

LOOK_HOURS = 24
"""Within which an approved look is taken."""

LOOK = timedelta(minutes=15)
"""How long one look lasts, from the first time that it is opened."""

RIGHT_TO: Mapping[AccessKind, Resource] = {
    AccessKind.BREAK_GLASS: Resource.BREAK_GLASS,
    AccessKind.IDENTITY: Resource.IDENTITY,
    AccessKind.ORIGINAL: Resource.ORIGINAL,
}
"""By kind, the resource that one may propose for to ask, and approve for to grant."""

LIVE = frozenset({AccessState.ASKED, AccessState.GRANTED})


class AccessGrantFacts(NamedTuple):
    """The facts of an access grant that the rules look at."""

    kind: AccessKind
    state: AccessState
    asked_by: str
    ends_at: datetime


def standing(facts: AccessGrantFacts, at: datetime) -> AccessState:
    """The state of a grant at an instant: one past its time is over, even before the worker has recorded that."""
    if facts.state not in LIVE or at < facts.ends_at:
        return facts.state
    return AccessState.LAPSED if facts.state is AccessState.ASKED else AccessState.ENDED


def why_not_decided(facts: AccessGrantFacts, who: str, at: datetime) -> str | None:
    """Why an officer may not grant or refuse a request; None if they may."""
    now = standing(facts, at)
    if now is not AccessState.ASKED:
        return f"this is {now} already: it is not decided twice"
    return "who asks does not grant it: a second person has to" if who == facts.asked_by else None


def is_open_to(facts: AccessGrantFacts, who: str, at: datetime) -> bool:
    """Whether this officer may look at what was granted now."""
    return who == facts.asked_by and standing(facts, at) is AccessState.GRANTED


def end_of(kind: AccessKind, hours: int, granted_at: datetime) -> datetime:
    """When what is granted now closes by itself."""
    return granted_at + timedelta(hours=hours if kind is AccessKind.BREAK_GLASS else LOOK_HOURS)


def end_of_look(kind: AccessKind, ends_at: datetime, looked_at: datetime) -> datetime:
    """When access ends once it was looked at: one look is short, break-glass lasts its hours."""
    return ends_at if kind is AccessKind.BREAK_GLASS else min(ends_at, looked_at + LOOK)
