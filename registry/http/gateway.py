"""Between the server (granian, RSGI) and the application (WSGI): an event loop that receives, threads that answer.

What waits for a client waits in the event loop: headers, bodies, slow readers. A thread is taken only for a request that
is here as a whole, and from the lane that it belongs to (registry/http/lanes.py). `/live` is answered by the loop itself.
"""

import asyncio
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from time import monotonic
from typing import Any, Protocol

import structlog
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from registry.core.errors import BodyIncomplete, BodyTooSlow, RegistryError, TooBusy
from registry.http import bodies
from registry.http.bodies import SENDERS_OWN, Shed, StreamedBody, TooManyLists, shed_for
from registry.http.clients import Environ
from registry.http.connections import Connections
from registry.http.errors import fixed_answer
from registry.http.lanes import LANES, PROBES, WAITED, Lane, is_lookup, is_plain_lookup, states_of
from registry.http.paths import is_of_intake, plain_path
from registry.http.wsgi_bridge import chunks_of, environ_of, send_answer

log = structlog.get_logger()

WAIT = 5.0
"""Seconds that a request waits for a free thread before it is told to come again."""

SLOW, PAUSE = 0.1, 2.0
"""A lookup that took so many seconds in the event loop leaves lookups to the threads for so many."""

LOOK = 0.5
"""Seconds between two looks for requests that have waited so long, and for idle connections."""

MAX_STREAMED = 2
"""Bodies larger than `bodies.MAX_WHOLE` that are taken at a time, one from each network: each holds a thread while it comes."""

MAX_ADMITTED = 64
"""Large bodies that wait at a time to be let in."""

_BUSY = "all that answer are busy right now; ask again in a few seconds"

_LIVE = b'{"status":"ok"}'
_LIVE_HEADERS = [
    ("Content-Type", "application/json"),
    ("Content-Length", str(len(_LIVE))),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]


class WSGI(Protocol):
    def __call__(self, environ: Environ, start_response: Any, /) -> Iterable[bytes]: ...


