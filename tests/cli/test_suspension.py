"""A suspension by two officers, as who asks without telling whom sees it, and who asks a wallet: never after a minute."""

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
from registry.proofs.credentials.rules import SUSPENDED, VALID
from registry.proofs.wallets.issuing import WalletIssuer
from registry.register.agencies import record
from registry.register.imports.actions import save_mapped_source
from registry.register.imports.mapping import read_mapping
from tests import make, waiting
from tests.api.officers.stories import token_of
from tests.officers.making import make_officer, make_unit
from tests.proofs.wallets import answering
from tests.proofs.wallets.answering import Remote
from tests.proofs.wallets.making import agency_with_licence, card_in_wallet, order, value_of, with_wallets
from tests.register.imports.fetched import mapping_text
from tests.serving import Process, Served, environment, serve
from tests.thorough import thorough

pytestmark = pytest.mark.slow

NUMBER = "虚劳60"
MAX_SECONDS = 60
"""From the second officer's approval to the answer; it takes about 5."""
NO, UNKNOWN = 1, 3
WALLETS = {"REGISTRY_WALLETS": "on", "REGISTRY_OPERATOR": "Invented Ministry of Labour; IT; GOVIT-00000001"}


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


@pytest.mark.parametrize("worker_runs", [beside_the_server, *thorough(kept_by_a_list)])
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

        def lookup() -> tuple[int, str]:
            options = ["--private", "--destination", "CZ", "--url", served.base_url, "--trust", str(trust)]
            code = registry_client(["verify", NUMBER, *options])
            return code, capsys.readouterr().out

        waiting.until(lambda: get("/ranges/current").ok)
        trust.write_bytes(get("/.well-known/registry-trust.json").content)
        code, text = lookup()
        assert (code, "licence_active" in text) == (UNKNOWN, True), text
        approved_at = suspend(served, licence.licence_id, day_at(now(), make.ZONES["CN"]), first, second)
        waiting.until(lambda: lookup()[0] == NO)
        assert monotonic() - approved_at < MAX_SECONDS
        assert "licence_suspended" in lookup()[1]


@pytest.mark.thorough
def test_a_suspension_is_in_what_a_wallet_shows_and_in_its_list_within_a_minute(
    session: Session, settings: Settings
) -> None:
    settings = with_wallets(replace(settings, edges=frozenset({Edge.API, Edge.CONSOLE})))
    settings.prepare_home()
    agency = agency_with_licence(session)
    make_unit(session, "cz-licensing", "CZ")
    first, second = (_token(session, settings, name, "cz-licensing") for name in ("first", "second"))
    key = make.make_api_key(session)
    session.commit()
    with serve(settings, "--with-worker", extra=WALLETS) as served:
        client, bearer = Remote(served.base_url), {"Authorization": f"Bearer {key}"}
        waiting.until(lambda: requests.get(f"{served.base_url}/log/checkpoint", timeout=30).ok)
        issuer = WalletIssuer.of(replace(settings, public_url=served.base_url))
        card = card_in_wallet(session, issuer, order(session, issuer, agency))

        def present() -> tuple[str, str | None]:
            address, body = f"{served.base_url}/api/v1/presentations", {"ask": "card", "purpose": "To see who recruits"}
            asked = requests.post(address, json=body, headers=bearer, timeout=30).json()
            request = answering.fetch(client, asked["link"])
            answering.answer(client, request, card=answering.shown(card, request, ("given_name", "family_name")))
            found = requests.get(f"{address}/{asked['presentation_id']}", headers=bearer, timeout=30).json()
            return found["state"], found["refusal"]

        assert (present(), value_of(client, card)) == (("shown", None), VALID)
        approved_at = suspend(served, agency.licences[0].licence_id, day_at(now(), make.ZONES["CZ"]), first, second)
        waiting.until(lambda: present() == ("refused", "suspended") and value_of(client, card) == SUSPENDED)
        assert monotonic() - approved_at < MAX_SECONDS


def suspend(served: Served, licence: str, day: date, first: str, second: str) -> float:
    """Have one officer propose it and another approve it. Gives the instant of the approval."""

    def act(path: str, token: str, body: object = None, **headers: str) -> str:
        address = f"{served.base_url}/api/v1/licence-proposals{path}"
        headers |= {"Authorization": f"Bearer {token}"}
        answer = requests.post(address, json=body, headers=headers, timeout=30)
        assert answer.ok, answer.text
        return str(answer.json()["proposal_id"])

    stated = {"act": "suspend", "about": licence, "legal_ground": "Invented act, section 1", "effective_on": str(day)}
    proposal = act("", first, stated)
    act(f"/{proposal}/approve", second, **{"If-Match": '"1"'})
    return monotonic()


def _token(session: Session, settings: Settings, name: str, unit: str = "cn-licensing") -> str:
    """Of an officer of the licensing desk."""
    keyring, email = Keyring(settings.keys), f"{name}@authority.example"
    joined = make_officer(session, keyring, Role.LICENSING, unit=unit, name=name, email=email)
    return token_of(session, joined.officer)
