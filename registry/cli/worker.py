"""`registry worker`: what nobody waits for - fetching lists, warning before one goes stale, signing the log."""

import signal
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

import click
import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry import cli, mail, revisions
from registry.config import Settings
from registry.db import engine_for, sessions_for
from registry.errors import RegistryError
from registry.imports.worker import fetch_due, warn_of_staleness
from registry.log.signing import sign_committed
from registry.outages import trouble_in
from registry.web import logs
from registry.witnesses.client import ask_witnesses

log = structlog.get_logger()


class Task(NamedTuple):
    """Something done again and again; `run` says in its own tables what it has done, so that it may be killed at any time."""

    name: str
    seconds: float
    run: Callable[[Settings, sessionmaker[Session]], object]


def warn(settings: Settings, sessions: sessionmaker[Session]) -> None:
    def tell(address: str, subject: str, text: str) -> None:
        try:
            mail.send(settings, address, subject, text)
        except mail.MailNotSent as failure:
            # `registry sources list` tells of it too: one dead mailbox must not keep the others from hearing.
            log.error("warning_not_sent", subject=subject, trouble=failure.text)

    warn_of_staleness(settings, sessions, tell)


def sign_log(settings: Settings, sessions: sessionmaker[Session]) -> None:
    """Sign what was published and what a crash left unsigned, and have witnesses sign it."""
    try:
        if sign_committed(settings, sessions) is not None:
            ask_witnesses(sessions)
    except RegistryError as trouble:
        # Lists are fetched all the same: what is not signed yet is signed once an operator has put this right.
        log.error("log_not_signed", trouble=trouble.text)


def ask_again(_settings: Settings, sessions: sessionmaker[Session]) -> None:
    ask_witnesses(sessions)


TASKS = (
    Task("fetch_lists", 60.0, fetch_due),
    Task("warn_of_staleness", 3600.0, warn),
    # Last, so that one round signs what it fetched itself.
    Task("sign_log", 1.0, sign_log),
    Task("ask_witnesses", 30.0, ask_again),
)


@click.command(epilog="\b\nExamples:\n  registry worker\n  registry worker --once")
@click.option("--once", is_flag=True, help="Do everything that is due, and end.")
def worker(once: bool) -> None:
    """Fetch lists from their addresses on schedule, warn by mail before one goes stale, and sign the log.

    Any number of workers may run; `registry serve --with-worker` starts one beside the server.
    """
    settings = cli.settings()
    logs.configure()
    engine = engine_for(settings.database_url)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    try:
        revisions.require_current(engine)
        work(settings, sessions_for(engine), stopping, is_once=once)
    finally:
        engine.dispose()


def work(
    settings: Settings, sessions: sessionmaker[Session], stopping: threading.Event, *, is_once: bool = False
) -> None:
    """Run each task when its time has come, until told to stop; what runs then is finished first."""
    due = {task.name: 0.0 for task in TASKS}
    while not stopping.is_set():
        for task in TASKS:
            if time.monotonic() >= due[task.name] and not stopping.is_set():
                _run(task, settings, sessions)
                due[task.name] = time.monotonic() + task.seconds
        if is_once:
            return
        stopping.wait(max(min(due.values()) - time.monotonic(), 0.05))


def _run(task: Task, settings: Settings, sessions: sessionmaker[Session]) -> None:
    try:
        task.run(settings, sessions)
    except SQLAlchemyError as error:
        trouble = trouble_in(error)
        if trouble is None:
            raise
        # The database is away: the task is due again soon, and nothing is lost.
        log.error("task_put_off", task=task.name, trouble=trouble.text)
