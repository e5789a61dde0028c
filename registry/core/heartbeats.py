"""When each worker was last at work and how its tasks fare, so that any process on the same database notices what hangs."""

import os
import socket
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from registry.core.db.engine import LARGE, Base, Instant, Text

MAX_AGE = timedelta(days=1)
"""A worker that was not at work for so long is not remembered."""

PRESENT = timedelta(minutes=2)
"""What a worker said counts for so long after its last beat."""

TOLERANCE = timedelta(seconds=30)
"""Clocks may be so far apart."""


class WorkerBeat(Base):
    """The last beat of one worker, by its host and process."""

    __tablename__ = "worker_beats"
    worker: Mapped[str] = mapped_column(Text(64), primary_key=True)
    beat_at: Mapped[datetime] = mapped_column(Instant)
    not_signed: Mapped[str | None] = mapped_column(Text(400))
    """Why it signs no head of the log now, in words that may be shown; None where nothing keeps it from that."""
    clock_offset: Mapped[int | None] = mapped_column(LARGE)
    """Seconds that its clock is ahead, where that is too wrong to work by: it does nothing, and this is no beat."""


class TaskProgress(NamedTuple):
    """How a recurring task fares in one process: `failures` follow one another, and what is not done at `late_at` is late.

    `due_at` is when it runs next; of one that runs or waits for its turn, when it should have.
    """

    task: str
    succeeded_at: datetime | None
    failed_at: datetime | None
    failures: int
    due_at: datetime
    late_at: datetime


class WorkerTask(Base):
    """How a recurring task of a worker fared up to that worker's last beat (TaskProgress)."""

    __tablename__ = "worker_tasks"
    worker: Mapped[str] = mapped_column(Text(64), primary_key=True)
    task: Mapped[str] = mapped_column(Text(40), primary_key=True)
    succeeded_at: Mapped[datetime | None] = mapped_column(Instant)
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    failures: Mapped[int]
    due_at: Mapped[datetime] = mapped_column(Instant)
    late_at: Mapped[datetime] = mapped_column(Instant)


def beat(session: Session, at: datetime, tasks: Iterable[TaskProgress] = ()) -> None:
    """Note that this process is at work, and how its tasks fare."""
    name, old = _name(), select(WorkerBeat.worker).where(WorkerBeat.beat_at < at - MAX_AGE)
    session.merge(WorkerBeat(worker=name, beat_at=at, clock_offset=None))
    session.execute(delete(WorkerTask).where(WorkerTask.worker.in_(old) | (WorkerTask.worker == name)))
    session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at < at - MAX_AGE))
    rows = [{"worker": name, **task._asdict()} for task in tasks]
    if rows:
        session.execute(insert(WorkerTask), rows)


class TaskTroubles(NamedTuple):
    """Tasks that failed when they ran last, with how often in a row; and those that are late, sorted."""

    failing: Mapping[str, int] = {}
    late: tuple[str, ...] = ()


def task_troubles(session: Session, at: datetime) -> TaskTroubles:
    """Which tasks of the workers at work are in trouble, as of the last beat of each.

    Where none is at work the tasks of the last one are late in their time.
    """
    beats = {row.worker: row.beat_at for row in session.execute(select(WorkerBeat.worker, WorkerBeat.beat_at))}
    judged = {worker: beat_at for worker, beat_at in beats.items() if beat_at >= at - PRESENT}
    if beats and not judged:
        judged = {max(beats, key=lambda worker: beats[worker]): at}
    failing: dict[str, int] = {}
    late = set()
    for row in session.execute(select(WorkerTask).where(WorkerTask.worker.in_(judged))).scalars():
        if row.failures:
            failing[row.task] = max(row.failures, failing.get(row.task, 0))
        if row.late_at <= judged[row.worker]:
            late.add(row.task)
    return TaskTroubles(dict(sorted(failing.items())), tuple(sorted(late)))


def note_signing(session: Session, at: datetime, trouble: str | None) -> None:
    """Note why this process signs nothing, or that it does again."""
    session.merge(WorkerBeat(worker=_name(), beat_at=at, not_signed=trouble and trouble[:400]))


def note_wrong_clock(session: Session, at: datetime, offset: int) -> None:
    """Note that this process does nothing because of its clock; `at` is by the database's."""
    session.merge(WorkerBeat(worker=_name(), beat_at=at, clock_offset=offset))


def worst_clock(session: Session, at: datetime) -> int | None:
    """How far off the clock of a worker is that does nothing because of it, the worst of them; None where all are right."""
    query = select(WorkerBeat.clock_offset).where(
        WorkerBeat.clock_offset.is_not(None), WorkerBeat.beat_at.between(at - PRESENT, at + TOLERANCE)
    )
    return max((offset for offset in session.execute(query).scalars() if offset is not None), key=abs, default=None)


def why_not_signed(session: Session, at: datetime) -> str | None:
    """Why a worker that is at work signs nothing; None where none says so."""
    query = select(WorkerBeat.not_signed).where(WorkerBeat.not_signed.is_not(None), WorkerBeat.beat_at >= at - PRESENT)
    return session.execute(query.order_by(WorkerBeat.beat_at.desc()).limit(1)).scalar_one_or_none()


def _name() -> str:
    return f"{socket.gethostname()[:50]}/{os.getpid()}"


def last_beat(session: Session, at: datetime) -> datetime | None:
    """The newest beat of a worker that works. One from the future shows no worker: its clock, or this one, was wrong."""
    known = select(func.max(WorkerBeat.beat_at)).where(
        WorkerBeat.beat_at <= at + TOLERANCE, WorkerBeat.clock_offset.is_(None)
    )
    return session.execute(known).scalar_one()


def beat_ahead(session: Session, at: datetime) -> datetime | None:
    """The newest beat if it is from the future."""
    ahead = select(func.max(WorkerBeat.beat_at)).where(WorkerBeat.beat_at > at + TOLERANCE)
    return session.execute(ahead).scalar_one()
