"""A recurring task: when it is due, what follows when it fails, and from when on it is late. It knows no other task.

None runs by a wrong clock, except those that go by the database's.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Engine, exc
from sqlalchemy.orm import Session, sessionmaker

from registry.core import clock, errors, heartbeats, tracing
from registry.core.db.engine import reading_sessions_for
from registry.core.db.errors import classify_db_error
from registry.core.settings import Settings
from registry.log.clock_check import ClockReport, recent_report, was_right_just_now

BY_DATABASE_CLOCK = frozenset({"remind_of_cases", "tell_officers"})
"""Tasks that go by the database's clock alone: a mail about danger waits for no clock that is set."""

NOTE_EACH = 10.0
"""Seconds between two notes on the worker's row."""


class _Noted(NamedTuple):
    """Which way the clock was wrong, and when that was noted, by the clock that no one sets."""

    kind: str
    at: float


_noted: WeakKeyDictionary[Engine, _Noted] = WeakKeyDictionary()
_lock = Lock()


def may_run(sessions: sessionmaker[Session], task: str = "") -> bool:
    """Whether this machine's clock is right, so that a task may run. Looked at when the worker starts and each minute.

    What is wrong stands in the worker's log once, and on the worker's row for `/ready` of every server.
    """
    engine: Engine = sessions.kw["bind"]
    if was_right_just_now(engine):
        return True
    with reading_sessions_for(engine)() as session:
        report = recent_report(session)
    with _lock:
        if report.trouble is None:
            if _noted.pop(engine, None) is not None:
                log.info("clock_right")
            return True
        _note(engine, sessions, report)
    return task in BY_DATABASE_CLOCK and report.database_now is not None


def _note(engine: Engine, sessions: sessionmaker[Session], report: ClockReport) -> None:
    """Log what is wrong, once for each kind, and note it on the worker's row every few seconds."""
    kind = "differs" if report.database_now is not None else "behind" if report.offset < 0 else "ahead"
    known = _noted.get(engine)
    if known is None or known.kind != kind:
        log.error("clock_wrong", offset_seconds=round(report.offset), trouble=report.trouble)
    elif time.monotonic() - known.at < NOTE_EACH:
        return
    _noted[engine] = _Noted(kind, time.monotonic())
    if report.database_now is not None:
        # Without a clock that can be relied on, no row can say when it was written.
        with sessions.begin() as session:
            heartbeats.note_wrong_clock(session, report.database_now, round(report.offset))


log = structlog.get_logger()

FIRST_PAUSE, MAX_PAUSE, MAX_PAUSE_AWAY = 2.0, 60.0, 5.0
"""Seconds until a task that failed is tried again, doubled each time: up to a minute, or its own interval if that is longer;
where nothing but the database is away, up to five seconds."""

WRONG_CLOCK_PAUSE = 5.0
"""Seconds until a task is tried again that may not run because this machine's clock is wrong."""

TRACED_SECONDS = 0.1
"""A run that took less, and did not fail, leaves no span: some tasks run five times a second."""

LATE_AFTER = 3
MIN_PATIENCE = 60.0
"""A task is late so many intervals after it was due, and never sooner than after a minute."""


class Lane(StrEnum):
    """A thread of the worker. Tasks of one lane follow one another, and wait for those of no other.

    A lane is what may be slow: publishers' servers and their lists, mail servers, receivers of webhooks, authorities that stamp
    the time, providers of wallets, files that are all written anew. None of them keeps an alarm of danger from being mailed, or
    a suspension from being signed.
    """

    BEAT = "beat"
    ALARMS = "alarms"
    NOTICES = "notices"
    ROUND = "round"
    LISTS = "lists"
    MAILS = "mails"
    EVENTS = "events"
    WEBHOOKS = "webhooks"
    RANGES = "ranges"
    SIGNING = "signing"
    TIME = "time"
    DATASET = "dataset"
    SANDBOX = "sandbox"
    WALLETS = "wallets"


class Task(NamedTuple):
    """`run` is due again after so many seconds. `patience`: seconds that it may take before it is late, where that is more than
    its interval would allow.
    """

    name: str
    seconds: float
    run: Callable[[Settings, sessionmaker[Session]], object]
    lane: Lane = Lane.ROUND
    patience: float = 0.0

    @property
    def late_after(self) -> float:
        """Seconds after which one that was due and is not done is late."""
        return max(LATE_AFTER * self.seconds, MIN_PATIENCE, self.patience)


