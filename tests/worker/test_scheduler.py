"""No task that raises stops another, ends the worker, or goes unseen."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import structlog
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import sessionmaker

from registry.core.clock import now
from registry.core.errors import LogClosed, RegistryError
from registry.core.settings import Settings
from registry.worker import schedule, scheduler, tasks
from registry.worker.schedule import TASKS
from registry.worker.scheduler import SandboxLoop, WatchLoop
from registry.worker.tasks import Lane, ScheduledTask, Task, pause_after
from tests.waiting import until

SOON = 0.01
NAMES = [task.name for task in TASKS]
LOOPS: dict[str, tuple[type, str]] = {
    "fan_out_events": (WatchLoop, "fan_out"),
    "deliver_webhooks": (WatchLoop, "deliver"),
    "attend_sandbox": (SandboxLoop, "once"),
}


class Runs:
    """Counts how often each task ran. Those named in `raising` raise, at each run."""

    def __init__(self, *raising: str, error: BaseException | None = None) -> None:
        self.counts: Counter[str] = Counter()
        self._raising, self._error = raising, error or IndexError("list index out of range")

    def note(self, name: str) -> None:
        self.counts[name] += 1
        if name in self._raising:
            raise self._error

    def of(self, name: str) -> Callable[..., None]:
        return lambda *_args: self.note(name)

    def have_gone_on(self, names: Iterable[str]) -> bool:
        """Whether they ran, and those of the schedule again."""
        return all(self.counts[name] > (name in NAMES) for name in names)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url="sqlite://")


@pytest.fixture(autouse=True)
def right_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """These workers have no database that a clock could be compared with (tests/cli/test_clock.py does)."""
    monkeypatch.setattr(tasks, "may_run", lambda *_: True)


@contextmanager
def running(settings: Settings, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Thread]:
    """A worker on no database at all, whose tasks are due again at once."""
    monkeypatch.setattr(schedule, "TASKS", tuple(task._replace(seconds=SOON, run=runs.of(task.name)) for task in TASKS))
    for name, (loop, method) in LOOPS.items():
        monkeypatch.setattr(loop, method, runs.of(name))
    stopping = threading.Event()
    thread = threading.Thread(target=scheduler.work, args=(settings, sessionmaker(), stopping))
    # Unless told otherwise structlog draws each traceback with its variables.
    with structlog.testing.capture_logs():
        thread.start()
        try:
            yield thread
        finally:
            stopping.set()
            thread.join()


@pytest.mark.parametrize("name", [*NAMES, *LOOPS])
def test_a_task_that_raises_stops_no_other(name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(name)
    with running(settings, runs, monkeypatch) as thread:
        until(lambda: runs.counts[name] and runs.have_gone_on({*NAMES, *LOOPS} - {name}), every=0.005)
        assert thread.is_alive()
        # It backs off, whatever its interval.
        assert runs.counts[name] == 1


def test_all_tasks_but_one_may_raise(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs(*NAMES[1:], *LOOPS)
    with running(settings, runs, monkeypatch):
        until(lambda: runs.have_gone_on(NAMES[:1]) and len(runs.counts) == len({*NAMES, *LOOPS}), every=0.005)


def test_a_task_that_does_not_end_delays_its_own_lane_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs, ended = Runs(), threading.Event()
    others = [task.name for task in TASKS if task.lane is not Lane.LISTS]
    monkeypatch.setattr(Runs, "note", lambda self, name: ended.wait() if name == "fetch_lists" else _count(self, name))
    with running(settings, runs, monkeypatch):
        until(lambda: runs.have_gone_on([*others, *LOOPS]), every=0.005)
        assert runs.counts["apply_ordered"] == 0
        ended.set()


def _count(runs: Runs, name: str) -> None:
    runs.counts[name] += 1


def test_alarms_share_their_lane_with_nothing_that_may_be_slow() -> None:
    assert [task.name for task in TASKS if task.lane is Lane.ALARMS] == ["remind_of_cases"]
    assert [task.name for task in TASKS if task.lane is Lane.NOTICES] == ["tell_officers"]


def test_a_lane_that_ends_by_itself_ends_the_worker(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Exception):
        pass

    def end(self: scheduler.TaskLoop, _stopping: threading.Event) -> None:
        if self._scheduled[0].task.lane is Lane.SIGNING:
            raise Broken
        _stopping.wait()

    monkeypatch.setattr(scheduler.TaskLoop, "until", end)
    monkeypatch.setattr(threading, "excepthook", lambda _args: None)
    with pytest.raises(Broken):
        scheduler.work(settings, sessionmaker(), threading.Event())


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (IndexError("secret"), "task_failed"),
        (MemoryError(), "task_failed"),
        (ExceptionGroup("secret", [ValueError("secret")]), "task_failed"),
        (IntegrityError("secret", {}, Exception("secret")), "task_failed"),
        (OperationalError("secret", {}, Exception("away")), "task_put_off"),
        (OSError(28, "No space left on device"), "task_put_off"),
        (LogClosed("the log is closed"), "task_put_off"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_the_log_says_which_task_failed_and_how_often(error: Exception, event: str, settings: Settings) -> None:
    scheduled = ScheduledTask(Task("purge", 3600.0, Runs("purge", error=error).of("purge")))
    with structlog.testing.capture_logs() as lines:
        scheduled.run(settings, sessionmaker())
        scheduled.run(settings, sessionmaker())
    assert [(line["event"], line["task"], line["failures"]) for line in lines] == [
        (event, "purge", 1),
        (event, "purge", 2),
    ]
    assert scheduled.is_faulty == (event == "task_failed")
    assert "secret" not in str([{**line, "exc_info": None} for line in lines])


def test_a_success_ends_the_backing_off(settings: Settings) -> None:
    troubles = iter([RegistryError("away"), RegistryError("away"), None])

    def run(*_: object) -> None:
        if (trouble := next(troubles)) is not None:
            raise trouble

    scheduled = ScheduledTask(Task("sign", 1.0, run))
    pauses = []
    for _ in range(3):
        scheduled.run(settings, sessionmaker())
        pauses.append(scheduled.due - time.monotonic())
    assert pauses == pytest.approx([2, 4, 1], abs=0.5)
    assert scheduled.progress(now()).failures == 0
    assert scheduled.progress(now()).failed_at is not None


@pytest.mark.parametrize(
    ("failures", "seconds", "pause"),
    [
        (1, 1, 2),
        (2, 1, 4),
        (6, 1, 60),
        (1000, 1, 60),
        (1, 3600, 2),
        (6, 3600, 64),
        (12, 3600, 3600),
        (1000, 3600, 3600),
    ],
)
def test_a_pause_doubles_up_to_a_minute_or_the_interval(failures: int, seconds: float, pause: float) -> None:
    assert pause_after(failures, seconds) == pause


def test_while_the_database_is_away_it_is_asked_again_within_seconds() -> None:
    assert max(pause_after(failures, 1.0, is_away=True) for failures in range(1, 100)) == 5


def test_what_was_due_and_is_not_done_is_late_and_logged_once(settings: Settings) -> None:
    scheduled = ScheduledTask(Task("sign", 30.0, Runs().of("sign")))
    with structlog.testing.capture_logs() as lines:
        scheduled.due = time.monotonic() - 89
        on_time = scheduled.progress(now())
        scheduled.due -= 2
        late = [scheduled.progress(now()) for _ in range(2)]
        scheduled.run(settings, sessionmaker())
        again = scheduled.progress(now())
    assert [line["event"] for line in lines] == ["task_late", "task_on_time"]
    assert on_time.late_at > now() - timedelta(seconds=1)
    assert [one.late_at < now() for one in late] == [True, True]
    assert again.succeeded_at is not None
    assert again.due_at > again.succeeded_at


def test_once_all_that_is_due_is_done_though_some_raises(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = Runs("fetch_lists", "sign_log")
    monkeypatch.setattr(schedule, "TASKS", tuple(task._replace(run=runs.of(task.name)) for task in TASKS))
    for name, (loop, method) in LOOPS.items():
        monkeypatch.setattr(loop, method, runs.of(name))
    with structlog.testing.capture_logs():
        assert scheduler.work(settings, sessionmaker(), threading.Event(), is_once=True) == ["fetch_lists", "sign_log"]
    assert set(runs.counts) == {*NAMES, *LOOPS}
