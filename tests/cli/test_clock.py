"""A machine whose clock is wrong destroys, signs and dates nothing; once it is set, all goes on."""

import itertools
import json
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from subprocess import CompletedProcess
from typing import NamedTuple
from weakref import WeakKeyDictionary

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from registry.complaints.sealing.models import WrappedKey
from registry.complaints.sealing.sealer import Sealer
from registry.core import heartbeats
from registry.core.clock import instant_text, now
from registry.core.errors import ClockWrong
from registry.core.heartbeats import WorkerBeat
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.http.metrics import gauges
from registry.http.transaction import services
from registry.log import clock_check
from registry.log.actions import Draft, append
from registry.log.clock_check import require_near
from registry.log.models import Checkpoint, Entry, LogState
from registry.vocabulary.cases import CaseState
from registry.worker import tasks
from tests.complaints.filing import file, make_units
from tests.complaints.officers import CARLA, go
from tests.conftest import Database
from tests.moved_clock import moved
from tests.serving import command, environment
from tests.thorough import POSTGRESQL_IS_THOROUGH

pytestmark = [pytest.mark.real_clock, pytest.mark.both_databases]

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def run(*arguments: str, env: Mapping[str, str], typed: str = "") -> CompletedProcess[str]:
    """A command from nothing, for a clock is moved where a process begins."""
    return subprocess.run(
        [sys.executable, "-m", "registry.cli", *arguments],
        env=env, input=typed, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def publish(session: Session) -> datetime:
    at = append(session, [Draft("A", "test", {})]).at
    session.commit()
    return at


def forget_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was published looked at the clock just now."""
    monkeypatch.setattr(clock_check, "_looks", WeakKeyDictionary())


@pytest.mark.parametrize("right_looks", range(5))
def test_a_clock_that_is_set_while_it_is_compared_is_not_right(
    right_looks: int, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(session)
    forget_looks(monkeypatch)
    looks = itertools.count()
    set_meanwhile = lambda: now() + (400 * DAY if next(looks) >= right_looks else timedelta())  # noqa: E731
    monkeypatch.setattr(clock_check, "now", set_meanwhile)
    assert clock_check.recent_report(session).trouble is not None
    # Nor is it remembered as one that was right.
    assert clock_check.recent_report(session).trouble is not None


def test_a_clock_that_is_set_at_each_look_is_wrong(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(session)
    forget_looks(monkeypatch)
    looks = itertools.count()
    monkeypatch.setattr(clock_check, "now", lambda: now() + next(looks) * 2 * SECOND)
    assert "again and again" in (clock_check.recent_report(session).trouble or "")


@POSTGRESQL_IS_THOROUGH
@pytest.mark.slow
def test_a_worker_that_is_400_days_ahead_does_nothing(session: Session, settings: Settings, database: Database) -> None:
    env = environment(settings, settings.port)
    sealer = Sealer(Keyring(settings.keys))
    make_units(session, sealer)
    closed = file(session, sealer, at=now()).case
    go(session, sealer, CARLA, closed, CaseState.IN_TRIAGE, CaseState.INVESTIGATING, CaseState.CLOSED, at=now())
    publish(session)
    assert command("worker", "--once", env=env).returncode == 0
    before = what_there_is(session)
    # To be signed, and told.
    publish(session)
    there = what_there_is(session)
    done = run("worker", "--once", env=moved(env, 400 * DAY))
    assert done.returncode == 2, done.stdout + done.stderr
    trouble = (
        "34560000 s ahead of the database's" if database.kind == "postgresql" else "400 days after the newest entry"
    )
    assert trouble in done.stderr
    assert "clock_wrong" in done.stdout
    assert what_there_is(session) == there
    # Who purges by hand there is refused too.
    refused = run("cases", "purge", env=moved(env, 400 * DAY))
    assert (refused.returncode, trouble in refused.stderr) == (2, True)
    assert what_there_is(session) == there
    # By the right clock all goes on.
    done = command("worker", "--once", env=env)
    assert done.returncode == 0, done.stdout + done.stderr
    after = what_there_is(session)
    assert after.keys == before.keys
    assert after.signed == after.entries > before.signed
    assert after.newest < now()


class Found(NamedTuple):
    """What a wrong clock could destroy, sign or date."""

    keys: int
    entries: int
    newest: datetime
    signed: int
    signed_at: datetime
    beat_at: datetime


def what_there_is(session: Session) -> Found:
    queries = (
        select(func.count()).select_from(WrappedKey),
        select(func.count()).select_from(Entry),
        select(func.max(Entry.at)),
        select(func.max(Checkpoint.size)),
        select(func.max(Checkpoint.signed_at)),
        select(func.max(WorkerBeat.beat_at)).where(WorkerBeat.clock_offset.is_(None)),
    )
    found = Found(*(session.execute(query).scalar_one() for query in queries))
    # It holds SQLite's lock no longer.
    session.rollback()
    return found


@pytest.mark.parametrize("minutes", [-30, 30])
def test_half_an_hour_off(session: Session, app: Flask, client: FlaskClient, database: Database, minutes: int) -> None:
    publish(session)
    sessions = services(app).sessions
    report = client.get("/ready").json
    assert (report["status"], report["clock"]["trouble"]) == ("ready", None)
    assert abs(report["clock"]["offset_seconds"]) < 5
    with time_machine.travel(now() + timedelta(minutes=minutes)):
        answer = client.get("/ready")
        if database.kind == "sqlite" and minutes > 0:
            # As a machine that was switched off for half an hour.
            assert (answer.status_code, tasks.may_run(sessions)) == (200, True)
            return
        assert (answer.status_code, answer.json["status"]) == (503, "unavailable")
        assert round(answer.json["clock"]["offset_seconds"] / 60) == minutes
        assert "set " in answer.json["clock"]["trouble"]
        with pytest.raises(ClockWrong, match="nothing was changed"):
            publish(session)
        session.rollback()
        assert not tasks.may_run(sessions)
        if database.kind == "postgresql":
            # What a restore asks first.
            with pytest.raises(ClockWrong, match="the database's"):
                require_near(session)
        # A mail about danger goes by the database's clock, where there is one.
        assert tasks.may_run(sessions, "remind_of_cases") is (database.kind == "postgresql")
    if database.kind == "postgresql":
        worker = client.get("/ready").json["worker"]
        assert round(worker["clock_offset_seconds"] / 60) == minutes
        assert worker["seconds_since_beat"] is None
    assert client.get("/ready").status_code == 200
    assert tasks.may_run(sessions)
    publish(session)


def test_three_weeks_switched_off_need_no_hand(session: Session, client: FlaskClient, database: Database) -> None:
    publish(session)
    if database.kind == "postgresql":
        # The database's clock does not travel: its newest entry was written three weeks ago.
        state = session.execute(select(LogState)).scalar_one()
        state.last_at = now() - 21 * DAY
        assert client.get("/ready").status_code == 200
        return
    with time_machine.travel(now() + 21 * DAY):
        assert client.get("/ready").status_code == 200
        publish(session)


def test_a_beat_from_the_future_is_an_alarm(session: Session, app: Flask, client: FlaskClient) -> None:
    heartbeats.beat(session, now() - timedelta(minutes=10))
    session.add(WorkerBeat(worker="ahead", beat_at=now() + 400 * DAY))
    report = client.get("/ready").json
    assert 600 <= report["worker"]["seconds_since_beat"] < 660
    assert round(report["worker"]["beat_seconds_ahead"] / 86400) == 400
    assert report["status"] == "unavailable"
    assert "before the newest entry or beat" in report["clock"]["trouble"]
    assert "registry clock accept" in report["clock"]["trouble"]
    metrics = dict(line.split() for line in gauges(app, {}).decode().splitlines() if not line.startswith("#"))
    assert round(float(metrics["registry_worker_beat_ahead_seconds"]) / 86400) == 400
    assert round(float(metrics["registry_clock_offset_seconds"]) / 86400) == -400
    assert float(metrics["registry_worker_beat_seconds"]) >= 600
    assert float(metrics["registry_clock_wrong"]) == 1
    # With no other beat than that, no worker is known to be there.
    session.execute(delete(WorkerBeat).where(WorkerBeat.worker != "ahead"))
    assert client.get("/ready").json["worker"]["seconds_since_beat"] is None
    assert "registry_worker_beat_seconds +Inf" in gauges(app, {}).decode()


def test_an_operator_accepts_a_clock(
    session: Session, settings: Settings, client: FlaskClient, database: Database
) -> None:
    """An entry and a beat from the future stay behind by a wrong clock; who says what day it is goes on."""
    future = now() + 400 * DAY
    publish(session)
    state = session.execute(select(LogState)).scalar_one()
    state.last_at = future
    session.add(WorkerBeat(worker="ahead", beat_at=future))
    assert client.get("/ready").status_code == 503
    env = environment(settings, settings.port)
    wrong = command("clock", "accept", "--today", f"{future:%Y-%m-%d}", env=env)
    assert (wrong.returncode, "nothing was changed" in wrong.stderr) == (2, True)
    assert client.get("/ready").status_code == 503
    done = command("clock", "accept", "--today", f"{now():%Y-%m-%d}", env=env)
    assert done.returncode == 0, done.stderr
    assert f"The newest entry says {future:%Y-%m-%d}" in done.stdout
    session.expire_all()
    assert client.get("/ready").status_code == 200
    assert client.get("/ready").json["worker"]["beat_seconds_ahead"] is None
    # The order of entries holds: those that follow bear nearly its instant, and are no new trouble.
    assert [publish(session), publish(session)] == [future + timedelta(microseconds=count) for count in (1, 2)]
    assert client.get("/ready").status_code == 200
    again = command("clock", "accept", "--today", f"{now():%Y-%m-%d}", env=env)
    assert "nothing to accept" in again.stdout
    # Another clock that goes wrong afterwards is noticed.
    state = session.execute(select(LogState)).scalar_one()
    state.last_at = future + DAY
    assert client.get("/ready").status_code == 503


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_backup_of_some_weeks_ago_is_restored_with_todays_date(
    session: Session, settings: Settings, tmp_path: Path
) -> None:
    publish(session)
    # All of it was written and backed up a month ago.
    session.execute(select(LogState)).scalar_one().last_at = now() - 30 * DAY
    session.commit()
    env = environment(settings, settings.port)
    folder, empty = tmp_path / "backup", tmp_path / "empty"
    assert command("backup", str(folder), env=env).returncode == 0
    manifest = folder / "manifest.json"
    stated = json.loads(manifest.read_text())
    manifest.write_text(json.dumps(stated | {"made_at": instant_text(now() - 30 * DAY)}))
    empty.mkdir()
    env |= {"REGISTRY_HOME": str(empty), "REGISTRY_DATABASE_URL": f"sqlite:///{empty}/registry.sqlite3"}
    wrong = command("restore", str(folder), "--today", "2020-01-01", env=env)
    assert (wrong.returncode, "nothing was changed" in wrong.stderr) == (2, True)
    assert list(empty.iterdir()) == []
    done = command("restore", str(folder), "--today", f"{now():%Y-%m-%d}", env=env)
    assert done.returncode == 0, done.stderr
    assert command("clock", "show", env=env).returncode == 0


def test_where_both_clocks_are_there_none_is_accepted(session: Session, settings: Settings, database: Database) -> None:
    if database.kind != "postgresql":
        return
    publish(session)
    env = environment(settings, settings.port)
    done = run("clock", "accept", "--today", f"{now():%Y-%m-%d}", env=moved(env, timedelta(minutes=30)))
    assert done.returncode == 2
    assert "1800 s ahead of the database's" in done.stderr


def test_a_look_counts_for_a_minute_unless_the_clock_is_set(session: Session, app: Flask) -> None:
    publish(session)
    sessions = services(app).sessions
    assert tasks.may_run(sessions)
    state = session.execute(select(LogState)).scalar_one()
    state.last_at = datetime(2100, 1, 1, tzinfo=UTC)
    session.commit()
    assert tasks.may_run(sessions)
    with time_machine.travel(now() + timedelta(seconds=5)):
        assert not tasks.may_run(sessions)
