"""Who is answered by which thread and in which order, and what is said of those that are not; without a server."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest

from registry.core.errors import NotSignedIn
from registry.http import gateway, lanes, logs
from registry.http.connections import Connections
from registry.http.gateway import Gateway
from registry.http.lanes import LANES, LaneState, are_all_held, is_lookup
from registry.http.wsgi_bridge import environ_of
from tests.serving import free_port
from tests.waiting import until

LOOKUP = "/api/v1/verify?uscc=1"
SEARCH = "/api/v1/verify?name=x"
SLOW = "/slow"


class Application:
    """A WSGI application whose slow path answers when it is told to. It remembers what came, in which thread, and what a probe
    was told."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.came: list[str] = []
        self.threads: list[str] = []
        self.states: dict[str, LaneState] = {}
        self.busy = 0
        self.sent = 0
        self.sent_before: list[int] = []
        """How many answers had been sent when each request was answered."""

    def __call__(self, environ: dict[str, Any], start: Any, /) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        self.came.append(environ.get("HTTP_X_NAME", path))
        self.threads.append(threading.current_thread().name)
        self.states = environ.get(LANES, self.states)
        if path == SLOW or "name=" in environ["QUERY_STRING"]:
            self.busy += 1
            self.go_on.wait(30)
        self.sent_before.append(self.sent)
        start("200 OK", [])
        return broken() if path == "/broken" else [environ["wsgi.input"].read()]


def broken() -> Iterator[bytes]:
    yield b"a"
    raise ZeroDivisionError


class FakeRequest:
    """A request as the server hands it on, and what came of it."""

    def __init__(self, path: str, name: str = "", pieces: Iterable[bytes] = (), **headers: str) -> None:
        given = {name.replace("_", "-"): value for name, value in headers.items()} | ({"x-name": name} if name else {})
        path, _, query = path.partition("?")
        self.scope = SimpleNamespace(
            path=path,
            query_string=query,
            method="POST" if headers else "GET",
            server="127.0.0.1:80",
            client="127.0.0.1:4000",
            scheme="http",
            authority=None,
            headers=given,
        )
        self.status = 0
        self.body = b""
        self.has_left = asyncio.Event()
        self.on_sent: Callable[[], object] = lambda: None
        self._pieces = pieces

    def response_bytes(self, status: int, _headers: object, body: bytes) -> None:
        self.status, self.body = status, body
        self.on_sent()

    async def client_disconnect(self) -> None:
        await self.has_left.wait()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece
        yield b""


class Senders:
    """Takes large bodies of senders that have a key."""

    def network_of_sender(self, environ: dict[str, Any]) -> str:
        return str(environ["REMOTE_ADDR"])

    def admit_body(self, environ: dict[str, Any], length: int | None) -> int:
        if "HTTP_AUTHORIZATION" not in environ:
            raise NotSignedIn("a key is needed")
        return 1_000_000


class Scene:
    """A gateway in a running loop."""

    def __init__(self, threads: int, reserved: int, *, answers_here: bool = False) -> None:
        self.application = Application()
        self.shed: Counter[str] = Counter()
        self.gateway = Gateway(
            self.application,
            Senders(),
            Connections(free_port(), 1000),
            threads=threads,
            reserved=reserved,
            grace=5,
            note=lambda reason, count, _: self.shed.update({reason.value: count}),
            answers_here=answers_here,
        )
        self.gateway.__rsgi_init__(asyncio.get_running_loop())
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, path: str, name: str = "", pieces: Iterable[bytes] = (), **headers: str) -> FakeRequest:
        request = FakeRequest(path, name, pieces, **headers)
        self.tasks.append(asyncio.ensure_future(self.gateway.__rsgi__(request.scope, request)))
        return request

    async def until(self, holds: Callable[[], object]) -> None:
        await asyncio.to_thread(until, holds, 0.005)

    async def hold(self, count: int, path: str = SLOW) -> list[FakeRequest]:
        """As many slow requests as keep so many threads."""
        request = [self.ask(path) for _ in range(count)]
        await self.until(lambda: self.application.busy == count)
        return request

    async def end(self) -> None:
        self.application.go_on.set()
        await asyncio.gather(*self.tasks)


def play(scene: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scene())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    logs.configure()
    monkeypatch.setattr(gateway, "LOOK", 0.02)


def test_a_lookup_waits_for_no_search() -> None:
    async def scene() -> None:
        here = Scene(threads=2, reserved=1)
        await here.hold(2, SEARCH)
        waiting = [here.ask(path) for path in (SEARCH, "/api/v1/agencies", SEARCH)]
        lookups = [here.ask(path) for path in (LOOKUP, "/ranges/current", "/status/1")]
        await here.until(lambda: all(request.status == 200 for request in lookups))
        assert [request.status for request in waiting] == [0, 0, 0]
        await here.end()
        assert [request.status for request in waiting] == [200, 200, 200]

    play(scene)


