"""The event stream from a process of its own: who may listen, what is sent, and where it resumes."""

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
import requests
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import day_at, now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.organisations import keys
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.organisations import Scope
from registry.vocabulary.register import HolderKind, LicenceStatus
from registry.watches.feed import cursor_of
from registry.watches.stream import CHANGES_PATH, HEARTBEAT, MAX_EACH, MAX_FROM_NETWORK
from tests.make import (
    ZONES,
    changed,
    licence_record,
    make_agency,
    make_api_key,
    make_organisation,
    organisation_call,
    status_record,
    suspend,
)
from tests.moved_clock import COUNTRIES, ONE_MOMENT, OTHER_MOMENTS, moved
from tests.serving import Process, environment, free_port
from tests.thorough import thorough
from tests.watches.making import fan_out_committed, make_watch

pytestmark = pytest.mark.slow

PATH = "/api/v1/events/stream"


@pytest.fixture
def streaming(settings: Settings, session: Session) -> Iterator[str]:
    """The address of `registry stream` on the test's database."""
    port = free_port()
    settings.prepare_home()
    process = Process(["stream", "--port", str(port)], environment(settings, port), settings.home / "stream.out")
    try:
        yield await_stream(process, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@contextmanager
def streaming_with(env: Mapping[str, str], port: int) -> Iterator[str]:
    """As `streaming`, from nothing, for a clock is moved where a process begins."""
    command = [sys.executable, "-m", "registry.cli", "stream", "--port", str(port)]
    with subprocess.Popen(command, env=env) as process:
        try:
            yield await_stream(process, port)
        finally:
            process.terminate()


def await_stream(process: Process | subprocess.Popen[bytes], port: int) -> str:
    """The stream's address, once it answers."""
    end = time.monotonic() + 120
    while True:
        try:
            requests.get(f"http://127.0.0.1:{port}/", timeout=30)
            return f"http://127.0.0.1:{port}{PATH}"
        except (requests.ConnectionError, requests.Timeout):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.1)


def listen(url: str, key: str, **headers: str) -> requests.Response:
    return requests.get(url, headers={"Authorization": f"Bearer {key}", **headers}, stream=True, timeout=30)


