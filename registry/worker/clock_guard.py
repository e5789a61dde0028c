"""Keeps the worker from doing anything by a wrong clock."""

import time
from threading import Lock
from typing import NamedTuple
from weakref import WeakKeyDictionary

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import reading_sessions_for
from registry.core.heartbeats import note_wrong_clock
from registry.log.clock_check import ClockReport, recent_report, was_right_just_now

log = structlog.get_logger()

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
            note_wrong_clock(session, report.database_now, round(report.offset))
