"""A flood of searches, idle connections and few descriptors, against a served process: lookups and probes are answered."""

import os
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy import text

from registry.core.db.engine import engine_for
from registry.core.settings import Edge, Settings
from tests.http.sockets import JSON, get, head, opened, post, read_answer
from tests.postgres import Server
from tests.serving import Served, serve
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.one_database]

BY_NUMBER = "/api/v1/verify?registration_number=X-1&country=SK"
BY_NAME = "/api/v1/verify?name=Invented"
QUESTION = b'{"registration_number": "X-1", "country": "SK"}'
AT_ONCE = 3.0
"""Seconds: what waits behind others takes five, or is refused."""


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.remove()


@pytest.mark.thorough
def test_lookups_are_answered_beside_a_flood_of_searches(server: Server, tmp_path: Path) -> None:
    url = server.url("postgres")
    settings = Settings(
        home=tmp_path / "home", database_url=url, edges=frozenset({Edge.API}), rate=10**6, has_metrics=True
    )
    engine = engine_for(url)
    with serve(settings, extra={"REGISTRY_DATABASE_SECONDS": "60"}) as served, ExitStack() as ends:
        with engine.begin() as locking:
            # Whatever looks names up waits as long as this lasts.
            locking.execute(text("LOCK TABLE indexed_names, name_buckets, name_postings, agency_names"))
            search = head(served, "GET", BY_NAME, {})
            # Those that are served first are the first of the list: connections opened at once are taken in any order.
            searches = [ends.enter_context(opened(served, search)) for _ in range(6)]
            until(lambda: ready(served)["lanes"]["others"]["busy"] == 6)
            searches += [ends.enter_context(opened(served, search)) for _ in range(14)]
            assert ready(served)["lanes"]["lookups"]["busy"] == 0
            began = time.monotonic()
            answers = [get(served, path) for path in (BY_NUMBER, "/ranges/current", "/status/1") * 3]
            answers.append(post(served, "/api/v1/verify", JSON | {"Content-Length": str(len(QUESTION))}, QUESTION))
            assert [answer.status for answer in (*answers[::3], answers[-1])] == [200] * 5
            # No range file and no status list was made here, and the answers say so.
            assert "too_busy" not in {answer.code for answer in answers if answer.status != 200}
            assert time.monotonic() - began < AT_ONCE
            # Who leaves is not answered; who waits is told, and both are counted.
            for line in searches[6:12]:
                line.close()
            until(lambda: shed(served)["gone"] == 6)
            until(lambda: shed(served)["no_thread"] == 8)
            assert [read_answer(line).status for line in searches[12:]] == [503] * 8
            assert requests.get(f"{served.base_url}/ready", timeout=30).status_code == 200
        assert [read_answer(line).status for line in searches[:6]] == [200] * 6
        assert '"no_thread":' in served.printed()
    engine.dispose()


@pytest.fixture
def small(settings: Settings) -> Iterator[Served]:
    """A server that holds a hundred connections."""
    with serve(settings, extra={"REGISTRY_CONNECTIONS": "100", "REGISTRY_METRICS": "on"}) as served:
        yield served


def test_idle_connections_keep_no_one_out(small: Served) -> None:
    with ExitStack() as ends:
        crowd(small, ends, 400)
        assert_answers(small)
        assert shed(small)["idle"] > 200


def test_with_few_descriptors_left_it_answers_and_tells(settings: Settings) -> None:
    with serve(settings, extra={"REGISTRY_METRICS": "on"}) as served, ExitStack() as ends:
        assert get(served, BY_NUMBER).status == 200
        (child,) = Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
        limit = len(os.listdir(f"/proc/{child}/fd")) + 40
        resource.prlimit(int(child), resource.RLIMIT_NOFILE, (limit, limit))
        crowd(served, ends, 200)
        assert_answers(served)
        assert ready(served)["descriptors"]["limit"] == limit


def test_a_connection_with_a_request_is_left_alone(small: Served) -> None:
    with ExitStack() as ends:
        body = JSON | {"Content-Length": str(len(QUESTION))}
        unfinished = ends.enter_context(opened(small, head(small, "POST", "/api/v1/verify", body), QUESTION[:10]))
        crowd(small, ends, 200)
        until(lambda: shed(small)["idle"] > 50)
        unfinished.sendall(QUESTION[10:])
        assert read_answer(unfinished).status == 200


def crowd(served: Served, ends: ExitStack, count: int) -> None:
    """Connections that say nothing, more than the process holds."""
    port = int(served.base_url.rpartition(":")[2])
    for _ in range(count):
        line = ends.enter_context(socket.socket())
        line.setblocking(False)
        line.connect_ex(("127.0.0.1", port))


def assert_answers(served: Served) -> None:
    for path in ("/ready", BY_NUMBER, "/ready"):
        began = time.monotonic()
        assert get(served, path).status == 200
        assert time.monotonic() - began < AT_ONCE


def ready(served: Served) -> dict[str, Any]:
    return dict(requests.get(f"{served.base_url}/ready", timeout=30).json())


def shed(served: Served) -> dict[str, int]:
    """What was shed, by reason."""
    counts = dict.fromkeys(("gone", "idle", "no_thread"), 0)
    for line in get(served, "/metrics").body.decode().splitlines():
        if line.startswith("registry_shed_total{"):
            counts[line.split('"')[1]] += int(float(line.split()[1]))
    return counts