class Work:
    """One request on its way to a thread. Who takes it out of its lane answers it: a thread, or the loop where it waited long.

    `done` is made where the loop will wait for it. `answer` is a whole one, which the loop sends: status, headers and body.
    `headers` are those of the request: the server copies them each time that `scope` is asked for them.
    """

    __slots__ = (
        "answer",
        "body",
        "done",
        "environ",
        "headers",
        "leaving",
        "loop",
        "path",
        "protocol",
        "queued_at",
        "refusal",
        "scope",
    )

    def __init__(self, scope: Any, path: str, protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
        self.scope, self.path, self.protocol, self.loop = scope, path, protocol, loop
        self.headers = scope.headers
        self.body: BytesIO | StreamedBody | bodies.RefusedBody | None = None
        self.refusal: RegistryError | None = None
        self.environ: Environ | None = None
        self.done: asyncio.Future[None]
        self.leaving: asyncio.Task[None] | None = None
        self.queued_at = 0.0
        self.answer: tuple[int, list[tuple[str, str]], bytes] | None = None

    def send_answer(self) -> None:
        """Send the answer, unless it was sent in pieces already. Called in the loop."""
        if self.answer is not None:
            self.protocol.response_bytes(*self.answer)

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
    was shed, and is told whether the intake was asked. With `answers_here` the event loop answers a plain lookup itself while
    nothing else is at work: only where none waits for another server (docs/decisions/0220).
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
        note: Callable[[Shed, int, bool], None],
        answers_here: bool = False,
    ) -> None:
        self._application = application
        self._senders = senders
        self._connections = connections
        self._grace = grace
        self._note = note
        self._answers_here = answers_here
        self._room = bodies.Room()
        self._streaming: list[str] = []
        self._admitting = ThreadPoolExecutor(1, "admits")
        self._admissions = 0
        self._open: set[Work] = set()
        self._others_open = 0
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
        self._parent = os.getppid()
        loop.call_later(LOOK, self._look, loop)
        loop.call_later(LOOK, self._close_idle, loop)

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        path = plain_path(scope.path)
        if path == "/live":
            protocol.response_bytes(200, _LIVE_HEADERS, _LIVE)
            return
        work = Work(scope, path, protocol, asyncio.get_running_loop())
        headers = work.headers
        chunked, length = headers.get("transfer-encoding"), bodies.announced_length(headers.get("content-length"))
        has_body = chunked is not None or bool(length)
        is_other = has_body or not is_plain_lookup(path, scope, headers)
        if self._answers_here and not is_other and not self._others_open:
            self._answer_here(work)
            # Those that came meanwhile are answered first, and then all are sent: a thread of the server wakes for each
            # answer, and would take the core between two of them (docs/decisions/0224).
            await asyncio.sleep(0)
            work.send_answer()
            return
        work.done = work.loop.create_future()
        self._open.add(work)
        self._others_open += is_other
        try:
            if has_body:
                await self._with_body(work, None if chunked is not None else length)
            else:
                self._queue(work)
                await work.done
            work.send_answer()
        finally:
            self._open.discard(work)
            self._others_open -= is_other
            if work.leaving is not None:
                work.leaving.cancel()

    def _answer_here(self, work: Work) -> None:
        """Answer in the event loop. One that was slow leaves those of the next seconds to the threads."""
        work.queued_at = monotonic()
        self._answer(work)
        if monotonic() - work.queued_at > SLOW:
            self._answers_here = False
            work.loop.call_later(PAUSE, self._resume_answering)

    def _resume_answering(self) -> None:
        self._answers_here = True

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
            if isinstance(work.refusal, BodyTooSlow):
                # The server would now and then go on waiting for the rest of a body that stopped.
                self._connections.stop_receiving(work.scope.client)
        finally:
            if network is not None:
                self._room.give_back(network, taken)

    async def _admit(self, work: Work, length: int | None) -> tuple[str, int]:
        """The network that a large body comes from, and how many bytes may come. Raises what it is refused for."""
        if self._admissions >= MAX_ADMITTED:
            raise TooBusy("many files are being sent right now: send this one again in a moment", bodies.RETRY_AFTER)
        environ = work.environ = environ_of(work.scope, work.path, work.headers)
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
        self._count(shed_for(refusal), work)

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
            work.environ = environ_of(work.scope, work.path, work.headers)
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
            if lane.remove(work):
                work.protocol.response_bytes(*fixed_answer(work.path, _BUSY))
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
        if lane.remove(work):
            self._count(Shed.GONE, work)
            work.set_done()

    def _count(self, reason: Shed, work: Work | None, count: int = 1) -> None:
        """Of the intake only what failed through us is counted: see registry.http.paths."""
        is_intake = work is not None and is_of_intake(work.path)
        if count and not (is_intake and reason in SENDERS_OWN):
            self._shed[reason] += count
            self._note(reason, count, is_intake)

    def _serve(self, own: Lane[Work], number: int) -> None:
        while True:
            lane = own.calls.get()
            own.since[number] = monotonic()
            work = lane.take()
            if work is not None:
                try:
                    self._answer(work)
                finally:
                    work.end()
            own.since[number] = None
            del work

    def _answer(self, work: Work) -> None:
        try:
            self._make_answer(work)
        except Exception as error:
            # In the middle of an answer: its sender sees that it ends, and the thread goes on.
            log.critical("no_answer", exc_info=error)

    def _make_answer(self, work: Work) -> None:
        stated: list[tuple[int, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
            stated.append((int(status[:3]), headers))

        environ = work.environ or environ_of(work.scope, work.path, work.headers)
        environ[WAITED] = monotonic() - work.queued_at
        if work.body is not None:
            _put_body(environ, work)
        body = self._application(environ, start)
        try:
            if isinstance(body, list):
                work.answer = (*stated[-1], b"".join(body))
            else:
                send_answer(work.protocol, stated, chunks_of(body) if isinstance(body, tuple) else body)
        finally:
            close = getattr(body, "close", None)
            if close is not None:
                close()


def _put_body(environ: Environ, work: Work) -> None:
    body = environ["wsgi.input"] = work.body
    if isinstance(body, BytesIO):
        # It is whole, no longer in pieces, and as long as what came.
        environ["CONTENT_LENGTH"] = str(body.getbuffer().nbytes)
        environ.pop("HTTP_TRANSFER_ENCODING", None)
    if work.refusal is not None:
        environ["registry.body_refused"] = work.refusal