def pause_after(failures: int, seconds: float, *, is_away: bool = False) -> float:
    """Seconds until a task with an interval of `seconds` is tried again, after so many failures in a row."""
    longest = max(seconds, MAX_PAUSE_AWAY if is_away else MAX_PAUSE)
    return min(FIRST_PAUSE * 2.0 ** min(failures - 1, 20), longest)


class ScheduledTask:
    """A task in one process. Its lane runs it; the lane of the beat reads from another thread how it fares."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.due = time.monotonic()
        self.failures = 0
        self.is_faulty = False
        """Whether it failed for a reason that no one foresaw."""
        self._succeeded_at: datetime | None = None
        self._failed_at: datetime | None = None
        self._was_late = False
        self._held_until = 0.0

    @property
    def next_at(self) -> float:
        """When it is tried next, by the monotonic clock: when it is due, unless a wrong clock holds it."""
        return max(self.due, self._held_until)

    def run(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        """Run the task now. It never raises: what goes wrong is logged and counted, and the task is due again later.

        Where the clock is wrong it does not run: it stays due, and is late in its time.
        """
        began = time.monotonic()
        try:
            if not may_run(sessions, self.task.name):
                self._held_until = time.monotonic() + WRONG_CLOCK_PAUSE
                return
            self.task.run(settings, sessions)
        except Exception as error:
            self._note_failure(error)
            self._trace(settings, time.monotonic() - began, type(error).__name__)
            return
        self._trace(settings, time.monotonic() - began)
        if self.failures:
            log.info("task_recovered", task=self.task.name, failures=self.failures)
        self.failures, self.is_faulty, self._succeeded_at = 0, False, clock.now()
        self.due = time.monotonic() + self.task.seconds

    def _trace(self, settings: Settings, seconds: float, error: str | None = None) -> None:
        """A span of a run that failed, or took long enough to be looked at."""
        tracer = tracing.tracer_for(settings)
        if tracer is not None and (error is not None or seconds >= TRACED_SECONDS):
            attributes = {"registry.lane": self.task.lane.value} | ({"error.type": error} if error else {})
            tracer.note(f"task {self.task.name}", seconds, attributes, is_error=error is not None)

    def _note_failure(self, error: Exception) -> None:
        trouble, is_away = _foreseen(error)
        self.failures += 1
        self.is_faulty, self._failed_at = trouble is None, clock.now()
        pause = pause_after(self.failures, self.task.seconds, is_away=is_away)
        facts = {"task": self.task.name, "failures": self.failures, "again_in_seconds": pause}
        if trouble is None:
            log.error("task_failed", exc_info=error, **facts)
        else:
            log.error("task_put_off", trouble=trouble, **facts)
        self.due = time.monotonic() + pause

    def progress(self, at: datetime) -> heartbeats.TaskProgress:
        """How it fares now, at `at` by the database's clock; logs once when it becomes late, and once when it is not any more."""
        due_in = self.due - time.monotonic()
        late_in = due_in + self.task.late_after
        if (late_in <= 0) != self._was_late:
            self._was_late = not self._was_late
            if self._was_late:
                log.error("task_late", task=self.task.name, seconds=round(-due_in))
            else:
                log.info("task_on_time", task=self.task.name)
        return heartbeats.TaskProgress(
            task=self.task.name,
            succeeded_at=self._succeeded_at,
            failed_at=self._failed_at,
            failures=self.failures,
            due_at=at + timedelta(seconds=due_in),
            late_at=at + timedelta(seconds=late_in),
        )


def _foreseen(error: Exception) -> tuple[str | None, bool]:
    """What is wrong, in words that may be logged, and whether the database is away; no words for a fault of ours."""
    if isinstance(error, exc.SQLAlchemyError):
        trouble = classify_db_error(error)
        return (None, False) if trouble is None else (trouble.text, True)
    if isinstance(error, OSError):
        # A full disk, such as: mails, lists and webhooks of other tasks go on.
        return f"{error.strerror}: {error.filename or 'the disk'}", False
    return (error.text, False) if isinstance(error, errors.RegistryError) else (None, False)
