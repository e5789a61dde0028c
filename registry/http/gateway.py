"""Between the server (granian, RSGI) and the application (WSGI): an event loop that receives, threads that answer.

What waits for a client waits in the event loop: headers, bodies, slow readers. A thread is taken only for a request that
is here as a whole. `/live` is answered by the loop itself, and what probes ask has a thread of its own, so that they tell of
the process and not of its queue.
"""

import asyncio
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from io import BytesIO
from queue import SimpleQueue
from time import monotonic
from typing import IO, Any, Protocol

from registry.core.errors import RegistryError, TooBusy
from registry.http import bodies
from registry.http.clients import Environ
from registry.http.errors import busy_answer
from registry.http.streaming import StreamedBody

WAIT = 5.0
"""Seconds that a request waits for a free thread before it is told to come again."""

LOOK = 0.5
"""Seconds between two looks for requests that have waited so long."""

MAX_STREAMED = 2
"""Bodies larger than `bodies.MAX_WHOLE` that are taken at a time: each holds a thread while it comes."""

PROBES = frozenset({"/ready", "/health", "/metrics"})

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


class Work:
    """One request on its way to a thread. Who claims it answers it: a thread, or the loop when it waited too long."""

    __slots__ = ("_ticket", "body", "done", "loop", "protocol", "queued_at", "refusal", "scope")

    def __init__(self, scope: Any, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.scope, self.protocol, self.loop = scope, protocol, loop
        self.body: IO[bytes] | None = None
        self.refusal: RegistryError | None = None
        self.done: asyncio.Future[None] = loop.create_future()
        self.queued_at = 0.0
        self._ticket = [None]

    def claim(self) -> bool:
        try:
            self._ticket.pop()
        except IndexError:
            return False
        return True

    @property
    def is_claimed(self) -> bool:
        return not self._ticket

    def end(self) -> None:
        """Let the server go on with the connection. Called from a thread."""
        # A loop that is closed says so: the process ends.
        with suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._set_done)

    def _set_done(self) -> None:
        if not self.done.done():
            self.done.set_result(None)


class Gateway:
    """The RSGI application: `threads` answer with a WSGI application. `grace` as in `bodies.Pace`."""

    def __init__(self, application: WSGI, threads: int, grace: float = bodies.GRACE) -> None:
        self._application = application
        self._grace = grace
        self._room = bodies.Room()
        self._streamed = 0
        self._waiting: deque[Work] = deque()
        self._works: SimpleQueue[Work] = SimpleQueue()
        self._probes: SimpleQueue[Work] = SimpleQueue()
        for number in range(threads):
            threading.Thread(target=self._serve, args=(self._works,), name=f"answers-{number}", daemon=True).start()
        threading.Thread(target=self._serve, args=(self._probes,), name="probes", daemon=True).start()

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        self._parent = os.getppid()
        loop.call_later(LOOK, self._look, loop)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        if scope.path == "/live":
            protocol.response_bytes(200, _LIVE_HEADERS, _LIVE)
            return
        work = Work(scope, protocol, asyncio.get_running_loop())
        headers = scope.headers
        chunked, length = headers.get("transfer-encoding"), bodies.announced_length(headers.get("content-length"))
        if chunked is None and not length:
            self._queue(work)
            await work.done
            return
        await self._with_body(work, None if chunked is not None else length)

    async def _with_body(self, work: Work, length: int | None) -> None:
        pace = bodies.Pace(self._grace)
        pieces = bodies.pieces_in_time(work.protocol, length, pace)
        taken = 0
        read: list[bytes] = []
        if length is not None and length >= bodies.MAX_WHOLE:
            await self._streaming(work, pieces, read)
            return
        try:
            try:
                async for piece in pieces:
                    self._room.take(len(piece))
                    taken += len(piece)
                    read.append(piece)
                    if taken >= bodies.MAX_WHOLE:
                        break
                else:
                    work.body = BytesIO(b"".join(read))
            except RegistryError as refusal:
                work.refusal = refusal
            if work.body is None and work.refusal is None:
                await self._streaming(work, pieces, read)
                return
            del read
            self._queue(work)
            await work.done
        finally:
            self._room.give_back(taken)

    async def _streaming(self, work: Work, pieces: Any, read: list[bytes]) -> None:
        """Let a thread read a large body while it comes; it stays held to its pace."""
        if self._streamed >= MAX_STREAMED:
            work.refusal = TooBusy("several long lists are being sent right now: send this one again in a moment", 15)
            self._queue(work)
            await work.done
            return
        self._streamed += 1
        try:
            streamed = StreamedBody(work.loop, read)
            work.body = streamed  # type: ignore[assignment]
            feeding = asyncio.ensure_future(streamed.feed(pieces))
            self._queue(work)
            await work.done
            feeding.cancel()
        finally:
            self._streamed -= 1

    def _queue(self, work: Work) -> None:
        work.queued_at = monotonic()
        if work.scope.path in PROBES:
            self._probes.put(work)
            return
        self._waiting.append(work)
        self._works.put(work)
        while self._waiting and self._waiting[0].is_claimed:
            self._waiting.popleft()

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._give_up()
        if os.getppid() != self._parent:
            # The server was killed, and can no longer tell this process to stop: what it was told would stay in force.
            os.kill(os.getpid(), signal.SIGTERM)
        loop.call_later(LOOK, self._look, loop)

    def _give_up(self) -> None:
        """Answer those that waited too long for a thread: all of them are busy, or wait for a database that is frozen."""
        end = monotonic() - WAIT
        while self._waiting and (self._waiting[0].is_claimed or self._waiting[0].queued_at < end):
            work = self._waiting.popleft()
            if work.claim():
                work.protocol.response_bytes(*busy_answer(work.scope.path))
                work._set_done()

    def _serve(self, works: "SimpleQueue[Work]") -> None:
        while True:
            work = works.get()
            if work.claim():
                try:
                    self._answer(work)
                finally:
                    work.end()
            del work

    def _answer(self, work: Work) -> None:
        stated: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            stated.append((int(status[:3]), headers))

        body = self._application(environ_of(work), start)
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
    """The WSGI environment (PEP 3333) of a request. Its body is whole, and CONTENT_LENGTH what came of it."""
    scope = work.scope
    host, _, port = scope.server.rpartition(":")
    environ: Environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode("utf-8", "replace").decode("latin-1"),
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
    }
    for name, value in scope.headers.items():
        key = "HTTP_" + name.upper().replace("-", "_")
        if key in environ:
            value = f"{environ[key]}{';' if key == 'HTTP_COOKIE' else ','}{value}"
        environ[key] = value
    if "HTTP_HOST" not in environ:
        environ["HTTP_HOST"] = scope.authority or ""
    if "HTTP_CONTENT_TYPE" in environ:
        environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE")
    length = environ.pop("HTTP_CONTENT_LENGTH", None)
    body = work.body
    if isinstance(body, BytesIO):
        environ["CONTENT_LENGTH"] = str(body.getbuffer().nbytes)
        # It is whole, and no longer in pieces.
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    elif length is not None:
        environ["CONTENT_LENGTH"] = length
    environ["wsgi.input"] = BytesIO() if body is None else body
    if work.refusal is not None:
        environ["registry.body_refused"] = work.refusal
    return environ
