"""Between the server (granian, RSGI) and the application (WSGI): an event loop that receives, threads that answer.

What waits for a client waits in the event loop: headers, bodies, slow readers. A thread is taken only for a request that
is here as a whole, and from the lane that it belongs to (registry/http/lanes.py). `/live` is answered by the loop itself.
"""

import asyncio
import os
import signal
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from enum import StrEnum
from io import BytesIO
from time import monotonic
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from registry.core.errors import BodyIncomplete, BodyTooSlow, RegistryError, TooBusy
from registry.http import bodies
from registry.http.clients import Environ
from registry.http.connections import Connections
from registry.http.errors import busy_answer
from registry.http.intake_paths import is_of_intake
from registry.http.lanes import LANES, PROBES, Lane, is_lookup, states_of
from registry.http.paths import plain_path
from registry.http.streaming import StreamedBody

log = structlog.get_logger()

WAIT = 5.0
"""Seconds that a request waits for a free thread before it is told to come again."""

LOOK = 0.5
"""Seconds between two looks for requests that have waited so long, and for idle connections."""

MAX_STREAMED = 2
"""Bodies larger than `bodies.MAX_WHOLE` that are taken at a time, one from each network: each holds a thread while it comes."""

MAX_ADMITTED = 64
"""Large bodies that wait at a time to be let in."""

_LIVE = b'{"status":"ok"}'
_LIVE_HEADERS = [
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(_LIVE))),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]

_WHOLE_ANSWER = 1024 * 1024
"""Bytes of an answer that is sent in one go; of a larger one each piece as it is made."""

_CHUNK = 256 * 1024
"""Bytes that are joined at a time of an answer in parts: all at once, a long list would hold up every other thread."""

SWITCH_SECONDS = 0.0005
"""How long a thread may go on while another waits for the interpreter. A lookup waits for it several times: at Python's own
5 ms it took a hundred times as long beside a list of 10,000 questions. Shorter still costs a busy server a tenth."""


class WSGI(Protocol):
    def __call__(self, environ: Environ, start_response: Any, /) -> Iterable[bytes]: ...


class Shed(StrEnum):
    """Why a request was refused, or not answered, before a view had it; in the log and in the metrics."""

    NO_THREAD = "no_thread"
    """All threads of its lane were busy for `WAIT` seconds."""
    ROOM = "room"
    """All bodies together were as large as a process holds."""
    NETWORK = "network"
    """Those of its network were."""
    LISTS = "lists"
    """As many long lists as may were being sent."""
    TOO_LARGE = "too_large"
    NOT_ADMITTED = "not_admitted"
    """Before its large body came: no such address, another host, too many requests, no key."""
    SLOW_BODY = "slow_body"
    CUT_BODY = "cut_body"
    GONE = "gone"
    """Its sender left while it waited for a thread."""
    IDLE = "idle"
    """A connection without a request was closed, as there were too many."""


SENDERS_OWN = frozenset({Shed.TOO_LARGE, Shed.NOT_ADMITTED, Shed.SLOW_BODY, Shed.CUT_BODY, Shed.GONE})
"""What the sender did, and we did not."""


class TooManyLists(TooBusy):
    """As many long lists are being sent as may at a time."""


_SHED: tuple[tuple[type[Exception], Shed], ...] = (
    (TooManyLists, Shed.LISTS),
    (bodies.ShareUsed, Shed.NETWORK),
    (TooBusy, Shed.ROOM),
    (BodyTooSlow, Shed.SLOW_BODY),
    (BodyIncomplete, Shed.CUT_BODY),
    (RequestEntityTooLarge, Shed.TOO_LARGE),
)


