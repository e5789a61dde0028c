"""What keeps two homes from signing at once: a bucket or an etcd that remembers, and stores that cannot."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest

from registry.cli import tell_of_demands
from registry.core.clock import now
from registry.core.db.engine import engine_for
from registry.core.errors import ForkRefused, GuardAway, GuardUnfit, SettingsError
from registry.core.heartbeats import why_not_signed
from registry.core.setting_texts import EtcdServers
from registry.core.settings import Bucket, Settings
from registry.log import head_guards, note
from registry.log.head_guards import BucketGuard, EtcdGuard, HeadGuard
from registry.log.signing import sign_committed
from registry.worker import log_signing
from tests.conftest import Database
from tests.etcd import EtcdServer, etcd_server
from tests.log.publishing import Sessions, publish

HEAD = note.Checkpoint("registry.example/log", 1, bytes(32))
HOMES, ROUNDS = 4, 12


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


@pytest.fixture(autouse=True)
def forget_guards() -> Iterator[None]:
    yield
    head_guards._guards.clear()


@pytest.fixture(scope="module")
def etcd() -> Iterator[EtcdServer]:
    with etcd_server() as server:
        yield server


class Store(ThreadingHTTPServer):
    """A store of objects with the faults of some that exist. Each request is answered by itself, as by one that is consistent."""

    def __init__(self, fault: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.fault = fault
        self.objects: dict[str, bytes] = {}
        self.lock = threading.Lock()

    @property
    def bucket(self) -> Bucket:
        return Bucket("attachments", "", f"http://127.0.0.1:{self.server_port}", "us-east-1", "name", "secret")

    def status_of(self, path: str, wanted: str | None, is_new: bool) -> int:
        """Of a write under the conditions If-Match and If-None-Match."""
        tag = _tag(self.objects[path]) if path in self.objects else None
        if self.fault == "implements none":
            return 501
        if is_new and tag is not None and self.fault != "ignores If-None-Match":
            return 412
        if wanted is None or self.fault == "ignores If-Match":
            return 200
        if self.fault == "takes bare tags":
            return 200 if f'"{wanted}"' == tag else 412
        return 200 if wanted == tag and self.fault != "refuses If-Match" else 412


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Store

    def log_message(self, *_facts: object) -> None:
        pass

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            status = self.server.status_of(self.path, self.headers["If-Match"], "If-None-Match" in self.headers)
            if status == 200:
                self.server.objects[self.path] = body
        self._answer(status, b"", body)

    def do_GET(self) -> None:
        body = self.server.objects.get(self.path)
        self._answer(404 if body is None else 200, body or b"", body or b"")

    def do_POST(self) -> None:
        """Objects are deleted: of these tests that is the probe."""
        asked = self.rfile.read(int(self.headers["Content-Length"]))
        key = asked[asked.index(b"<Key>") : asked.index(b"</Key>")] + b"</Key>"
        self._answer(200, b"<DeleteResult><Deleted>" + key + b"</Deleted></DeleteResult>", b"")

    def _answer(self, status: int, body: bytes, tagged: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", _tag(tagged))
        self.send_header("Last-Modified", "Mon, 30 Nov 2026 10:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    do_HEAD = do_GET  # noqa: N815 - as the server wants it


def _tag(body: bytes) -> str:
    return f'"{hash(body) & 0xFFFFFFFF:x}"'


@pytest.fixture
def store() -> Iterator[Store]:
    with Store() as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("ignores If-None-Match", "ignores the condition If-None-Match"),
        ("ignores If-Match", "ignores the condition If-Match"),
        ("refuses If-Match", "refuses each write with the condition If-Match"),
        ("implements none", r"has not implemented conditional writes \(it answers 501\)"),
    ],
)
def test_a_store_that_cannot_guard_is_named_and_signs_nothing(store: Store, fault: str, words: str) -> None:
    store.fault = fault
    with pytest.raises(GuardUnfit, match=f"{words}.*: give REGISTRY_LOG_GUARD an etcd:, "):
        BucketGuard(store.bucket).advance(head_guards.Remembered(HEAD.origin), HEAD)
    assert not [path for path in store.objects if "probe" not in path]


def test_a_store_that_compares_bare_tags_guards(store: Store) -> None:
    store.fault = "takes bare tags"
    _races(lambda: BucketGuard(store.bucket))


def test_of_four_homes_at_once_one_signs_by_a_bucket(store: Store) -> None:
    _races(lambda: BucketGuard(store.bucket))


def test_of_four_homes_at_once_one_signs_by_etcd(etcd: EtcdServer) -> None:
    _races(lambda: EtcdGuard(EtcdServers((etcd.url,))))


def _races(make: Callable[[], HeadGuard]) -> None:
    """Homes that read the same and sign different entries: exactly one is accepted each time, and remembered."""
    homes = [make() for _ in range(HOMES)]
    origin = f"race-{make.__code__.co_firstlineno}.example/log"
    for size in range(1, ROUNDS):
        together = threading.Barrier(HOMES)

        def sign(number: int, size: int = size, together: threading.Barrier = together) -> note.Checkpoint | None:
            before = homes[number].read(origin)
            head = note.Checkpoint(origin, size, bytes([number]) * 32)
            together.wait(60)
            try:
                homes[number].advance(before, head)
            except ForkRefused:
                return None
            return head

        with ThreadPoolExecutor(HOMES) as threads:
            accepted = [head for head in threads.map(sign, range(HOMES)) if head is not None]
        assert accepted == [homes[0].read(origin).head]


def test_etcd_keeps_a_restored_home_from_signing(
    settings: Settings, sessions: Sessions, etcd: EtcdServer, tmp_path: Path
) -> None:
    guarded = replace(settings, guard_etcd=EtcdServers((etcd.url,)))
    publish(sessions, 3)
    signed = sign_committed(guarded, sessions)
    assert signed is not None
    guard = head_guards.guard_of(guarded)
    assert isinstance(guard, EtcdGuard)
    head = note.Checkpoint(signed.origin, signed.size, signed.root)
    before = guard.read(signed.origin)
    assert before.head == head
    # The same head may be remembered twice: a request whose answer was lost is repeated.
    guard.advance(before._replace(head=None, version=None), head)
    guard.advance(before, replace(head, size=signed.size + 5))
    publish(sessions)
    with pytest.raises(ForkRefused, match=f"a head of {signed.size + 5} entries was signed"):
        sign_committed(guarded, sessions)


def test_an_etcd_that_is_lost_while_nothing_is_to_be_signed_is_told(
    settings: Settings, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> str | None:
        with sessions() as session:
            return why_not_signed(session, now())

    with etcd_server() as server:
        guarded = replace(settings, guard_etcd=EtcdServers((server.url,)))
        publish(sessions)
        for _ in range(2):
            log_signing.sign_log(guarded, sessions)
        assert told() is None
        server.stop()
        half_a_minute_on = monotonic() + log_signing.ASK_GUARD_EACH
        monkeypatch.setattr(log_signing, "monotonic", lambda: half_a_minute_on)
        for _ in range(2):
            log_signing.sign_log(guarded, sessions)
            assert "the etcd of REGISTRY_LOG_GUARD does not answer" in str(told())
    with etcd_server() as server:
        head_guards._guards.clear()
        log_signing.sign_log(replace(settings, guard_etcd=EtcdServers((server.url,))), sessions)
        assert told() is None


def test_a_member_that_is_away_is_passed_over(etcd: EtcdServer) -> None:
    guard = EtcdGuard(EtcdServers(("http://127.0.0.1:1", etcd.url)))
    origin = "passed-over.example/log"
    guard.advance(guard.read(origin), replace(HEAD, origin=origin))
    assert guard.read(origin).head == replace(HEAD, origin=origin)
    with pytest.raises(GuardAway, match=r"does not answer .*nothing is signed before it does"):
        EtcdGuard(EtcdServers(("http://127.0.0.1:1",))).read(origin)


def test_etcd_that_wants_a_user_is_given_one_and_names_a_wrong_one() -> None:
    with etcd_server() as server:
        for call, body in (
            ("auth/user/add", {"name": "root", "password": "top"}),
            ("auth/user/grant", {"user": "root", "role": "root"}),
            ("auth/enable", {}),
        ):
            assert server.ask(call, body).ok
        with pytest.raises(GuardUnfit, match=r"refuses this home .*below registry/log-guard/"):
            EtcdGuard(EtcdServers((server.url,))).require_fit()
        with pytest.raises(GuardUnfit, match="authentication failed"):
            EtcdGuard(EtcdServers((server.url,), "root", "wrong")).require_fit()
        guard = EtcdGuard(EtcdServers((server.url,), "root", "top"))
        guard.advance(guard.read(HEAD.origin), HEAD)
        assert guard.read(HEAD.origin).head == HEAD


def test_a_demanded_guard_that_is_not_there_or_cannot_guard_stops_the_start(
    settings: Settings, database: Database, store: Store
) -> None:
    demanding = replace(settings, demands=Settings.from_environment({"REGISTRY_REQUIRES": "guard"}).demands)
    engine = engine_for(database.url)
    with pytest.raises(SettingsError, match="set REGISTRY_LOG_GUARD to an etcd: or a witness:"):
        tell_of_demands(demanding, engine, is_bound=True)
    store.fault = "ignores If-Match"
    with pytest.raises(SettingsError, match="ignores the condition If-Match"):
        tell_of_demands(replace(demanding, files=store.bucket), engine, is_bound=True)
    # What is away just now is no reason: nothing is signed before it answers.
    tell_of_demands(replace(demanding, guard_etcd=EtcdServers(("http://127.0.0.1:1",))), engine, is_bound=True)
    engine.dispose()


def test_an_etcd_is_named_by_its_members_and_files() -> None:
    given = "etcd:https://registry:pass%20word@a:2379,https://b:2379?cacert=/etc/ca.pem&cert=/etc/c.pem&key=/etc/k.pem"
    found = Settings.from_environment({"REGISTRY_LOG_GUARD": given})
    assert (found.has_log_guard, found.guard_witness) == (True, None)
    assert found.guard_etcd == EtcdServers(
        ("https://a:2379", "https://b:2379"), "registry", "pass word", "/etc/ca.pem", "/etc/c.pem", "/etc/k.pem"
    )
    assert "pass word" not in repr(found)


@pytest.mark.parametrize(
    "text", ["etcd:", "etcd:a:2379", "etcd:https://a:2379/path", "etcd:https://a?cert=x", "etcd:https://a?ca=x"]
)
def test_an_etcd_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="REGISTRY_LOG_GUARD must name each member of etcd"):
        Settings.from_environment({"REGISTRY_LOG_GUARD": text})
