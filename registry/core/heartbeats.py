"""When each worker was last at work, so that one that hangs is noticed by any process on the same database."""

import os
import socket
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core.db.engine import Base, Instant, Text

MAX_AGE = timedelta(days=1)
"""A worker that was not at work for so long is not remembered."""

PRESENT = timedelta(minutes=2)
"""What a worker said counts for so long after its last beat."""


class WorkerBeat(Base):
    """The last beat of one worker, by its host and process."""

    __tablename__ = "worker_beats"
    worker: Mapped[str] = mapped_column(Text(64), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(Instant)
    not_signed: Mapped[str | None] = mapped_column(Text(400))
    """Why it signs no head of the log now, in words that may be shown; None where nothing keeps it from that."""


def beat(session: Session, at: datetime) -> None:
    """Note that this process is at work."""
    session.merge(WorkerBeat(worker=_name(), beat_at=at))
    session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < at - MAX_AGE))


def note_signing(session: Session, at: datetime, trouble: str | None) -> None:
    """Note why this process signs nothing, or that it does again."""
    session.merge(WorkerBeat(worker=_name(), beat_at=at, not_signed=trouble and trouble[:400]))


def why_not_signed(session: Session, at: datetime) -> str | None:
    """Why a worker that is at work signs nothing; None where none says so."""
    query = select(WorkerBeat.not_signed).where(WorkerBeat.not_signed.is_not(None), WorkerBeat.beat_at >= at - PRESENT)
    return session.execute(query.order_by(WorkerBeat.beat_at.desc()).limit(1)).scalar_one_or_none()


def _name() -> str:
    return f"{socket.gethostname()[:50]}/{os.getpid()}"


def last_beat(session: Session) -> datetime | None:
    return session.execute(select(func.max(WorkerBeat.beat_at))).scalar_one()