class Work:
    """One request on its way to a thread. Who claims it answers it: a thread, or the loop when it waited too long."""

    __slots__ = (
        "_ticket", "body", "done", "environ", "leaving", "loop", "path", "protocol", "queued_at", "refusal", "scope",
    )  # fmt: skip

    def __init__(self, scope: Any, path: str, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.scope, self.path, self.protocol, self.loop = scope, path, protocol, loop
        self.body: BytesIO | StreamedBody | bodies.RefusedBody | None = None
        self.refusal: RegistryError | None = None
        self.environ: Environ | None = None
        self.done: asyncio.Future[None] = loop.create_future()
        self.leaving: asyncio.Task[None] | None = None
        self.queued_at = 0.0
        self._ticket = [None]

    def claim(self) -> bool:
        try:
            self._ticket.pop()
        except IndexError:
            return False
        return True

    def end(self) -> None:
        """Let the server go on with the connection. Called from a thread."""
        # A loop that is closed says so: the process ends.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self.set_done)

    def set_done(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class Senders(Protocol):
    """What is known of who sends a large body."""

    def network_of_sender(self, environ: Environ) -> str: ...

    def admit_body(self, environ: Environ, length: int | None) -> int:
        """How many bytes may come. Raises what the request is refused for before its body is received."""
        ...


class Gateway:
    """The RSGI application: threads answer with a WSGI application.

    `threads` answer whatever comes, and `reserved` ones lookups alone. `grace` as in `bodies.Pace`. `note` counts what
    was shed.
    """

    def __init__(
        self,
        application: WSGI,
        senders: Senders,
        connections: Connections,
        *,
        threads: int,
        reserved: int,
        grace: float,
        note: Callable[[Shed, int], None],
    ) -> None:
        self._application = application
        self._senders = senders
        self._connections = connections
        self._grace = grace
        self._note = note
        self._room = bodies.Room()
        self._streaming: list[str] = []
        self._admitting = ThreadPoolExecutor(1, "admits")
        self._admissions = 0
        self._open: set[Work] = set()
        self._shed: Counter[Shed] = Counter()
        self._others: Lane[Work] = Lane("others", threads)
        self._lookups: Lane[Work] = Lane("lookups", reserved)
        self._probes: Lane[Work] = Lane("probes", 1)
        self._answering = [lane for lane in (self._lookups, self._others) if lane.since]
        for lane in (*self._answering, self._probes):
            for number in range(len(lane.since)):
                threading.Thread(
                    target=self._serve, args=(lane, number), name=f"{lane.name}-{number}", daemon=True
                ).start()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._parent = os.getppid()
        loop.call_later(LOOK, self._look, loop)
        loop.call_later(LOOK, self._close_idle, loop)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        path = plain_path(scope.path)
        if path == "/live":
            protocol.response_bytes(200, _LIVE_HEADERS, _LIVE)
            return
        work = Work(scope, path, protocol, asyncio.get_running_loop())
        self._open.add(work)
        try:
            headers = scope.headers
            chunked, length = headers.get("transfer-encoding"), bodies.announced_length(headers.get("content-length"))
            if chunked is None and not length:
                self._queue(work)
                await work.done
            else:
                await self._with_body(work, None if chunked is not None else length)
        finally:
            self._open.discard(work)
            if work.leaving is not None:
                work.leaving.cancel()

    async def _with_body(self, work: Work, length: int | None) -> None:
        """Receive a body and answer. Beyond `bodies.MAX_SMALL` it is let in first, and takes room of its network's share."""
        read: list[bytes] = []
        size = taken = 0
        network: str | None = None
        max_bytes = bodies.MAX_SMALL
        try:
            try:
                if length is not None and length > bodies.MAX_SMALL:
                    network, max_bytes = await self._admit(work, length)
                pieces = bodies.pieces_in_time(work.protocol, length, bodies.Pace(self._grace))
                if length is None or length < bodies.MAX_WHOLE:
                    async for piece in pieces:
                        read.append(piece)
                        size += len(piece)
                        if size > max_bytes and network is None:
                            network, max_bytes = await self._admit(work, None)
                        if size > max_bytes:
                            raise RequestEntityTooLarge
                        if network is not None:
                            self._room.take(network, size - taken)
                            taken = size
                        if size >= bodies.MAX_WHOLE:
                            break
                    else:
                        work.body = BytesIO(b"".join(read))
                if work.body is None:
                    assert network is not None
                    await self._stream(work, pieces, read, network)
                    return
            except (RegistryError, HTTPException, SQLAlchemyError, OSError) as refusal:
                # Raised again where the body is read, and answered there.
                self._refuse(work, refusal)
            del read
            self._queue(work)
            await work.done
        finally:
            if network is not None:
                self._room.give_back(network, taken)

    async def _admit(self, work: Work, length: int | None) -> tuple[str, int]:
        """The network that a large body comes from, and how many bytes may come. Raises what it is refused for."""
        if self._admissions >= MAX_ADMITTED:
            raise TooBusy("many files are being sent right now: send this one again in a moment", bodies.RETRY_AFTER)
        environ = work.environ = environ_of(work)
        network = self._senders.network_of_sender(environ)
        self._admissions += 1
        try:
            max_bytes = await work.loop.run_in_executor(self._admitting, self._senders.admit_body, environ, length)
        finally:
            self._admissions -= 1
        return network, max_bytes

    def _refuse(self, work: Work, refusal: Exception) -> None:
        work.body = bodies.RefusedBody(refusal)
        if isinstance(refusal, BodyTooSlow | BodyIncomplete | TooBusy):
            # Nothing else is asked first: what came in part may be all that a view reads.
            work.refusal = refusal
        self._count(next((shed for kind, shed in _SHED if isinstance(refusal, kind)), Shed.NOT_ADMITTED), work)

    async def _stream(self, work: Work, pieces: Any, read: list[bytes], network: str) -> None:
        """Let a thread read a large body while it comes; it stays held to its pace."""
        if network in self._streaming or len(self._streaming) >= MAX_STREAMED:
            raise TooManyLists("several long lists are being sent right now: send this one again in a moment", 15)
        self._streaming.append(network)
        try:
            streamed = StreamedBody(work.loop, read)
            work.body = streamed
            feeding = asyncio.ensure_future(streamed.feed(pieces))
            self._queue(work)
            await work.done
            feeding.cancel()
        finally:
            self._streaming.remove(network)

    def _queue(self, work: Work) -> None:
        work.queued_at = monotonic()
        if work.path in PROBES:
            work.environ = environ_of(work)
            work.environ[LANES] = states_of(self._answering)
            self._probes.put(work)
        elif self._others.has_idle_thread or not self._is_reserved(work):
            self._others.put(work)
        else:
            is_full = not self._lookups.has_idle_thread
            self._lookups.put(work)
            if is_full:
                # Whichever thread is free next takes it.
                self._others.calls.put(self._lookups)

    def _is_reserved(self, work: Work) -> bool:
        """Whether threads are reserved for what a request asks."""
        if not self._lookups.since or isinstance(work.body, StreamedBody | bodies.RefusedBody):
            return False
        return is_lookup(work.path, work.scope.query_string, work.body)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_later(LOOK, self._look, loop)
        for lane in (*self._answering, self._probes):
            self._give_up(lane)
            self._watch(lane, loop)
        if self._shed:
            log.warning("shed", **{reason.value: count for reason, count in self._shed.items()})
            self._shed.clear()
        if os.getppid() != self._parent:
            # The server was killed, and can no longer tell this process to stop: what it was told would stay in force.
            os.kill(os.getpid(), signal.SIGTERM)

    def _close_idle(self, loop: asyncio.AbstractEventLoop) -> None:
        count = self._connections.close_idle(lambda: {work.scope.client for work in self._open})
        self._count(Shed.IDLE, None, count)
        # Where there were too many, more of them wait to be taken.
        loop.call_later(LOOK if count == 0 else LOOK / 5, self._close_idle, loop)

    def _give_up(self, lane: Lane[Work]) -> None:
        """Answer those that waited too long for a thread: all of them are busy, or wait for a database that is frozen."""
        end = monotonic() - WAIT
        for work in lane.waiting.copy():
            if work.queued_at >= end:
                return
            lane.remove(work)
            if work.claim():
                work.protocol.response_bytes(*busy_answer(work.path))
                self._count(Shed.NO_THREAD, work)
                work.set_done()

    def _watch(self, lane: Lane[Work], loop: asyncio.AbstractEventLoop) -> None:
        """Have an eye on who waits for long: a request whose sender has left needs no answer."""
        begin = monotonic() - LOOK
        for work in lane.waiting.copy():
            if work.queued_at > begin:
                return
            if work.leaving is None:
                work.leaving = loop.create_task(self._drop_when_gone(lane, work))

    async def _drop_when_gone(self, lane: Lane[Work], work: Work) -> None:
        await work.protocol.client_disconnect()
        if work.claim():
            lane.remove(work)
            self._count(Shed.GONE, work)
            work.set_done()

    def _count(self, reason: Shed, work: Work | None, count: int = 1) -> None:
        """Of the intake only what failed through us is counted: see `intake_paths`."""
        if count and not (work is not None and reason in SENDERS_OWN and is_of_intake(work.path)):
            self._shed[reason] += count
            self._note(reason, count)

    def _serve(self, own: Lane[Work], number: int) -> None:
        while True:
            lane = own.calls.get()
            own.since[number] = monotonic()
            work = lane.take()
            if work is not None and work.claim():
                try:
                    self._answer(work)
                except Exception as error:
                    # In the middle of an answer: its sender sees that it ends, and the thread goes on.
                    log.critical("no_answer", exc_info=error)
                finally:
                    work.end()
            own.since[number] = None
            del work

    def _answer(self, work: Work) -> None:
        stated: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            stated.append((int(status[:3]), headers))

        environ = work.environ or environ_of(work)
        if work.body is not None:
            _put_body(environ, work)
        body = self._application(environ, start)
        try:
            if isinstance(body, list):
                work.protocol.response_bytes(*stated[-1], b"".join(body))
            else:
                _send(work.protocol, stated, _chunks(body) if isinstance(body, tuple) else body)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()


def _chunks(parts: tuple[bytes, ...]) -> Iterator[bytes]:
    pieces, size = [], 0
    for part in parts:
        pieces.append(part)
        size += len(part)
        if size >= _CHUNK:
            yield b"".join(pieces)
            pieces, size = [], 0
    yield b"".join(pieces)


def _send(protocol: Any, stated: list[tuple[int, list[tuple[str, str]]]], body: Iterable[bytes]) -> None:
    pieces, size = [], 0
    rest = iter(body)
    for piece in rest:
        pieces.append(piece)
        size += len(piece)
        if size > _WHOLE_ANSWER:
            break
    else:
        protocol.response_bytes(*stated[-1], b"".join(pieces))
        return
    transport = protocol.response_stream(*stated[-1])
    for piece in pieces:
        transport.send_bytes(piece)
    for piece in rest:
        transport.send_bytes(piece)


def environ_of(work: Work) -> Environ:
    """The WSGI environment (PEP 3333) of a request, without its body. Header names with an underscore are left out.

    In the environment such a name would be that of another header, one of a proxy's for instance.
    """
    scope = work.scope
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": work.path.encode("utf-8", "replace").decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_NAME": host.strip("[]"),
        "SERVER_PORT": port,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "wsgi.input": BytesIO(),
    }
    for name, value in scope.headers.items():
        key = _USUAL.get(name)
        if key is None:
            if "_" in name:
                continue
            key = _key_of(name)
        if key in environ:
            value = f"{environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    if "HTTP_CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = environ.pop("HTTP_CONTENT_LENGTH")
    return environ


def _key_of(name: str) -> str:
    return "HTTP_" + name.upper().replace("-", "_")


_USUAL = {
    name: _key_of(name)
    for name in (
        "host", "user-agent", "accept", "accept-encoding", "accept-language", "connection", "content-type",
        "content-length", "authorization", "cookie", "origin", "referer", "if-none-match", "x-forwarded-for",
        "x-forwarded-proto", "x-request-id", "sec-fetch-dest", "sec-fetch-mode", "sec-fetch-site",
    )
}  # fmt: skip
"""Names that most requests bring, with their keys."""


def _put_body(environ: Environ, work: Work) -> None:
    body = environ["wsgi.input"] = work.body
    if isinstance(body, BytesIO):
        # It is whole, no longer in pieces, and as long as what came.
        environ["CONTENT_LENGTH"] = str(body.getbuffer().nbytes)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    if work.refusal is not None:
        environ["registry.body_refused"] = work.refusal
