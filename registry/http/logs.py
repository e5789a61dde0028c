"""JSON logs: one line an event, on standard output, without anything that a client sent.

No query, no form, no path with values in it (the route's rule instead), no address, no user agent; of an exception its
type and where it arose, never its message, for messages quote what they choke on.
Lines about requests wait a moment in memory and are written together by a thread, so that a request pays for a tuple
alone; a process killed hard loses the last quarter of a second of them. Everything else is written at once.
"""

import atexit
import logging
import os
import sys
import threading
from collections import deque
from collections.abc import MutableMapping
from datetime import UTC, datetime
from functools import lru_cache
from multiprocessing.util import Finalize
from pathlib import Path
from typing import Any

import msgspec
import structlog
from flask import has_request_context, request

from registry.core.clock import instant_text, now

INTERVAL = 0.25
MAX_WAITING = 100_000

_encode = msgspec.json.Encoder().encode
_ROOT = str(Path(__file__).resolve().parents[2]) + os.sep


class LoggedRequest(msgspec.Struct, frozen=True, gc=False):
    """What is kept of one request. `at` is seconds since 1970, `seconds` how long the answer took to begin."""

    at: float
    request_id: str
    method: str
    route: str | None
    status: int
    seconds: float


class Sink:
    """Where lines go: a file descriptor, standard output unless a test says otherwise."""

    def __init__(self, descriptor: int = 1) -> None:
        self.descriptor = descriptor
        self._waiting: deque[LoggedRequest] = deque(maxlen=MAX_WAITING)
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def write_later(self, line: LoggedRequest) -> None:
        self._waiting.append(line)
        if self._thread is None:
            self._start()

    def write(self, line: bytes) -> None:
        self.flush()
        self._put(line + b"\n")

    def flush(self) -> None:
        lines = []
        try:
            while True:
                lines.append(_request_line(self._waiting.popleft()))
        except IndexError:
            # Empty, be it through us or through another thread that flushes at the same time.
            if lines:
                self._put(b"".join(lines))

    def forget_thread(self) -> None:
        """After a fork the child has our memory and not our thread."""
        self._thread = None
        self._waiting.clear()
        self._writing = threading.Lock()

    def _start(self) -> None:
        with self._writing:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="log", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(INTERVAL)
            self.flush()

    def _put(self, lines: bytes) -> None:
        with self._writing:
            view = memoryview(lines)
            while view:
                try:
                    view = view[os.write(self.descriptor, view) :]
                except OSError:
                    # Our output is no longer read. That must not stop the answers.
                    return


def _request_line(line: LoggedRequest) -> bytes:
    seconds, rest = divmod(line.at, 1)
    return (
        _encode(
            {
                "time": f"{_second_text(int(seconds))}.{int(rest * 1_000_000):06d}Z",
                "level": "info",
                "event": "request",
                "request_id": line.request_id,
                "method": line.method,
                "route": line.route,
                "status": line.status,
                "duration_ms": round(line.seconds * 1000, 3),
            }
        )
        + b"\n"
    )


@lru_cache(maxsize=8)
def _second_text(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


SINK = Sink()
atexit.register(SINK.flush)
os.register_at_fork(after_in_child=SINK.forget_thread)


class _SinkLogger:
    def msg(self, line: bytes) -> None:
        SINK.write(line)

    debug = info = warning = error = critical = msg


def configure(descriptor: int | None = None) -> None:
    """Send structlog and the standard library's logging to the sink, and its lines to a file descriptor where one is given.

    Once for each process; again does no harm.
    """
    if descriptor is not None:
        SINK.descriptor = descriptor
    structlog.configure(
        processors=[structlog.processors.add_log_level, _add_time, _add_request_id, _only_where, _render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=lambda *_names: _SinkLogger(),
        cache_logger_on_first_use=False,
    )
    # A server's worker process is a multiprocessing child: it runs these at its end, and no atexit functions.
    Finalize(None, SINK.flush, exitpriority=0)
    root = logging.getLogger()
    if not any(isinstance(handler, _LibraryHandler) for handler in root.handlers):
        root.addHandler(_LibraryHandler(logging.WARNING))


class _LibraryHandler(logging.Handler):
    """What a library says: who and where, not its words, for those may quote a client."""

    def emit(self, record: logging.LogRecord) -> None:
        event: dict[str, Any] = {
            "time": instant_text(now()),
            "level": record.levelname.lower(),
            "event": "library",
            "library": record.name,
            "where": f"{Path(record.pathname).name}:{record.lineno}",
        }
        if record.exc_info and record.exc_info[1] is not None:
            event["exception"] = exception_without_words(record.exc_info[1])
        SINK.write(_encode(event))


Event = MutableMapping[str, Any]


def _add_time(_logger: Any, _name: str, event: Event) -> Event:
    return {"time": instant_text(now()), **event}


def _add_request_id(_logger: Any, _name: str, event: Event) -> Event:
    if has_request_context():
        event.setdefault("request_id", request.environ.get("registry.request_id"))
    return event


def _only_where(_logger: Any, _name: str, event: Event) -> Event:
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, tuple):
        exc_info = exc_info[1]
    if isinstance(exc_info, BaseException):
        event["exception"] = exception_without_words(exc_info)
    return event


def _render(_logger: Any, _name: str, event: Event) -> bytes:
    return _encode(event)


def exception_without_words(error: BaseException) -> list[dict[str, Any]]:
    """The error and those it came from: type and places in the code, outermost call first."""
    chain: list[dict[str, Any]] = []
    link: BaseException | None = error
    while link is not None and len(chain) < 8:
        places = []
        trace = link.__traceback__
        while trace is not None:
            code = trace.tb_frame.f_code
            places.append(f"{code.co_filename.removeprefix(_ROOT)}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        chain.append({"type": f"{type(link).__module__}.{type(link).__qualname__}", "places": places[-40:]})
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return chain
