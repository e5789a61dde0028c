"""Writing to the outbox, in the transaction of what happened."""

from datetime import UTC, date, datetime, time

from sqlalchemy.orm import Session

from registry.events.models import OutboxEvent
from registry.log.actions import Appended


def announce(session: Session, type: str, subject: str, appended: Appended) -> OutboxEvent:
    """Leave word that `subject` changed; workers hand it on after the commit."""
    event = OutboxEvent(
        type=type,
        subject=subject,
        at=appended.at,
        first_index=appended.first_index,
        last_index=appended.last_index,
    )
    session.add(event)
    session.flush()
    return event


def tell(session: Session, type: str, subject: str, today: date) -> OutboxEvent:
    """Leave word of something that is in no log, to the day."""
    event = OutboxEvent(type=type, subject=subject, at=datetime.combine(today, time(), UTC))
    session.add(event)
    return event
