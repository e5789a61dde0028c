"""Limits and readiness of a served process: a database that does not answer, a server that is told to stop, a full disk."""

import errno
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from sqlalchemy import text

from registry.app import limits_of
from registry.core.clock import now
from registry.core.db.engine import engine_for
from registry.core.heartbeats import TaskProgress, beat
from registry.core.settings import Edge, Settings
from registry.http.transaction import services
from tests.conftest import Database
from tests.log.witnesses.guarding import running_witness
from tests.postgres import Server
from tests.serving import command, environment, serve
from tests.waiting import until

DATABASE_SECONDS = 2
MAX_SECONDS = 8.0
"""The limit of a request's statement, the server's own readiness for the next look, and a busy machine."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.thaw()
    server.remove()


def timed(url: str) -> tuple[int, float]:
    began = time.monotonic()
    status = requests.get(url, timeout=60).status_code
    return status, time.monotonic() - began


@pytest.mark.thorough
@pytest.mark.slow
def test_a_frozen_database_holds_no_request_for_long_and_the_process_comes_back(server: Server, tmp_path: Path) -> None:
    settings = Settings(
        home=tmp_path / "home", database_url=server.url("postgres"), edges=frozenset({Edge.API}), rate=10**6
    )
    paths = ["/api/v1/verify?registration_number=X-1&country=SK", "/api/v1/coverage"]
    with serve(settings, extra={"REGISTRY_DATABASE_SECONDS": str(DATABASE_SECONDS)}) as served:
        assert [timed(served.base_url + path)[0] for path in (*paths, "/ready")] == [200, 200, 200]
        assert requests.get(f"{served.base_url}/ready", timeout=30).json()["standby"] == "none"
        server.freeze()
        with ThreadPoolExecutor(24) as pool:
            answers = list(pool.map(timed, [served.base_url + path for path in paths * 12]))
            probes = list(pool.map(timed, [served.base_url + path for path in ("/live", "/ready")]))
        assert {status for status, _ in answers} == {503}
        assert max(seconds for _, seconds in answers) < MAX_SECONDS
        assert [status for status, _ in probes] == [200, 503]
        assert max(seconds for _, seconds in probes) < MAX_SECONDS
        server.thaw()
        until(lambda: [timed(served.base_url + path)[0] for path in (*paths, "/ready")] == [200, 200, 200])


@pytest.mark.slow
def test_a_server_told_to_stop_is_not_ready_first(settings: Settings) -> None:
    with serve(settings, extra={"REGISTRY_DRAIN_SECONDS": "3"}) as served:
        assert requests.get(f"{served.base_url}/ready", timeout=30).json()["status"] == "ready"
        served.process.send_signal(signal.SIGTERM)
        until(lambda: requests.get(f"{served.base_url}/ready", timeout=30).json()["status"] == "draining")
        assert requests.get(f"{served.base_url}/ready", timeout=30).status_code == 503
        assert requests.get(f"{served.base_url}/api/v1/coverage", timeout=30).status_code == 200
        assert served.process.wait(30) == 0


@pytest.mark.slow
def test_readiness_and_metrics_say_how_log_and_worker_stand(settings: Settings) -> None:
    with serve(replace(settings, has_metrics=True), "--with-worker") as served:
        until(
            lambda: (
                requests.get(f"{served.base_url}/ready", timeout=30).json()["worker"]["seconds_since_beat"] is not None
            )
        )
        report = requests.get(f"{served.base_url}/ready", timeout=30).json()
        assert report["log"] == {"entries": 0, "signed": 0, "shown": 0, "witnesses": "none", "not_signed": None}
        assert report["worker"]["seconds_since_beat"] < 60
        assert (report["scanner"], report["unconfined"]) == ("none", None)
        assert "scanner    none: attachments are not scanned for viruses (REGISTRY_CLAMD)" in served.printed()
        metrics = requests.get(f"{served.base_url}/metrics", timeout=30).text
    for name in (
        "registry_database_up 1",
        "registry_log_signed 0",
        "registry_worker_beat_seconds ",
        "connections_in_use ",
    ):
        assert name in metrics


@pytest.mark.own_app
def test_readiness_and_metrics_name_tasks_in_trouble_and_lookups_stay(
    settings: Settings, make_app: Callable[[Settings], Flask]
) -> None:
    app, at = make_app(replace(settings, has_metrics=True)), now()
    with services(app).sessions.begin() as session:
        beat(
            session,
            at,
            [
                TaskProgress("apply_ordered", None, at, 3, at, at + timedelta(hours=1)),
                TaskProgress("sign_log", at, None, 0, at - timedelta(hours=1), at - timedelta(minutes=5)),
                TaskProgress("purge_cases", at, None, 0, at, at + timedelta(hours=1)),
            ],
        )
    ready = app.test_client().get("/ready")
    assert ready.status_code == 200
    assert (ready.json["worker"]["failing"], ready.json["worker"]["late"]) == ({"apply_ordered": 3}, ["sign_log"])
    metrics = app.test_client().get("/metrics").text.splitlines()
    assert {
        "registry_tasks_failing 1", "registry_tasks_late 1", 'registry_task_failures{task="apply_ordered"} 3',
        'registry_task_late{task="sign_log"} 1',
    } <= set(metrics)  # fmt: skip


@pytest.mark.thorough
@pytest.mark.slow
def test_readiness_says_why_nothing_is_signed(settings: Settings, tmp_path: Path) -> None:
    settings.prepare_home()
    demo = command("demo", "load", env=environment(settings, 8000))
    assert demo.returncode == 0, demo.stderr
    with running_witness(tmp_path / "witness") as witness:
        witness.write_policy(settings)
        extra = {"REGISTRY_LOG_GUARD": "witness:w1"}
        with serve(replace(settings, has_metrics=True), "--with-worker", extra=extra) as served:

            def log_report() -> dict[str, Any]:
                return dict(requests.get(f"{served.base_url}/ready", timeout=30).json()["log"])

            # The policy is appended, and no head of it stands anywhere before the witness has it.
            until(lambda: log_report()["not_signed"])
            report = log_report()
            assert "the witness w1, which has each head first, does not cosign" in report["not_signed"]
            assert report["signed"] < report["entries"]
            assert "registry_log_refused 1" in requests.get(f"{served.base_url}/metrics", timeout=30).text
            assert requests.get(f"{served.base_url}/ready", timeout=30).status_code == 200
            witness.start(requests.get(f"{served.base_url}/log/vkey", timeout=30).text.split())
            until(lambda: log_report()["not_signed"] is None)
            assert log_report()["signed"] >= report["entries"]


@pytest.mark.slow
def test_no_worker_dies_of_a_full_disk(settings: Settings) -> None:
    settings.prepare_home()
    demo = command("demo", "load", env=environment(settings, 8000))
    assert demo.returncode == 0, demo.stderr
    # A stand-in for a disk that takes nothing: what was signed cannot be remembered.
    path = settings.home / "log"
    if path.is_dir():
        (path / "last-signed").rename(settings.home / "last-signed")
        path.rmdir()
    path.symlink_to("/dev/full")
    done = command("worker", "--once", env=environment(settings, 8000))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.own_app
def test_a_disk_that_takes_nothing_is_503_with_words(settings: Settings, make_app: Callable[[Settings], Flask]) -> None:
    app = make_app(settings)

    @app.get("/api/v1/full")
    def full() -> str:
        with open("/dev/full", "wb", buffering=0) as file:
            file.write(b"1")
        return "kept"

    answer = app.test_client().get("/api/v1/full")
    assert (answer.status_code, answer.json["code"]) == (503, "files_unavailable")
    assert "nothing was kept" in answer.json["detail"]
    assert os.strerror(errno.ENOSPC) not in answer.text


@pytest.mark.both_databases
def test_ones_own_options_count_more_than_ours(database: Database, settings: Settings) -> None:
    if database.kind == "sqlite":
        return

    def settings_of(url: str) -> tuple[str, str, str]:
        engine = engine_for(url, limits=limits_of(settings))
        with engine.connect() as connection:
            found = [
                connection.scalar(text(f"SHOW {name}"))
                for name in ("statement_timeout", "idle_in_transaction_session_timeout", "application_name")
            ]
        engine.dispose()
        return found[0], found[1], found[2]

    assert settings_of(database.url)[:2] == ("5s", "1min")
    own = f"{database.url}&options=-c%20statement_timeout%3D1234&application_name=mine"
    assert settings_of(own) == ("1234ms", "1min", "mine")


@pytest.mark.slow
@pytest.mark.one_database
def test_a_killed_server_leaves_no_process_that_answers(settings: Settings) -> None:
    with serve(settings) as served:
        os.kill(served.process.pid, signal.SIGKILL)
        until(lambda: is_refused(f"{served.base_url}/live"))


def is_refused(url: str) -> bool:
    try:
        requests.get(url, timeout=5)
    except requests.ConnectionError:
        return True
    return False
