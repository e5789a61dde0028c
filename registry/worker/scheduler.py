"""Runs what no request waits for: fetching lists, changing channels, warnings, signing the log, notifying watchers."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.errors import classify_db_error
from registry.core.errors import LogClosed
from registry.core.settings import Settings
from registry.core.structs import prepare_structs
from registry.worker import clock_guard, dataset
from registry.worker.sandbox_loop import SandboxLoop
from registry.worker.schedule import TASKS, Lane, Task
from registry.worker.watch_loop import WatchLoop

log = structlog.get_logger()


def work(
    settings: Settings, sessions: sessionmaker[Session], stopping: threading.Event, *, is_once: bool = False
) -> None:
    """Run each task when its time has come, until told to stop; what runs then is finished first."""
    watch_loop, sandbox = WatchLoop(settings, sessions), SandboxLoop(settings)
    prepare_structs()
    try:
        if is_once:
            TaskLoop(TASKS, settings, sessions).once(stopping)
            dataset.wait()
            watch_loop.once(now())
            sandbox.once()
            return
        first, *others = (TaskLoop(_of_lane(lane), settings, sessions) for lane in Lane)
        loops: list[Loop] = [watch_loop, sandbox, *others]
        with ExitStack() as stack:
            for beside in loops:
                stack.enter_context(_background_thread(beside, stopping))
            first.until(stopping)
    finally:
        # A snapshot that is cut short is begun anew: what lies there is whole.
        dataset.wait(5.0)
        watch_loop.close()
        sandbox.close()


def _of_lane(lane: Lane) -> list[Task]:
    return [task for task in TASKS if task.lane is lane]


class TaskLoop:
    """Tasks that follow one another, each when its time has come."""

    def __init__(self, tasks: Sequence[Task], settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._settings, self._sessions = settings, sessions
        self._due = dict.fromkeys(tasks, 0.0)

    def once(self, stopping: threading.Event) -> None:
        """Run what is due, until told to stop."""
        for task, due_at in self._due.items():
            if time.monotonic() >= due_at and not stopping.is_set():
                _run(task, self._settings, self._sessions)
                self._due[task] = time.monotonic() + task.seconds

    def until(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            self.once(stopping)
            stopping.wait(max(min(self._due.values()) - time.monotonic(), 0.05))


class Loop(Protocol):
    """What runs in a thread of its own until it is told to stop."""

    def until(self, stopping: threading.Event) -> None: ...


@contextmanager
def _background_thread(loop: Loop, stopping: threading.Event) -> Iterator[None]:
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


def _run(task: Task, settings: Settings, sessions: sessionmaker[Session]) -> None:
    try:
        if clock_guard.may_run(sessions, task.name):
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
