"""Starts a separate process that answers waiting bulk jobs, and removes those whose time is over."""

import os
import subprocess
import sys
import time
from collections.abc import Mapping

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk import actions, engine, files, models
from registry.core import clock, errors
from registry.core.settings import Settings

log = structlog.get_logger()

ORPHANED = 86_400
"""Seconds after which a folder that belongs to no job is removed."""


def work_on(
    settings: Settings,
    sessions: sessionmaker[Session],
    reading: sessionmaker[Session],
    is_stopping: engine.Stopping = lambda: False,
    chunk: int = engine.AT_ONCE,
) -> int:
    """Work on all lists that wait here; how many were ended. None where another process does."""
    from registry.bulk.answering.job_rows import VerdictRowAnswerer
    from registry.core.db.prepared import ThreadLocalReader
    from registry.verification.verdicts.batch import BatchReader
    from registry.verification.verdicts.queries import VerdictReader

    with engine.alone(settings.home) as is_alone:
        if not is_alone:
            return 0
        reader = VerdictReader(ThreadLocalReader(reading.kw["bind"]), reading)
        many = BatchReader(reader)
        try:
            return engine.JobRunner(
                sessions,
                settings.home,
                lambda job: VerdictRowAnswerer(job, reader, many, settings, sessions),
                is_stopping,
                chunk,
                files.SharedFiles(settings) if files.is_shared(settings) else None,
            ).run()
        finally:
            reader.reader.let_go()


class ListsProcessEnded(errors.RegistryError):
    """The process that answers lists ended by itself before all were answered; the next one goes on where it stood."""


class ListProcesses:
    """The process of one home that answers its lists, one at a time."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def answer_waiting(
        self, settings: Settings, sessions: sessionmaker[Session], environment: Mapping[str, str] | None = None
    ) -> None:
        """Begin a process for lists that wait, unless there is one: the worker itself waits for none of them.

        `environment` is said to it beside the worker's own. Raises ListsProcessEnded once for each that failed.
        """
        if self._running is not None:
            exit_code = self._running.poll()
            if exit_code is None:
                return
            self._running = None
            if exit_code:
                raise ListsProcessEnded(f"the process that answers lists ended with {exit_code}")
        with sessions() as session:
            if not engine.waiting(session, settings.home, is_shared=files.is_shared(settings)):
                return
        command = [sys.executable, "-m", "registry.cli", "lists", "work", "--with-parent"]
        surroundings = {**os.environ, **(environment or {})}
        self._running = subprocess.Popen(command, stdin=subprocess.DEVNULL, env=surroundings)


_OURS = ListProcesses()


def answer_lists(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Begin a process for lists that wait, unless there is one."""
    _OURS.answer_waiting(settings, sessions)


def purge_lists(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Remove lists and results whose time is over, and what requests left that were killed."""
    with sessions.begin() as session:
        gone = actions.overdue(session, clock.day_at(clock.now(), None))
        known = frozenset(session.execute(select(models.BulkJob.reference)).scalars())
    for reference in gone:
        files.remove_files(settings, reference)
    for folder in files.orphans(settings.home, known, time.time() - ORPHANED):
        files.remove(folder)
    if gone:
        log.info("lists_purged", count=len(gone))
