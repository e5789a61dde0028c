"""When each worker was last at work, so that one that hangs is noticed by any process on the same database."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core.db.engine import Base, Instant, Text

MAX_AGE = timedelta(days=1)
"""A worker that was not at work for so long is not remembered."""


class WorkerBeat(Base):
    """The last beat of one worker, by its host and process."""

    __tablename__ = "worker_beats"
    worker: Mapped[str] = mapped_column(Text(64), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(Instant)


def beat(session: Session, at: datetime) -> None:
    """Note that this process is at work."""
    name = f"{socket.gethostname()[:50]}/{os.getpid()}"
    session.merge(WorkerBeat(worker=name, beat_at=at))
    session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < at - MAX_AGE))


def last_beat(session: Session) -> datetime | None:
    return session.execute(select(func.max(WorkerBeat.beat_at))).scalar_one()
