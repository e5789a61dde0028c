"""The event stream from a process of its own: who may listen, what is sent, and where it resumes."""

import json
import signal
import time
from collections.abc import Iterator

import pytest
import requests
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.organisations import keys
from registry.vocabulary.organisations import Scope
from registry.watches.feed import cursor_of
from registry.watches.stream.app import HEARTBEAT, MAX_EACH
from tests.make import licence_record, make_agency, make_api_key, make_organisation, organisation_call, suspend
from tests.serving import Process, environment, free_port
from tests.watches.making import fan_out_committed, make_watch

pytestmark = pytest.mark.slow

PATH = "/api/v1/events/stream"


@pytest.fixture
def streaming(settings: Settings, session: Session) -> Iterator[str]:
    """The address of `registry stream` on the test's database."""
    port = free_port()
    settings.prepare_home()
    output = settings.home / "stream.out"
    process = Process(["stream", "--port", str(port)], environment(settings, port), output)
    try:
        end = time.monotonic() + 120
        while True:
            try:
                requests.get(f"http://127.0.0.1:{port}/", timeout=30)
                break
            except (requests.ConnectionError, requests.Timeout):
                assert process.poll() is None
                assert time.monotonic() < end
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}{PATH}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


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
    trial = keys.make(organisation_call(session, ours.id), "trial", [Scope.WATCHES], 30, is_test=True).text
    session.commit()
    for sent, status, code in (
        ("rrk_" + "A" * 43, 401, "not_signed_in"),
        (narrow, 403, "scope_missing"),
        (trial, 403, "test_key_on_real_data"),
    ):
        refused = listen(streaming, sent)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    stolen = listen(streaming, foreign, **{"Last-Event-ID": cursor_of(keyring, ours.id, 0)})
    assert (stolen.status_code, stolen.json()["code"]) == (400, "invalid_request")
    with listen(streaming, key) as first:
        assert first.headers["content-type"] == "text/event-stream; charset=utf-8"
        suspend(session, agency)
        fan_out_committed(session, keyring)
        (pending,) = next_events(first, 1)
    assert pending["event"] == json.loads(pending["data"])["type"] == "licence.suspended"
    with listen(streaming, key, **{"Last-Event-ID": cursor_of(keyring, ours.id, 0)}) as again:
        assert next_events(again, 1) == [pending]
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
