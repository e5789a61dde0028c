"""Traces tell names, codes and durations. What people ask and write is in no span, nor in anything else that is exported."""

import secrets
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.settings import Edge, Settings
from tests.api.complaints.conftest import make_unit
from tests.collector import Collector, running_collector
from tests.complaints.complainant import Complainant, by_socket
from tests.serving import command, environment, serve
from tests.waiting import until

QUICK = {"OTEL_BSP_SCHEDULE_DELAY": "200"}

KEYS = {
    "http.request.method", "http.response.status_code", "http.route", "registry.request_id", "registry.waited_ms",
    "db.system.name", "db.operation.name", "error.type", "registry.lane",
}  # fmt: skip
"""All that a span may say beside its name."""

TRACE, PARENT, ASKED = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", "0af7651916cd43dd8448eb211c80319c"


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: one.value.string_value or one.value.int_value for one in span.attributes}


class Planted:
    def __init__(self) -> None:
        self.words: list[str] = []

    def __call__(self) -> str:
        self.words.append(f"canary{secrets.token_hex(8)}")
        return self.words[-1]


def ask_and_file(base_url: str, planted: Planted, database: Path) -> None:
    """Lookups, pages, wrong addresses and a complaint, with a word of its own in each place where people write."""
    sent = {
        "User-Agent": planted(), "X-Forwarded-For": planted(), "Cookie": f"a={planted()}", "Referer": f"http://{planted()}/",
        "traceparent": f"00-{TRACE}-{PARENT}-01", "tracestate": f"x={planted()}", "baggage": f"y={planted()}",
        "X-Request-Id": ASKED,
    }  # fmt: skip
    verify = f"{base_url}/api/v1/verify"
    assert requests.get(verify, params={"registration_number": planted(), "country": "SK"}, headers=sent, timeout=60).ok
    requests.get(verify, params={"licence_number": planted(), "authority": planted()}, timeout=60)
    requests.post(verify, json={"name": planted(), "country": "SK"}, timeout=60)
    requests.get(f"{base_url}/en/", params={"q": planted()}, timeout=60)
    requests.get(f"{base_url}/api/v1/agencies", params={"name": planted()}, timeout=60)
    requests.get(f"{base_url}/api/v1/agencies/{planted()}", timeout=60)
    requests.get(f"{base_url}/{planted()}/{planted()}", timeout=60)
    requests.request(planted().upper(), base_url, timeout=60)
    requests.get(f"{base_url}/api/v1/organisation", headers={"Authorization": f"Bearer {planted()}"}, timeout=60)
    requests.post(
        f"{base_url}/console/sign-in", data={"email": f"{planted()}@x.example", "password": planted()}, timeout=60
    )
    complainant = Complainant(by_socket(base_url))
    complainant.filed(account=planted(), agency={"name": planted()}, contact={"how": "wechat", "address": planted()})
    planted.words += [complainant.receipt, complainant.token]
    # What fails through us is told by its route, and a task of the worker by its name.
    with sqlite3.connect(database) as connection:
        connection.execute("ALTER TABLE messages RENAME TO messages_elsewhere")
        connection.execute("ALTER TABLE pending_imports RENAME TO pending_elsewhere")
    failed = complainant.send("POST", "/messages", json={"text": planted()})
    assert failed.status == 503


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_spans_hold_routes_and_codes_and_nothing_that_was_planted(
    settings: Settings, session: Session, sealer: Sealer, tmp_path: Path
) -> None:
    make_unit(session, sealer)
    assert settings.database_file is not None
    planted = Planted()
    with running_collector(tmp_path / "collector") as collector:
        traced = {**QUICK, "REGISTRY_TRACES_URL": collector.url}
        with serve(replace(settings, edges=frozenset(Edge)), "--with-worker", extra=traced) as served:
            ask_and_file(served.base_url, planted, settings.database_file)
            until(lambda: {"POST /api/v1/complaints/messages", "GET /api/v1/verify"} <= names(collector))
            until(lambda: "task apply_ordered" in names(collector))
        spans = collector.spans()
        everything = b"".join(collector.received())
    assert {key for span in spans for key in attributes(span)} <= KEYS
    assert not [event for span in spans for event in span.events]
    assert [word for word in planted.words if word.encode() in everything] == []
    # A search that finds nothing is known to be able to.
    assert ASKED.encode() in everything
    (verify,) = [span for span in spans if attributes(span).get("registry.request_id") == ASKED]
    assert (verify.trace_id.hex(), verify.parent_span_id.hex(), verify.trace_state) == (TRACE, PARENT, "")
    (failed,) = [span for span in spans if span.name.startswith("POST /api/v1/complaints")]
    assert attributes(failed)["http.response.status_code"] == 503
    # Each statement of a request stands under it; the intake's have none, and their requests neither.
    ids = {span.span_id for span in spans if "http.request.method" in attributes(span)}
    statements = [span for span in spans if "db.operation.name" in attributes(span)]
    assert statements
    assert {span.parent_span_id for span in statements} <= ids - {failed.span_id}


def names(collector: Collector) -> set[str]:
    return {span.name for span in collector.spans()}


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_nothing_of_it_is_imported_unless_a_collector_is_named(settings: Settings) -> None:
    program = (
        "import os, sys; from registry.app import create_app; from registry.core.settings import Settings; "
        "create_app(Settings.from_environment(os.environ)); "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(settings, 8000),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout == "[]\n"


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_collector_that_is_away_delays_no_answer(settings: Settings) -> None:
    # When the server stops, it tries no longer than a second to be rid of the last ones.
    away = {"REGISTRY_TRACES_URL": "http://127.0.0.1:9", "OTEL_EXPORTER_OTLP_TIMEOUT": "1"}
    with serve(settings, extra=QUICK | away) as served:
        for _ in range(20):
            assert requests.get(f"{served.base_url}/api/v1/coverage", timeout=5).ok


def test_an_address_that_is_none_is_refused_with_what_to_write() -> None:
    wrong = command("worker", "--once", env={"REGISTRY_TRACES_URL": "collector:4318"})
    assert wrong.returncode == 2
    assert "REGISTRY_TRACES_URL" in wrong.stderr
    assert "http://127.0.0.1:4318" in wrong.stderr