def next_events(response: requests.Response, count: int) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    event: dict[str, str] = {}
    for line in response.iter_lines(chunk_size=1, decode_unicode=True):
        name, _, value = line.partition(": ")
        if line and name in ("id", "event", "data"):
            event[name] = value
        elif not line and event:
            found.append(event)
            event = {}
        if len(found) == count:
            break
    return found


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_stream_tells_its_own_organisation_and_goes_on_where_it_ended(
    streaming: str, session: Session, keyring: Keyring
) -> None:
    agency = make_agency(session, licences=(licence_record(),)).agency_id
    fan_out_committed(session, keyring)
    ours, theirs = make_organisation(session), make_organisation(session, "Invented Others")
    key, foreign = make_api_key(session, ours), make_api_key(session, theirs)
    narrow = make_api_key(session, ours, Scope.VERIFY)
    make_watch(session, agency, ours.id)
    call = organisation_call(session, ours.id)
    trial = keys.make(call, "trial", [Scope.WATCHES], 30, is_test=True).text
    far, near = (
        keys.make(call, network, [Scope.WATCHES], 30, networks=[network]).text
        for network in ("192.0.2.0/24", "127.0.0.0/8")
    )
    session.commit()
    for sent, status, code in (
        ("rrk_" + "A" * 43, 401, "not_signed_in"),
        (narrow, 403, "scope_missing"),
        (trial, 403, "test_key_on_real_data"),
        (far, 403, "forbidden"),
    ):
        refused = listen(streaming, sent)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    with listen(streaming, near) as bound:
        assert bound.status_code == 200
    stolen = listen(streaming, foreign, **{"Last-Event-ID": cursor_of(keyring, ours.id, 0)})
    assert (stolen.status_code, stolen.json()["code"]) == (400, "invalid_request")
    with listen(streaming, key) as first:
        assert first.headers["content-type"] == "text/event-stream; charset=utf-8"
        suspend(session, agency)
        fan_out_committed(session, keyring)
        (pending,) = next_events(first, 1)
    assert pending["event"] == json.loads(pending["data"])["type"] == "licence.suspended"
    start = {"Last-Event-ID": cursor_of(keyring, ours.id, 0)}
    with listen(streaming, key, **start) as again:
        assert next_events(again, 1) == [pending]
    # Of chosen types alone, from the same place.
    suspend(session, agency, LicenceStatus.ACTIVE)
    fan_out_committed(session, keyring)
    for chosen, told in (
        ("licence.back_in_order", ["licence.back_in_order"]),
        ("licence.suspended,licence.back_in_order", ["licence.suspended", "licence.back_in_order"]),
    ):
        with listen(f"{streaming}?types={chosen}", key, **start) as some:
            assert [one["event"] for one in next_events(some, len(told))] == told
    wrong = listen(f"{streaming}?types=licence.nonsense", key)
    assert (wrong.status_code, wrong.json()["errors"][0]["parameter"]) == (400, "types")
    full = [listen(streaming, foreign) for _ in range(MAX_EACH + 1)]
    assert [one.status_code for one in full] == [200] * MAX_EACH + [503]
    assert full[-1].headers["Retry-After"] == "30"
    assert "use a webhook" in full[-1].json()["detail"]
    for one in full:
        one.close()
    # A closed connection frees its place at once: the client need not wait for the next sign of life.
    end = time.monotonic() + HEARTBEAT / 2
    while (again := listen(streaming, foreign)).status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.1)
    again.close()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_everyone_may_listen_to_all_changes_and_go_on_where_a_stream_ended(
    streaming: str, session: Session, keyring: Keyring, settings: Settings
) -> None:
    url = streaming.removesuffix(PATH) + CHANGES_PATH
    assert requests.get(url, timeout=30).status_code == 404

    def publish() -> None:
        session.commit()
        sign_committed(settings, sessionmaker(session.get_bind()))

    agency = make_agency(session, licences=(licence_record(),)).agency_id
    make_agency(session, holder_kind=HolderKind.SOLE_TRADER, licences=(licence_record(),))
    publish()
    for wrong in ("from=x", "from=-1", "from=1&from=2", "cursor=1"):
        refused = requests.get(f"{url}?{wrong}", timeout=30)
        assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (400, "from")
    with requests.get(f"{url}?from=0", stream=True, timeout=30) as whole:
        assert whole.headers["access-control-allow-origin"] == "*"
        told = next_events(whole, 2)
    rows = [json.loads(one["data"]) for one in told]
    # The agency and its licence, and nothing of the natural person beside.
    assert {row["agency_id"] for row in rows} == {agency}
    assert [one["id"] for one in told] == [str(row["index"]) for row in rows]
    assert rows[0]["proof"].endswith(f"/log/proof/{rows[0]['index']}")
    with requests.get(url, stream=True, timeout=30) as fresh:
        assert fresh.status_code == 200
        suspend(session, agency)
        publish()
        (news,) = next_events(fresh, 1)
    assert news["event"] == "licence.suspended"
    with requests.get(url, stream=True, timeout=30, headers={"Last-Event-ID": told[-1]["id"]}) as again:
        assert next_events(again, 1) == [news]
    full = [requests.get(url, stream=True, timeout=30) for _ in range(MAX_FROM_NETWORK + 1)]
    # Those that were closed a moment ago may still be counted.
    assert {one.status_code for one in full[MAX_FROM_NETWORK:]} == {503}
    for one in full:
        one.close()


@pytest.mark.one_database
@pytest.mark.parametrize("at", [ONE_MOMENT, *thorough(*OTHER_MOMENTS)], ids=lambda at: at.strftime("%H:%M"))
def test_a_suspension_from_today_of_its_authority_is_streamed_at_every_hour(
    settings: Settings, session: Session, keyring: Keyring, at: datetime
) -> None:
    ahead = at - now()
    with time_machine.travel(at):
        agencies = [
            make_agency(session, country=country, licences=(licence_record(country=country),)) for country in COUNTRIES
        ]
        ours = make_organisation(session)
        key = make_api_key(session, ours)
        for agency in agencies:
            make_watch(session, agency.agency_id, ours.id)
        fan_out_committed(session, keyring)
        port = free_port()
        settings.prepare_home()
        with streaming_with(moved(environment(settings, port), ahead), port) as url, listen(url, key) as stream:
            for agency in agencies:
                today = day_at(at, ZONES[agency.country])
                periods = (
                    status_record(LicenceStatus.ACTIVE, to=today - timedelta(days=1)),
                    status_record(LicenceStatus.SUSPENDED, from_=today),
                )
                suspended = changed(agency, licences=(changed(agency.licences[0], status_history=periods),))
                amend(session, suspended, Event("licence.suspended"))
            fan_out_committed(session, keyring)
            events = [json.loads(one["data"]) for one in next_events(stream, len(agencies))]
        assert {one["data"]["agency_id"] for one in events} == {agency.agency_id for agency in agencies}
        assert {one["type"] for one in events} == {"licence.suspended"}


@pytest.mark.thorough
@pytest.mark.slow
@pytest.mark.one_database
def test_a_connection_whose_head_never_ends_is_closed(streaming: str) -> None:
    parts = urlsplit(streaming)
    with socket.create_connection((str(parts.hostname), parts.port or 0), timeout=20) as line:
        line.sendall(b"GET /api/v1/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n")
        # Ten seconds later it ends, with an answer that says so or without one; left to itself the server would wait for thirty.
        while line.recv(4096):
            continue
