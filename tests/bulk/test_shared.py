"""Jobs on two machines with one database and one bucket: any machine takes, answers and gives out any list."""

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Edge, Settings
from tests import make
from tests.complaints.object_store import ObjectServer, object_server
from tests.postgres import Server
from tests.serving import Process, Served, command, environment, serve
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.thorough]

URL = "/api/v1/verification-jobs"
ROWS = 2000


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.remove()


def store_of(objects: ObjectServer) -> dict[str, str]:
    bucket = objects.bucket
    return {
        "REGISTRY_FILES": f"s3://{bucket.name}/{bucket.prefix}",
        "REGISTRY_S3_ENDPOINT": str(bucket.endpoint),
        "REGISTRY_S3_KEY": "name",
        "REGISTRY_S3_SECRET": "secret",
    }


@contextmanager
def worker(settings: Settings, extra: dict[str, str]) -> Iterator[Process]:
    process = Process(["worker"], environment(settings, 8000, extra), settings.home / "worker.out")
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_a_job_needs_no_machine_of_its_own(server: Server, tmp_path: Path) -> None:
    first = Settings(
        home=tmp_path / "first", database_url=server.url("postgres"), edges=frozenset({Edge.API}), rate=10**6
    )
    second = replace(first, home=tmp_path / "second")
    engine = engine_for(first.database_url)
    with sessions_for(engine)() as session:
        make.make_licence(session, number="VYMYSL/1")
        key = make.make_api_key(session, make.make_organisation(session, "Invented Works"))
        session.commit()
    engine.dispose()
    with object_server() as objects:
        extra = store_of(objects)
        first.prepare_home()
        second.prepare_home()
        assert command("keys", "init", env=environment(first, 8000, extra)).returncode == 0
        shutil.copytree(first.keys, second.keys)
        with serve(first, extra=extra) as one, serve(second, extra=extra) as other:
            rows = "".join(f"{number},VYMYSL/1\n" for number in range(ROWS))
            at = sent(one, key, "ref,permit\n" + rows)
            # Its columns are looked at on the other machine, and a worker that has no such list answers it.
            assert ask(other, key, "GET", at).json()["columns"] == {"key": "ref", "licence_number": "permit"}
            assert ask(other, key, "POST", f"{at}/start").json()["state"] == "queued"
            with worker(second, extra):
                until(lambda: ask(one, key, "GET", at).json()["state"] == "done")
            csv = [ask(served, key, "GET", f"{at}/results/csv").content for served in (one, other)]
            assert csv[0] == csv[1]
            assert len(set(csv[0].splitlines())) == ROWS + 1
            # A machine that lost its disk gives them out again; the bucket's keeper reads nothing.
            shutil.rmtree(first.home / "bulk")
            assert ask(one, key, "GET", f"{at}/results/csv").content == csv[0]
            stored = [name for name in objects.names() if "/bulk/" in name]
            assert stored
            assert not any(b"VYMYSL" in objects.body(name) for name in stored)
            assert ask(one, key, "DELETE", at).status_code == 204
            assert not [name for name in objects.names() if "/bulk/" in name]

            # A machine dies in the middle: the other one answers all of it, and no row twice.
            many = 10 * ROWS
            at = sent(one, key, "ref,permit\n" + "".join(f"{number},VYMYSL/1\n" for number in range(many)))
            assert ask(one, key, "POST", f"{at}/start").status_code == 202
            with worker(second, extra) as dying:
                until(lambda: ask(one, key, "GET", at).json()["rows_done"])
                os.killpg(dying.pid, signal.SIGKILL)
                dying.wait(60)
            shutil.rmtree(second.home / "bulk")
            assert ask(one, key, "GET", at).json()["rows_done"] < many
            with worker(first, extra):
                until(lambda: ask(other, key, "GET", at).json()["state"] == "done")
            done = ask(other, key, "GET", f"{at}/results/csv").content.splitlines()
            assert (len(done), len(set(done))) == (many + 1, many + 1)


def ask(served: Served, key: str, method: str, path: str, **more: Any) -> requests.Response:
    headers = {"Authorization": f"Bearer {key}", **more.pop("headers", {})}
    return requests.request(method, served.base_url + path, headers=headers, timeout=60, **more)


def sent(served: Served, key: str, body: str) -> str:
    """The address of a job whose columns are corrected."""
    made = ask(served, key, "POST", URL, data=body, headers={"Content-Type": "text/csv"})
    assert made.status_code == 201, made.text
    at = f"{URL}/{made.json()['job_id']}"
    columns = {"kind": "verification", "columns": {"key": "ref", "licence_number": "permit"}}
    corrected = ask(served, key, "PUT", f"{at}/columns", json=columns | {"constants": make.CZECH_AT_HOME})
    assert corrected.status_code == 200, corrected.text
    return at
