"""Why requests are refused, or not answered, before a view has them: in the log and in the metrics."""

from enum import StrEnum

from werkzeug.exceptions import RequestEntityTooLarge

from registry.core.errors import BodyIncomplete, BodyTooSlow, TooBusy
from registry.http.bodies import ShareUsed


class Shed(StrEnum):
    """Why a request was refused, or not answered, before a view had it; in the log and in the metrics."""

    NO_THREAD = "no_thread"
    """All threads of its lane were busy for some seconds."""
    ROOM = "room"
    """All bodies together were as large as a process holds."""
    NETWORK = "network"
    """Those of its network were."""
    LISTS = "lists"
    """As many long lists as may were being sent."""
    TOO_LARGE = "too_large"
    NOT_ADMITTED = "not_admitted"
    """Before its large body came: no such address, another host, too many requests, no key."""
    SLOW_BODY = "slow_body"
    CUT_BODY = "cut_body"
    GONE = "gone"
    """Its sender left while it waited for a thread."""
    IDLE = "idle"
    """A connection without a request was closed, as there were too many."""


SENDERS_OWN = frozenset({Shed.TOO_LARGE, Shed.NOT_ADMITTED, Shed.SLOW_BODY, Shed.CUT_BODY, Shed.GONE})
"""What the sender did, and we did not."""


class TooManyLists(TooBusy):
    """As many long lists are being sent as may at a time."""


_BY_REFUSAL: tuple[tuple[type[Exception], Shed], ...] = (
    (TooManyLists, Shed.LISTS),
    (ShareUsed, Shed.NETWORK),
    (TooBusy, Shed.ROOM),
    (BodyTooSlow, Shed.SLOW_BODY),
    (BodyIncomplete, Shed.CUT_BODY),
    (RequestEntityTooLarge, Shed.TOO_LARGE),
)


def shed_for(refusal: Exception) -> Shed:
    """Which kind a refusal of a large body counts as."""
    return next((shed for kind, shed in _BY_REFUSAL if isinstance(refusal, kind)), Shed.NOT_ADMITTED)
