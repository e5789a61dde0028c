"""Writing to the outbox in the transaction of what happened, and doing what it holds, each event in one of its own."""

from collections.abc import Callable, Collection

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.outbox.models import OutboxEvent, OutboxType


def enqueue(session: Session, type: OutboxType, subject: str) -> None:
    """Have a worker do, after the commit, what an event of this type asks for about `subject`, a reference."""
    session.add(OutboxEvent(type=type, subject=subject))


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
