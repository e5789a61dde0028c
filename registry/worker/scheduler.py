"""Runs what no request waits for: fetching lists, changing channels, warnings, signing the log, notifying watchers."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.errors import classify_db_error
from registry.core.errors import LogClosed
from registry.core.settings import Settings
from registry.worker import dataset
from registry.worker.sandbox_loop import SandboxLoop
from registry.worker.schedule import TASKS, Task
from registry.worker.watch_loop import WatchLoop

log = structlog.get_logger()


def work(
    settings: Settings, sessions: sessionmaker[Session], stopping: threading.Event, *, is_once: bool = False
) -> None:
    """Run each task when its time has come, until told to stop; what runs then is finished first."""
    watch_loop, sandbox = WatchLoop(settings, sessions), SandboxLoop(settings)
    try:
        if is_once:
            _round(dict.fromkeys((task.name for task in TASKS), 0.0), settings, sessions, stopping)
            dataset.wait()
            watch_loop.once(now())
            sandbox.once()
            return
        with _background_thread(watch_loop, stopping), _background_thread(sandbox, stopping):
            due = {task.name: 0.0 for task in TASKS}
            while not stopping.is_set():
                _round(due, settings, sessions, stopping)
                stopping.wait(max(min(due.values()) - time.monotonic(), 0.05))
    finally:
        # A snapshot that is cut short is begun anew: what lies there is whole.
        dataset.wait(5.0)
        watch_loop.close()
        sandbox.close()


@contextmanager
def _background_thread(loop: WatchLoop | SandboxLoop, stopping: threading.Event) -> Iterator[None]:
    """Run a loop in a thread of its own, so that an import that takes an hour delays no watcher.

    If that thread dies the worker ends too, so that its supervisor restarts it.
    """
    died: list[BaseException] = []

    def attend() -> None:
        try:
            loop.until(stopping)
        except BaseException as error:
            died.append(error)
            stopping.set()
            raise

    thread = threading.Thread(target=attend, name="attendant")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()
    if died:
        raise died[0]


def _round(
    due: dict[str, float], settings: Settings, sessions: sessionmaker[Session], stopping: threading.Event
) -> None:
    for task in TASKS:
        if time.monotonic() >= due[task.name] and not stopping.is_set():
            _run(task, settings, sessions)
            due[task.name] = time.monotonic() + task.seconds


def _run(task: Task, settings: Settings, sessions: sessionmaker[Session]) -> None:
    try:
        task.run(settings, sessions)
    except SQLAlchemyError as error:
        trouble = classify_db_error(error)
        if trouble is None:
            raise
        # The database is away: the task is due again soon, and nothing is lost.
        log.error("task_put_off", task=task.name, trouble=trouble.text)
    except OSError as error:
        # A full disk: mails, lists and webhooks of other tasks go on, and this one is due again.
        log.error("task_put_off", task=task.name, trouble=f"{error.strerror}: {error.filename or 'the disk'}")
    except LogClosed as closed:
        # Nothing is published any more; the final head may still have to be signed.
        log.error("task_refused", task=task.name, trouble=closed.text)