def test_lookups_are_answered_by_all_threads_where_their_own_do_not_suffice() -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=1)
        slow = await here.hold(1)
        # The reserved thread is held too: a lookup whose answer takes long.
        stuck = here.ask("/status/1?name=", "stuck")
        await here.until(lambda: here.application.busy == 2)
        lookup = here.ask(LOOKUP)
        here.application.go_on.set()
        await here.until(lambda: lookup.status == 200)
        await here.end()
        assert [request.status for request in (*slow, stuck)] == [200, 200]

    play(scene)


HERE = "MainThread"


async def thread_of(here: Scene, path: str, method: str = "GET", **headers: str) -> str:
    """Which thread answers a request."""
    request = here.ask(path, **headers)
    request.scope.method = method
    count = len(here.application.threads)
    await here.until(lambda: request.status == 200)
    await asyncio.sleep(0)
    return here.application.threads[count].rpartition("-")[0] or HERE


def test_the_loop_answers_a_plain_lookup_while_nothing_else_is_at_work() -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=1, answers_here=True)
        assert await thread_of(here, LOOKUP) == HERE
        held = await here.hold(1)
        assert await thread_of(here, LOOKUP) == "lookups"
        here.application.go_on.set()
        await here.until(lambda: held[0].status == 200)
        await asyncio.gather(*here.tasks)
        assert await thread_of(here, LOOKUP) == HERE
        # What may write, search or sign is a thread's.
        receipt = {"accept": "application/registry-receipt+jwt"}
        for path, method, headers in (
            (LOOKUP, "POST", {}), (LOOKUP, "HEAD", {}), (LOOKUP, "GET", {"authorization": "x"}), (LOOKUP, "GET", receipt),
            (f"{LOOKUP}&receipt=1", "GET", {}), (f"{LOOKUP}&claimed_name=x", "GET", {}), ("/status/1", "GET", {}),
        ):  # fmt: skip
            assert await thread_of(here, path, method, **headers) == "others", (path, method, headers)
            await asyncio.gather(*here.tasks)
        await here.end()

    play(scene)


def test_lookups_that_came_together_are_all_answered_before_the_first_answer_is_sent() -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=1, answers_here=True)
        application = here.application

        def count_sent() -> None:
            application.sent += 1

        requests = [here.ask(LOOKUP) for _ in range(3)]
        for request in requests:
            request.on_sent = count_sent
        await asyncio.gather(*here.tasks)
        assert application.threads == [HERE] * 3
        assert application.sent_before == [0, 0, 0]
        assert [request.status for request in requests] == [200] * 3
        await here.end()

    play(scene)


def test_where_the_loop_may_not_answer_a_thread_does() -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=1)
        assert await thread_of(here, LOOKUP) == "others"
        await here.end()

    play(scene)


@pytest.mark.parametrize(("pause", "is_again_here"), [(60.0, False), (0.01, True)], ids=("during", "after"))
def test_a_slow_lookup_leaves_those_after_it_to_the_threads_for_a_while(
    monkeypatch: pytest.MonkeyPatch, pause: float, is_again_here: bool
) -> None:
    monkeypatch.setattr(gateway, "SLOW", 0.0)
    monkeypatch.setattr(gateway, "PAUSE", pause)

    async def scene() -> None:
        here = Scene(threads=1, reserved=1, answers_here=True)
        assert await thread_of(here, LOOKUP) == HERE
        while (thread := await thread_of(here, LOOKUP)) == "others" and is_again_here:
            await asyncio.gather(*here.tasks)
        assert (thread == HERE) is is_again_here
        await here.end()

    play(scene)


@pytest.mark.parametrize(("late", "order"), [(60.0, ["a", "b", "c"]), (0.0, ["c", "b", "a"])], ids=("prompt", "late"))
def test_of_a_late_queue_the_newest_is_answered_first(
    monkeypatch: pytest.MonkeyPatch, late: float, order: list[str]
) -> None:
    monkeypatch.setattr(lanes, "LATE", late)

    async def scene() -> None:
        here = Scene(threads=1, reserved=0)
        await here.hold(1)
        for name in ("a", "b", "c"):
            here.ask("/en", name)
        await asyncio.sleep(0)
        await here.end()
        assert here.application.came[1:] == order

    play(scene)


def test_who_has_gone_is_not_answered() -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=0)
        await here.hold(1)
        gone, stays = here.ask("/en", "gone"), here.ask("/en", "stays")
        gone.has_left.set()
        await here.until(lambda: here.shed["gone"])
        await here.end()
        assert (gone.status, stays.status) == (0, 200)
        assert here.application.came[1:] == ["stays"]

    play(scene)


