"""A suspension by two officers, as somebody sees it who asks without telling whom: after seconds, and never after a minute."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from signal import SIGTERM
from threading import Event, Thread
from time import monotonic

import pytest
import requests
from registry_client.cli import main as registry_client
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.register.imports.actions import save_mapped_source
from registry.register.imports.mapping import read_mapping
from tests import make, waiting
from tests.api.officers.stories import token_of
from tests.officers.making import make_officer, make_unit
from tests.register.imports.fetched import mapping_text
from tests.serving import Process, Served, environment, serve

pytestmark = pytest.mark.slow

NUMBER = "虚劳60"
MAX_SECONDS = 60
"""From the second officer's approval to the answer of a private lookup; it takes about 5."""
NO, UNKNOWN = 1, 3


@contextmanager
def beside_the_server(settings: Settings, _session: Session) -> Iterator[Served]:
    with serve(settings, "--with-worker") as served:
        yield served


@contextmanager
def kept_by_a_list(settings: Settings, session: Session) -> Iterator[Served]:
    """A worker by itself, that downloads a list from a publisher who sends a byte now and then for as long as this lasts."""
    with serve(settings) as served, ExitStack() as stack, trickling() as (address, is_asked):
        save_mapped_source(session, read_mapping(mapping_text(address), "the test's mapping"))
        session.commit()
        port = int(served.base_url.rpartition(":")[2])
        worker = Process(["worker"], environment(settings, port), settings.home / "worker.out")
        stack.callback(worker.wait, 60)
        stack.callback(worker.send_signal, SIGTERM)
        assert is_asked.wait(60)
        yield served


@contextmanager
def trickling() -> Iterator[tuple[str, Event]]:
    """The address of a list that never ends, and whether it was asked for."""
    is_asked, is_over = Event(), Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            is_asked.set()
            while not is_over.wait(1):
                self.wfile.write(b" ")

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/list", is_asked
    finally:
        is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("worker_runs", [beside_the_server, kept_by_a_list])
def test_a_suspension_is_in_the_private_lookup_within_a_minute(
    worker_runs: Callable[[Settings, Session], AbstractContextManager[Served]],
    session: Session,
    settings: Settings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = replace(settings, edges=frozenset({Edge.API, Edge.CONSOLE}))
    settings.prepare_home()
    corridor = record.Corridor(origin="CN", destination="CZ")
    licence = make.make_licence(
        session, number=NUMBER, country="CN", valid_to=date(2099, 1, 1), corridors=(corridor,)
    )  # fmt: skip
    make_unit(session, "cn-licensing", "CN")
    first, second = (_token(session, settings, name) for name in ("first", "second"))
    session.commit()
    trust = tmp_path / "trust.json"
    with worker_runs(settings, session) as served:

        def get(path: str) -> requests.Response:
            return requests.get(f"{served.base_url}{path}", timeout=30)

        def act(path: str, token: str, body: object = None, **headers: str) -> str:
            address = f"{served.base_url}/api/v1/licence-proposals{path}"
            headers |= {"Authorization": f"Bearer {token}"}
            answer = requests.post(address, json=body, headers=headers, timeout=30)
            assert answer.ok, answer.text
            return str(answer.json()["proposal_id"])

        def lookup() -> tuple[int, str]:
            options = ["--private", "--destination", "CZ", "--url", served.base_url, "--trust", str(trust)]
            code = registry_client(["verify", NUMBER, *options])
            return code, capsys.readouterr().out

        waiting.until(lambda: get("/ranges/current").ok)
        trust.write_bytes(get("/.well-known/registry-trust.json").content)
        code, text = lookup()
        assert (code, "licence_active" in text) == (UNKNOWN, True), text
        suspension = {"act": "suspend", "about": licence.licence_id, "legal_ground": "Invented act, section 1"}
        today = day_at(now(), make.ZONES["CN"])
        proposal = act("", first, suspension | {"effective_on": str(today)})
        act(f"/{proposal}/approve", second, **{"If-Match": '"1"'})
        approved_at = monotonic()
        waiting.until(lambda: lookup()[0] == NO)
        assert monotonic() - approved_at < MAX_SECONDS
        assert "licence_suspended" in lookup()[1]


def _token(session: Session, settings: Settings, name: str) -> str:
    """Of an officer of the licensing desk."""
    keyring, email = Keyring(settings.keys), f"{name}@authority.example"
    joined = make_officer(session, keyring, Role.LICENSING, unit="cn-licensing", name=name, email=email)
    return token_of(session, joined.officer)
