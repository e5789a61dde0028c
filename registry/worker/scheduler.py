"""Runs what no request waits for: fetching lists, changing channels, warnings, signing the log, notifying watchers.

Organisations are told at once, whatever else is being done: what was published, which wallets answered; webhooks are sent. And
the same, with jobs, for test keys in the sandbox, once there is one.
"""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime

import structlog
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from registry.core import clock, processes
from registry.core.db import engine, reading
from registry.core.heartbeats import beat
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.sandbox import existing
from registry.watches import fan_out
from registry.watches.delivery.connections import Caller
from registry.watches.delivery.dispatcher import WebhookDispatcher
from registry.worker import bulk_jobs, schedule
from registry.worker.tasks import Lane, ScheduledTask, Task

log = structlog.get_logger()

LEFT_BEHIND = {Lane.DATASET: 5.0}
"""Seconds that a lane has at the end before it is left behind: a snapshot that is cut short is begun anew."""

TICK = 0.05


def work(
    settings: Settings, sessions: sessionmaker[Session], stopping: threading.Event, *, is_once: bool = False
) -> list[str]:
    """Run each task when its time has come, until told to stop; what runs then is finished first.

    Gives the names of tasks whose last run failed for a reason that no one foresaw.
    """
    processes.prepare_structs()
    spell = (None,) if is_once else ()
    with closing(WatchLoop(settings, sessions)) as watches, closing(SandboxLoop(settings)) as sandbox:
        scheduled = [
            ScheduledTask(task)
            for task in (
                *schedule.TASKS,
                Task("fan_out_events", 0.2, lambda *_: watches.fan_out(clock.now()), Lane.EVENTS),
                Task("deliver_webhooks", 0.2, lambda *_: watches.deliver(*spell), Lane.WEBHOOKS),
                Task("attend_sandbox", 0.5, lambda *_: sandbox.once(*spell), Lane.SANDBOX),
            )
        ]
        first = ScheduledTask(Task("beat", 10.0, lambda *_: _note_beat(sessions, scheduled), Lane.BEAT))
        if is_once:
            for each in ([first], scheduled, [first]):
                TaskLoop(each, settings, sessions).once(stopping)
                first.due = 0.0
        else:
            with ExitStack() as stack:
                for lane in Lane:
                    if of_lane := [one for one in scheduled if one.task.lane is lane]:
                        loop = TaskLoop(of_lane, settings, sessions)
                        stack.enter_context(_lane_thread(lane, loop, stopping))
                TaskLoop([first], settings, sessions).until(stopping)
    return [one.task.name for one in scheduled if one.is_faulty]


def _note_beat(sessions: sessionmaker[Session], scheduled: Sequence[ScheduledTask]) -> None:
    """Note that this worker is at work, and how each of its tasks fares: `/ready` and the metrics tell of both."""
    with sessions.begin() as session:
        at = reading.database_now(session)
        beat(session, at, [one.progress(at) for one in scheduled])


class TaskLoop:
    """Tasks that follow one another, each when its time has come."""

    def __init__(self, scheduled: Sequence[ScheduledTask], settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._scheduled, self._settings, self._sessions = scheduled, settings, sessions

    def once(self, stopping: threading.Event) -> None:
        """Run what is due, until told to stop."""
        for one in self._scheduled:
            if self._may_run(one, stopping):
                one.run(self._settings, self._sessions)

    def until(self, stopping: threading.Event) -> None:
        while not stopping.is_set():
            self.once(stopping)
            stopping.wait(max(min(one.next_at for one in self._scheduled) - time.monotonic(), TICK))

    def _may_run(self, one: ScheduledTask, stopping: threading.Event) -> bool:
        """Whether it is time for a task, and the worker goes on."""
        return time.monotonic() >= one.next_at and not stopping.is_set()


@contextmanager
def _lane_thread(lane: Lane, loop: TaskLoop, stopping: threading.Event) -> Iterator[None]:
    """Run the tasks of a lane in a thread of its own.

    No task ends that thread. If it ends all the same the worker ends too, so that its supervisor restarts it.
    """
    died: list[BaseException] = []

    def attend() -> None:
        try:
            loop.until(stopping)
        except BaseException as error:
            died.append(error)
            stopping.set()
            raise

    thread = threading.Thread(target=attend, name=lane, daemon=lane in LEFT_BEHIND)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join(LEFT_BEHIND.get(lane))
    if died:
        raise died[0]


SPELL = 2.0
"""Seconds after which a look at webhooks ends though some are still being called; the next one goes on with them."""


class WatchLoop:
    """Fans out what was published and sends the webhooks that are due. Neither waits for the other."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._keyring = Keyring(settings.keys)
        self._dispatcher = WebhookDispatcher(sessions, self._keyring, Caller(is_unsafe=settings.has_unsafe_webhooks))
        if settings.has_unsafe_webhooks:
            log.warning("webhooks_call_this_machines_own_network", setting="REGISTRY_UNSAFE_WEBHOOKS")

    def fan_out(self, at: datetime) -> None:
        with engine.reading_session(self._sessions) as session:
            is_behind, has_presentations = fan_out.is_behind(session), fan_out.has_presentations(session)
        if is_behind:
            fan_out.fan_out_log_entries(self._sessions, self._keyring, at)
        if has_presentations:
            fan_out.fan_out_presentations(self._sessions, at)

    def deliver(self, seconds: float | None = SPELL) -> None:
        self._dispatcher.deliver_due(seconds)

    def close(self) -> None:
        self._dispatcher.close()


WITHOUT = 5.0
"""Seconds between two looks whether there is a sandbox."""

SANDBOX_SPELL = 0.2
"""Seconds that its webhooks are looked after before what was published there is fanned out again."""


class SandboxLoop:
    """Attends the sandbox that there is; when it begins anew, the new one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._sandbox: Settings | None = None
        self._engine: Engine | None = None
        self._watches: WatchLoop | None = None
        self._processes = bulk_jobs.ListProcesses()
        self._look_again = 0.0

    def once(self, seconds: float | None = SANDBOX_SPELL) -> None:
        """Do what is due, where there is a sandbox; its webhooks are called for so long at most."""
        if time.monotonic() < self._look_again:
            return
        found = existing(self._settings)
        if found is None:
            self._look_again = time.monotonic() + WITHOUT
            return
        if found != self._sandbox:
            self.close()
            self._sandbox, self._engine = found, engine.engine_for(found.database_url)
            self._watches = WatchLoop(found, engine.sessions_for(self._engine))
        assert self._engine is not None
        assert self._watches is not None
        self._watches.fan_out(clock.now())
        self._watches.deliver(seconds)
        self._processes.answer_waiting(found, engine.sessions_for(self._engine), _environment(found))

    def close(self) -> None:
        if self._watches is not None:
            self._watches.close()
        if self._engine is not None:
            self._engine.dispose()
        self._watches = self._engine = self._sandbox = None


def _environment(sandbox: Settings) -> dict[str, str]:
    """What the process that answers lists is told in place of the registry's own home and database."""
    return {
        "REGISTRY_HOME": str(sandbox.home),
        "REGISTRY_DATABASE_URL": sandbox.database_url,
        "REGISTRY_DATABASE_READ_URL": "",
        "REGISTRY_FILES": "",
        "REGISTRY_SANDBOX": "off",
    }
