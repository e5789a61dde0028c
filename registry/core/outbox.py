"""The outbox: what is to be done after a commit, written in the transaction that makes it necessary."""

from collections.abc import Callable, Collection
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, select
from sqlalchemy.orm import Mapped, Session, mapped_column, sessionmaker

from registry.core.db.engine import NumberedRow, Text, one_of


class OutboxType(StrEnum):
    """What a worker is to do something about. Each has a consumer, and nothing else is written."""

    SANCTION_IN_FORCE = "sanction.in_force"
    SANCTION_STAYED = "sanction.stayed_by_appeal"
    SANCTION_LIFTED = "sanction.lifted"
    SANCTION_OVERTURNED = "sanction.overturned"
    PRESENTATION_FINISHED = "presentation.finished"


class OutboxEvent(NumberedRow):
    """One thing to be done about `subject`, a reference. The worker deletes the row in the transaction that does it.

    `details` is what the worker needs and could no longer read when it comes to it; None where it reads all by the reference.
    So the table holds only what waits, and is read by its key in the order of writing.
    """

    __tablename__ = "outbox"
    type: Mapped[OutboxType] = mapped_column(one_of(OutboxType))
    subject: Mapped[str] = mapped_column(Text(60))
    details: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


def enqueue(session: Session, type: OutboxType, subject: str, details: dict[str, Any] | None = None) -> None:
    """Have a worker do, after the commit, what an event of this type asks for about `subject`, a reference."""
    session.add(OutboxEvent(type=type, subject=subject, details=details))


def is_waiting(session: Session, types: Collection[OutboxType]) -> bool:
    """Whether something of some types is to be done: one cheap query, run several times a second."""
    return session.execute(select(OutboxEvent.id).where(OutboxEvent.type.in_(types)).limit(1)).first() is not None


def consume(
    sessions: sessionmaker[Session], types: Collection[OutboxType], do: Callable[[Session, OutboxEvent], None]
) -> int:
    """Do what waits of some types, the oldest first; gives how many events were done.

    Each is done and deleted in one transaction: if we crash before its commit the event waits as before, after it the event is
    gone. One that another worker is doing is left to that worker.
    """
    with sessions() as session:
        waiting = select(OutboxEvent.id).where(OutboxEvent.type.in_(types)).order_by(OutboxEvent.id)
        found = list(session.execute(waiting).scalars())
    return sum(_consume_one(sessions, event_id, types, do) for event_id in found)


def _consume_one(
    sessions: sessionmaker[Session],
    event_id: int,
    types: Collection[OutboxType],
    do: Callable[[Session, OutboxEvent], None],
) -> bool:
    with sessions.begin() as session:
        # By its type too: SQLite gives the number of a row that is gone to the next one.
        its = (OutboxEvent.id == event_id, OutboxEvent.type.in_(types))
        query = select(OutboxEvent).where(*its).with_for_update(skip_locked=True)
        event = session.execute(query).scalar_one_or_none()
        if event is None:
            return False
        do(session, event)
        session.delete(event)
        return True
