"""`registry lists work`: answers the lists that organisations sent, in a process of its own beside the worker."""

import os
import signal
import subprocess
import sys
import time

import click
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.bulk import actions, files
from registry.bulk import engine as working
from registry.bulk.models import BulkJob
from registry.core.clock import day_at, now
from registry.core.gc import settle
from registry.core.settings import Settings

log = structlog.get_logger()

ORPHANED = 86_400
"""Seconds after which a folder that belongs to no job is removed."""

_running: list[subprocess.Popen[bytes]] = []


@click.group(epilog="\b\nExamples:\n  registry lists work")
def lists() -> None:
    """Lists of questions that organisations sent."""


@lists.command(epilog="\b\nExample:\n  registry lists work")
@click.option("--with-parent", is_flag=True, hidden=True)
def work(with_parent: bool) -> None:
    """Answer what waits, and end. Killed at any moment, the next goes on where it stood."""
    from registry.core.db.engine import engine_for, reading_sessions_for, sessions_for

    settings = cli.settings()
    engine = engine_for(settings.database_url)
    parent, stopping = os.getppid(), [False]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.__setitem__(0, True))
    settle()
    try:
        work_on(
            settings,
            sessions_for(engine),
            reading_sessions_for(engine),
            lambda: stopping[0] or (with_parent and os.getppid() != parent),
        )
    finally:
        engine.dispose()


def work_on(
    settings: Settings,
    sessions: sessionmaker[Session],
    reading: sessionmaker[Session],
    is_stopping: working.Stopping = lambda: False,
    chunk: int = working.AT_ONCE,
) -> int:
    """Work on all lists that wait here; how many were ended. None where another process does."""
    from registry.bulk.answering.job_rows import Answering
    from registry.core.db.prepared import HeldReader
    from registry.verification.verdicts.many import ManyReader
    from registry.verification.verdicts.queries import VerdictReader

    with working.alone(settings.home) as is_alone:
        if not is_alone:
            return 0
        reader = VerdictReader(HeldReader(reading.kw["bind"]), reading)
        many = ManyReader(reader)
        try:
            return working.work(
                sessions,
                settings.home,
                lambda job: Answering(job, reader, many, settings, sessions),
                is_stopping,
                chunk,
            )
        finally:
            reader.reader.let_go()


def answer_lists(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Begin a process for lists that wait, unless there is one: the worker itself waits for none of them."""
    _running[:] = [one for one in _running if one.poll() is None]
    if _running:
        return
    with sessions() as session:
        if not working.waiting(session, settings.home):
            return
    command = [sys.executable, "-m", "registry.cli", "lists", "work", "--with-parent"]
    _running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))


def purge_lists(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Remove lists and results whose time is over, and what requests left that were killed."""
    with sessions.begin() as session:
        gone = actions.overdue(session, day_at(now(), None))
        known = frozenset(session.execute(select(BulkJob.reference)).scalars())
    for reference in gone:
        files.remove(files.folder_of(settings.home, reference))
    for folder in files.orphans(settings.home, known, time.time() - ORPHANED):
        files.remove(folder)
    if gone:
        log.info("lists_purged", count=len(gone))
