"""Compares this machine's clock with the database's, and with what is stored: a wrong clock destroys, signs and dates nothing.

On PostgreSQL the database's clock counts. SQLite has none of its own, and PostgreSQL may stand on the same machine, so the
time is also held to the newest entry of the log and the newest beat of a worker: it is never before them, and weeks after
them only where everything was switched off.
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, Pool, delete, func, select
from sqlalchemy.orm import Session

from registry.core.clock import answer_instant, now
from registry.core.db import reading
from registry.core.errors import ClockWrong
from registry.core.heartbeats import TOLERANCE, WorkerBeat
from registry.log.models import LogState

MAX_PAUSE = timedelta(days=25)
"""For so long everything may have been switched off. A wrong month or year in a clock is more."""

CHECK_EACH = 60.0
"""Seconds for which a clock that was right is not looked at again, unless it was set meanwhile."""

MAX_COMPARISONS = 3
"""A clock that was set between two looks at it can be right before and wrong after: it is compared again."""

_ONE_INSTANT = timedelta(minutes=1)
"""Entries that follow one whose instant is yet to come are a microsecond apart: so many bear nearly the same."""


@dataclass(frozen=True, slots=True)
class ClockReport:
    """`offset`: seconds that this machine's clock is ahead of the time; negative where it is behind.

    `trouble` says what is wrong and what to do, in words that may be shown; None where the clock is right. `database_now` is
    the database's time where that can be relied on though this machine's cannot.
    """

    offset: float
    trouble: str | None = None
    database_now: datetime | None = None


class Known(NamedTuple):
    """What is stored of the time: the newest entry and beat, and what an operator accepted and disregarded."""

    last_entry: datetime | None = None
    last_beat: datetime | None = None
    accepted_at: datetime | None = None
    disregards: datetime | None = None

    def newest(self) -> datetime | None:
        """The latest instant that is surely past; None where nothing is stored."""
        is_disregarded = (
            self.last_entry is not None
            and self.disregards is not None
            and self.disregards <= self.last_entry < self.disregards + _ONE_INSTANT
        )
        stored = (None if is_disregarded else self.last_entry, self.last_beat, self.accepted_at)
        return max((instant for instant in stored if instant is not None), default=None)


def judge_clock(before: datetime, after: datetime, database: datetime | None, known: Known) -> ClockReport:
    """Judge a clock that showed `before` and `after` around a look at the database's; `database` is None where it has none."""
    offset = timedelta()
    if database is not None:
        # Between the two is right, however long the answer took.
        offset = max(before - database, timedelta()) or min(after - database, timedelta())
    at, newest = database or after, known.newest()
    if newest is not None and newest - at > TOLERANCE:
        return ClockReport(
            (at - newest).total_seconds(),
            f"the clock says {answer_instant(at)}, which is before the newest entry or beat ({answer_instant(newest)}): "
            "set it; if it is right, run `registry clock accept`",
        )
    if newest is not None and at - newest > MAX_PAUSE:
        return ClockReport(
            (at - newest).total_seconds(),
            f"the clock says {answer_instant(at)}, {(at - newest).days} days after the newest entry and beat "
            f"({answer_instant(newest)}): set it; if it is right, run `registry clock accept`",
        )
    if abs(offset) > TOLERANCE:
        seconds = round(abs(offset).total_seconds())
        way = "ahead of" if offset > timedelta() else "behind"
        return ClockReport(
            offset.total_seconds(),
            f"this machine's clock is {seconds} s {way} the database's ({answer_instant(at)}): set the one that is wrong",
            database,
        )
    return ClockReport(offset.total_seconds())


def check_clock(session: Session) -> ClockReport:
    """Look at the clocks now."""
    last_beat = select(func.max(WorkerBeat.beat_at)).where(WorkerBeat.clock_offset.is_(None)).scalar_subquery()
    query = select(LogState.last_at, last_beat, LogState.clock_accepted_at, LogState.clock_disregards)
    return _compare(session, Known(*session.connection().execute(query).one()))


def _compare(session: Session, known: Known) -> ClockReport:
    has_clock = session.get_bind().dialect.name == "postgresql"
    for _ in range(MAX_COMPARISONS):
        look, before = _look(), now()
        database = reading.server_now(session) if has_clock else None
        report = judge_clock(before, now(), database, known)
        if not _was_set_since(look):
            return report
    return ClockReport(0.0, "this machine's clock is set again and again while it is compared: see what sets it")


def require_near(session: Session) -> None:
    """Compare with the database's clock alone, before there are any tables. Raises ClockWrong."""
    trouble = _compare(session, Known()).trouble
    if trouble is not None:
        raise ClockWrong(f"{trouble}; nothing was changed")


class _Look(NamedTuple):
    """When a clock was looked at, by the clock that no one sets, and how far apart the two were."""

    at: float
    skew: float


_looks: WeakKeyDictionary[Pool, _Look] = WeakKeyDictionary()
_lock = threading.Lock()


def was_right_just_now(engine: Engine) -> bool:
    """Whether the clock was right within the last minute, and was not set since."""
    with _lock:
        look = _looks.get(engine.pool)
    return look is not None and time.monotonic() - look.at < CHECK_EACH and not _was_set_since(look)


def recent_report(session: Session) -> ClockReport:
    """What `check_clock` found within the last minute where the clock was right; what it finds now otherwise."""
    engine = session.get_bind().engine
    if was_right_just_now(engine):
        return ClockReport(0.0)
    look, report = _look(), check_clock(session)
    with _lock:
        if report.trouble is None:
            _looks[engine.pool] = look
        else:
            _looks.pop(engine.pool, None)
    return report


def _look() -> _Look:
    at = time.monotonic()
    return _Look(at, now().timestamp() - at)


def _was_set_since(look: _Look) -> bool:
    return abs(_look().skew - look.skew) >= 1


def require_right_clock(session: Session) -> None:
    """Before anything is destroyed, signed or written with an instant that stays. Raises ClockWrong."""
    trouble = recent_report(session).trouble
    if trouble is not None:
        raise ClockWrong(f"{trouble}; nothing was changed")


def accept_clock(session: Session, state: LogState, at: datetime) -> None:
    """Go by this clock, whatever is stored: an operator has compared it. `state` is locked.

    Beats from the future are forgotten. An entry from the future stays, and those after it follow it by a microsecond each
    until its time has come: their order is what a log shows.
    """
    session.execute(delete(WorkerBeat).where(WorkerBeat.beat_at > at))
    state.clock_accepted_at = at
    is_ahead = state.last_at is not None and state.last_at > at
    state.clock_disregards = state.last_at if is_ahead else None
    session.flush()
