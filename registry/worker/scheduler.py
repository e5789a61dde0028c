"""Runs what no request waits for: fetching lists, changing channels, warnings, signing the log, notifying watchers."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.clock import database_now
from registry.core.heartbeats import beat
from registry.core.processes import prepare_structs
from registry.core.settings import Settings
from registry.worker.schedule import TASKS
from registry.worker.tasks import Lane, ScheduledTask, Task
from registry.worker.watch_loop import SandboxLoop, WatchLoop

LEFT_BEHIND = {Lane.DATASET: 5.0}
"""Seconds that a lane has at the end before it is left behind: a snapshot that is cut short is begun anew."""

TICK = 0.05


def work(
    settings: Settings, sessions: sessionmaker[Session], stopping: threading.Event, *, is_once: bool = False
) -> list[str]:
    """Run each task when its time has come, until told to stop; what runs then is finished first.

    Gives the names of tasks whose last run failed for a reason that no one foresaw.
    """
    prepare_structs()
    spell = (None,) if is_once else ()
    with closing(WatchLoop(settings, sessions)) as watches, closing(SandboxLoop(settings)) as sandbox:
        scheduled = [
            ScheduledTask(task)
            for task in (
                *TASKS,
                Task("fan_out_events", 0.2, lambda *_: watches.fan_out(now()), Lane.EVENTS),
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
        at = database_now(session)
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
