"""Reading an organisation's feed: from any place, in order, none twice.

And what is said of one event, wherever it is said.
"""

import base64
import binascii
import hmac
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import ColumnElement, String, case, func, literal, select, type_coerce
from sqlalchemy.orm import Session

from registry.core.clock import answer_instant
from registry.core.errors import CursorTooOld, Fault, InvalidInput
from registry.core.keyring import Keyring
from registry.vocabulary.codes import Problem
from registry.vocabulary.watches import EventType
from registry.watches.models import FeedHead, FeedRow, WatchEvent
from registry.watches.rules import PUBLISH_UNTIL

PURPOSE = "watch-cursors"
_CHECK = 16


class Place(NamedTuple):
    """An event at its place in a feed."""

    position: int
    event: WatchEvent


class Reached(NamedTuple):
    """Events behind a place of a feed, and the place up to which it was read."""

    events: list[Place]
    position: int
    has_more: bool


def events_after(
    session: Session, organisation_id: int, position: int, limit: int, types: Collection[str] = (), *, today: date
) -> Reached:
    """The events behind a place of an organisation's feed in order: of some types, as they may be shown today, or of all."""
    # Before the events: what comes meanwhile is read the next time.
    end = max(position, last_position(session, organisation_id))
    query = (
        select(FeedRow.position, WatchEvent)
        .join(WatchEvent, WatchEvent.id == FeedRow.event_id)
        .where(FeedRow.organisation_id == organisation_id, FeedRow.position > position, FeedRow.position <= end)
        .order_by(FeedRow.position)
        .limit(limit + 1)
    )
    if types:
        query = query.where(shown_type(today).in_(types))
    found = [Place(place, event) for place, event in session.execute(query)]
    has_more = len(found) > limit
    return Reached(found[:limit], found[limit - 1].position if has_more else end, has_more)


def shown_type(today: date) -> ColumnElement[str]:
    """As `type_on`, in SQL."""
    return case(
        (WatchEvent.publish_until < today, literal(EventType.WITHHELD.value)),
        else_=type_coerce(WatchEvent.type, String),
    )


def read_types(text: str) -> frozenset[EventType]:
    """Types of events by name, with commas between them; none for all. Raises InvalidInput."""
    words = text.split(",") if text else []
    unknown = next((word for word in words if word not in set(EventType)), None)
    if unknown is not None:
        detail = "must be types of events with commas between them, such as licence.suspended,licence.revoked"
        raise InvalidInput([Fault("types", Problem.INVALID_VALUE, detail)])
    return frozenset(EventType(word) for word in words)


def last_position(session: Session, organisation_id: int) -> int:
    query = select(FeedHead.last_position).where(FeedHead.organisation_id == organisation_id)
    return session.execute(query).scalar_one_or_none() or 0


def last_positions(session: Session, organisation_ids: Sequence[int]) -> dict[int, int]:
    query = select(FeedHead.organisation_id, FeedHead.last_position).where(
        FeedHead.organisation_id.in_(organisation_ids)
    )
    return {row.organisation_id: row.last_position for row in session.execute(query)}


def position_before(session: Session, organisation_id: int, at: datetime) -> int:
    """The place in an organisation's feed behind which stands what happened from an instant on."""
    query = (
        select(func.min(FeedRow.position))
        .join(WatchEvent, WatchEvent.id == FeedRow.event_id)
        .where(FeedRow.organisation_id == organisation_id, WatchEvent.at >= at)
    )
    first: int | None = session.execute(query).scalar_one()
    return last_position(session, organisation_id) if first is None else first - 1


def type_on(event: WatchEvent, today: date) -> EventType:
    """The type of an event that may be shown on a day: its own, or withheld once the law forbids to publish it."""
    is_over = event.publish_until is not None and today > event.publish_until
    return EventType.WITHHELD if is_over else event.type


def event_payload(event: WatchEvent, today: date) -> dict[str, Any]:
    """Payload of an event, the same in the feed, the stream and webhooks: plain JSON.

    The form is that of Standard Webhooks: `type`, `timestamp`, `data`; `id` is the webhook-id. No name stands in it.
    """
    data: dict[str, Any] = {
        "agency_id": event.agency,
        "licence_id": event.licence,
        "source": event.source,
        "log_index": event.log_index,
    }
    pending = type_on(event, today)
    if pending is event.type:
        data |= event.data
        data["before"] = _former_on(today, event.data.get("before"))
    stated = {name: value for name, value in data.items() if value is not None}
    return {"id": f"evt_{event.reference}", "type": str(pending), "timestamp": answer_instant(event.at), "data": stated}


def _former_on(today: date, before: dict[str, Any] | None) -> dict[str, Any] | None:
    """The former values as they may be shown on a day: none once the law forbids to publish what was."""
    if before is None or (before.get(PUBLISH_UNTIL) is not None and today.isoformat() > before[PUBLISH_UNTIL]):
        return None
    return {name: value for name, value in before.items() if name != PUBLISH_UNTIL}


def cursor_of(keyring: Keyring, organisation_id: int, position: int) -> str:
    """The cursor of a place in an organisation's feed: opaque, and cannot be forged."""
    body = position.to_bytes(8, "big")
    return base64.urlsafe_b64encode(body + _seal(keyring, organisation_id, body)).decode().rstrip("=")


def position_of(keyring: Keyring, organisation_id: int, cursor: str) -> int:
    """The place that a cursor of this organisation marks.

    Raises InvalidInput for one that was changed, or is another's.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        _refuse()
    body, seal = raw[:8], raw[8:]
    if len(body) != 8 or not hmac.compare_digest(seal, _seal(keyring, organisation_id, body)):
        _refuse()
    return int.from_bytes(body, "big")


def position_of_cursor(session: Session, keyring: Keyring, organisation_id: int, cursor: str) -> int:
    """The place of a cursor behind which everything is still kept. Raises InvalidInput, CursorTooOld."""
    position = position_of(keyring, organisation_id, cursor)
    first = session.execute(
        select(func.min(FeedRow.position)).where(FeedRow.organisation_id == organisation_id)
    ).scalar_one()
    before = last_position(session, organisation_id) if first is None else first - 1
    if position < before:
        raise CursorTooOld(
            f"{before - position} of the events behind this cursor are older than is kept: look your agencies up anew, and leave "
            "`cursor` out to begin with the first event that is kept"
        )
    return position


def _seal(keyring: Keyring, organisation_id: int, body: bytes) -> bytes:
    return bytes.fromhex(keyring.digest(PURPOSE, f"{organisation_id} {body.hex()}"))[:_CHECK]


def _refuse() -> NoReturn:
    detail = (
        "is no cursor of your organisation's events, or was changed: take `next_cursor` as it was given, "
        "or leave it out to begin with the first event"
    )
    raise InvalidInput([Fault("cursor", Problem.INVALID_CURSOR, detail)])


def events_before(session: Session, organisation_id: int, limit: int) -> list[Place]:
    """The latest events of an organisation's feed, the newest first."""
    query = (
        select(FeedRow.position, WatchEvent)
        .join(WatchEvent, WatchEvent.id == FeedRow.event_id)
        .where(FeedRow.organisation_id == organisation_id)
        .order_by(FeedRow.position.desc())
        .limit(limit)
    )
    return [Place(place, event) for place, event in session.execute(query)]