def test_who_waited_too_long_is_told_and_counted(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gateway, "WAIT", 0.1)

    async def scene() -> None:
        here = Scene(threads=1, reserved=0)
        await here.hold(1)
        waiting = [here.ask("/api/v1/agencies?q=secret") for _ in range(3)]
        await here.until(lambda: here.shed["no_thread"] == 3)
        assert [request.status for request in waiting] == [503] * 3
        await here.end()
        assert here.application.came == [SLOW]

    play(scene)
    assert '"no_thread":3' in capfd.readouterr().out


def test_a_thread_outlives_an_answer_that_breaks(capfd: pytest.CaptureFixture[str]) -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=0)
        here.ask("/broken")
        well = here.ask("/en")
        await here.until(lambda: well.status)
        await here.end()
        assert well.status == 200

    play(scene)
    assert "no_answer" in capfd.readouterr().out


def test_probes_are_told_how_the_lanes_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "HELD", 0.0)

    async def scene() -> None:
        here = Scene(threads=2, reserved=1)
        await here.hold(2)
        here.ask(SEARCH)
        await asyncio.sleep(0)
        probe = here.ask("/ready")
        await here.until(lambda: probe.status == 200)
        states = here.application.states
        assert states["others"][:4] == (2, 2, 2, 1)
        assert states["lookups"][:4] == (1, 0, 0, 0)
        assert not are_all_held(states)
        await here.end()

    play(scene)


def test_all_are_held_when_each_is_at_one_request_for_too_long() -> None:
    stuck, free = LaneState(2, 2, 2, 0, 0.0), LaneState(2, 2, 1, 9, 4.0)
    assert are_all_held({"others": stuck, "lookups": stuck})
    assert not are_all_held({"others": stuck, "lookups": free})
    # Behind another server nothing is known of threads.
    assert not are_all_held({})


@pytest.mark.parametrize(
    ("headers", "answer"),
    [
        ({"content_length": "300000"}, b"a key is needed"),
        ({"transfer_encoding": "chunked"}, b"a key is needed"),
        ({"content_length": "300000", "authorization": "k"}, b"x" * 300_000),
        ({"transfer_encoding": "chunked", "authorization": "k"}, b"x" * 300_000),
    ],
)
def test_a_large_body_is_received_of_whom_it_may_come(headers: dict[str, str], answer: bytes) -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=0)
        with suppress(NotSignedIn):
            request = here.ask("/lists", pieces=[b"x" * 50_000] * 6, **headers)
            await here.until(lambda: request.status or here.shed)
            await here.end()
        if answer.startswith(b"x"):
            assert (request.status, request.body) == (200, answer)
        else:
            assert here.shed == {"not_admitted": 1}

    play(scene)


def test_of_the_intake_nothing_is_counted_that_its_sender_did() -> None:
    async def scene() -> None:
        here = Scene(threads=1, reserved=0)
        for path in ("/api/v1/complaints/attachments", "/en/box/files", "/api/v1/watches"):
            here.ask(path, content_length="300000")
        await here.end()
        assert here.shed == {"not_admitted": 1}

    play(scene)


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("/api/v1/verify", "registration_number=X-1&country=SK", True),
        ("/api/v1/verify", "country=SK&licence_number=X-1", True),
        ("/api/v1/verify", "name=Invented", False),
        ("/api/v1/verify", "n%61me=Invented", False),
        ("/api/v1/verify", "uscc=1&cl%61imed_name=Invented", False),
        ("/api/v1/verify", "uscc=1&claimed_name=Invented", False),
        ("/api/v1/verify", "", False),
        ("/api/v1/verifications", "uscc=1", False),
        ("/api/v1/agencies", "uscc=1", False),
        ("/ranges/current", "", True),
        ("/status/3", "", True),
    ],
)
def test_the_path_says_what_is_a_lookup_and_of_verify_the_number(path: str, query: str, expected: bool) -> None:
    assert is_lookup(path, query, None) is expected


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (b'{"uscc" : "1"}', True),
        (b'{"name": "uscc"}', False),
        (b'{"n\\u0061me": "x", "uscc": "1"}', False),
        (b'{"uscc": "1", "claimed_name": "x"}', False),
        (b"[]", False),
    ],
)
def test_a_posted_question_is_a_lookup_by_its_number(sent: bytes, expected: bool) -> None:
    async def scene() -> None:
        request = FakeRequest("/api/v1/verify")
        work = gateway.Work(request.scope, "/api/v1/verify", request, asyncio.get_running_loop())
        work.body = gateway.BytesIO(sent)
        assert is_lookup(work.path, "", work.body) is expected

    play(scene)


def test_names_with_underscores_are_no_headers() -> None:
    scope = FakeRequest("/en").scope
    scope.headers = {"x-forwarded-for": "10.0.0.1", "x_forwarded_for": "10.0.0.2", "x-given": "1"}
    environ = environ_of(scope, "/en", scope.headers)
    assert environ["HTTP_X_FORWARDED_FOR"] == "10.0.0.1"
    assert environ["HTTP_X_GIVEN"] == "1"
