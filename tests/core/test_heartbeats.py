"""How a worker's tasks fare is seen by every process on its database."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from registry.core import heartbeats
from registry.core.clock import now
from registry.core.heartbeats import TaskProgress, TaskTroubles, beat, task_troubles

MINUTE = timedelta(minutes=1)


def progress(name: str, failures: int = 0, late_in: timedelta = MINUTE) -> TaskProgress:
    at = now()
    return TaskProgress(name, at - MINUTE, at if failures else None, failures, at + late_in - MINUTE, at + late_in)


def worker(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(heartbeats, "_name", lambda: name)


def test_tasks_that_fail_and_that_are_late_are_named(session: Session) -> None:
    tasks = [progress("b_fails", 3), progress("a_fails", 1), progress("late", late_in=-MINUTE), progress("well")]
    beat(session, now(), tasks)
    assert task_troubles(session, now()) == TaskTroubles({"a_fails": 1, "b_fails": 3}, ("late",))
    # What a beat says takes the place of what the one before it said.
    beat(session, now(), [progress("well")])
    assert task_troubles(session, now()) == TaskTroubles()


def test_no_worker_hides_the_trouble_of_another(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, failures in (("one", 2), ("two", 0)):
        worker(monkeypatch, name)
        beat(session, now(), [progress("sign_log", failures)])
    assert task_troubles(session, now()).failing == {"sign_log": 2}


def test_of_a_worker_that_was_replaced_nothing_is_late(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    worker(monkeypatch, "one")
    beat(session, now() - 3 * MINUTE, [progress("sign_log", 1, -MINUTE)])
    assert task_troubles(session, now() - 2 * MINUTE).failing == {"sign_log": 1}
    worker(monkeypatch, "two")
    beat(session, now(), [progress("sign_log")])
    assert task_troubles(session, now()) == TaskTroubles()


def test_where_no_worker_is_left_all_tasks_are_late_in_their_time(session: Session) -> None:
    beat(session, now(), [progress("soon", late_in=MINUTE), progress("daily", late_in=100 * MINUTE)])
    assert task_troubles(session, now() + MINUTE).late == ()
    assert task_troubles(session, now() + 10 * MINUTE).late == ("soon",)


def test_what_a_worker_said_is_forgotten_with_its_beat(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    worker(monkeypatch, "one")
    beat(session, now() - heartbeats.MAX_AGE - MINUTE, [progress("sign_log", 1)])
    worker(monkeypatch, "two")
    beat(session, now())
    assert session.query(heartbeats.WorkerTask).count() == 0
