"""Long lists are answered by a process of their own, beside the one that serves: lookups there wait for no list.

The process holds the same application, and answers as the serving one would (`registry lists answer`). It is started by
the first long list, has one list at a time, and ends when the process that serves does: then the connection between them
is closed. An answer of tens of megabytes is handed over as an open file that lies in memory alone.
"""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import wraps
from io import BytesIO, FileIO
from multiprocessing.connection import Connection
from time import sleep
from typing import Any, NamedTuple

import structlog
from flask import Flask, Response, current_app, g, request

from registry.core.errors import TooBusy
from registry.core.settings import Settings
from registry.http.clients import Environ
from registry.http.uploads import Turns

log = structlog.get_logger()

View = Callable[..., Any]

EXTENSION = "registry_list_process"

MAX_SHORT = 4 * 1024
"""Bytes of a list that is answered by the serving process: some forty questions, two milliseconds."""

MAX_SECONDS = 120.0
"""How long the process may say nothing. It is ended then, and another one started for the next list."""

PATIENCE = 20.0
"""Seconds that a list waits for those before it."""

RETRY_AFTER = 5
NICENESS = 10
"""A lookup that wakes goes before a list, also where both share one processor."""

PIECE, PAUSE = 256 * 1024, 0.001
"""Bytes of an answer that are sent at a time, and seconds between two such pieces.

Sent as fast as it goes, 70 MB keep the serving process busy for a tenth of a second, and lookups wait so long
(docs/decisions/0222).
"""

_TROUBLE = "several long lists are being answered right now: send this one again in a moment"


class ListAnswer(NamedTuple):
    """An answer of the application: its status line, its headers, and its body as an open file."""

    status: str
    headers: list[tuple[str, str]]
    body: FileIO


class ListProcess:
    """The process that answers the long lists of this one. Another is started where it has ended."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        # Each list holds a thread of this process, and some shall be left for others.
        self._turns = Turns(at_once=1, waiting=settings.threads // 2, patience=PATIENCE)
        self._process: subprocess.Popen[bytes] | None = None

    def answer(self, environ: Environ, body: bytes) -> ListAnswer:
        """Raises TooBusy where too many lists wait, or the process ended while it answered."""
        with self._turns.one(_TROUBLE):
            try:
                self._hand_over(environ, body)
                return self._received()
            except (EOFError, OSError) as error:
                log.error("list_process_ended", kind=type(error).__name__)
                self._end()
                raise TooBusy("the list was not answered to its end: send it again", RETRY_AFTER) from None

    def _hand_over(self, environ: Environ, body: bytes) -> None:
        """Give the list to the process, or to another one where that has ended before it took the list."""
        if self._process is not None:
            try:
                return self._send(environ, body)
            except (EOFError, ConnectionError):
                self._end()
        self._start()
        self._send(environ, body)

    def _send(self, environ: Environ, body: bytes) -> None:
        self._connection.send((environ, body))
        self._wait()
        # Empty: from here on the list is not given to another process, for it may be what ends this one.
        self._connection.recv_bytes()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self._connection = Connection(ours.detach())
        with theirs:
            command = [sys.executable, "-m", "registry.cli", "lists", "answer", str(theirs.fileno())]
            # No code runs between fork and exec, so that threads which hold locks do no harm.
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()])
        # From its first step on: a start takes more than a second of a processor.
        os.setpriority(os.PRIO_PROCESS, self._process.pid, os.nice(0) + NICENESS)
        self._connection.send(self._settings)

    def _received(self) -> ListAnswer:
        self._wait()
        status, headers = self._connection.recv()
        self._wait()
        return ListAnswer(status, headers, _receive_file(self._connection))

    def _wait(self) -> None:
        if not self._connection.poll(MAX_SECONDS):
            raise TimeoutError

    def _end(self) -> None:
        self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def long_lists_apart(view: View) -> View:
    """A method of a Resource whose long lists of organisations the list process answers, where the server has one.

    It stands below the guard and above request_list: what else is wrong with the request is found there.
    """

    @wraps(view)
    def wrapper(self: Any, **path: str) -> Any:
        process: ListProcess | None = current_app.extensions.get(EXTENSION)
        body = request.environ["wsgi.input"]
        is_long = isinstance(body, BytesIO) and body.getbuffer().nbytes > MAX_SHORT
        if process is None or not is_long or g.get("organisation") is None:
            return view(self, **path)
        environ = {name: value for name, value in request.environ.items() if isinstance(value, str | bool | tuple)}
        answer = process.answer(environ, body.getvalue())
        return Response(_pieces_of(answer.body), answer.status, answer.headers)

    return wrapper


def _pieces_of(file: FileIO) -> Iterator[bytes]:
    """What the file holds, in pieces with a pause after each, so that lookups are answered in between."""
    with file:
        while piece := file.read(PIECE):
            yield piece
            sleep(PAUSE)


def answer_lists(connection: Connection, application_for: Callable[[Environ], Flask]) -> None:
    """Answer the lists that come, in the process that `ListProcess` starts, until the one that serves has ended."""
    with suppress(EOFError, ConnectionError):
        while True:
            environ, body = connection.recv()
            connection.send_bytes(b"")
            status, headers, file = _answer_of(application_for(environ), environ, body)
            with file:
                connection.send((status, headers))
                _send_file(connection, file)


def _answer_of(app: Flask, environ: Environ, body: bytes) -> ListAnswer:
    stated: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], _error: Any = None, /) -> Any:
        stated.append((status, headers))

    # What stands around every request the process that serves has done already.
    answer = Flask.wsgi_app(app, environ | {"wsgi.input": BytesIO(body)}, start)
    try:
        # No answer to a list is left on a disk.
        file = FileIO(os.memfd_create("list"), "w+")
        with open(file.fileno(), "wb", buffering=PIECE, closefd=False) as writing:
            writing.writelines(answer)
        file.seek(0)
        return ListAnswer(*stated[-1], file)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()


def _send_file(connection: Connection, file: FileIO) -> None:
    """Give the process at the other end an open file, read from where this one stands in it."""
    with socket.socket(fileno=os.dup(connection.fileno())) as channel:
        socket.send_fds(channel, [b"f"], [file.fileno()])


def _receive_file(connection: Connection) -> FileIO:
    """The open file that `_send_file` gives. Raises EOFError where the process at the other end has ended."""
    with socket.socket(fileno=os.dup(connection.fileno())) as channel:
        _, descriptors, _, _ = socket.recv_fds(channel, 1, 1, socket.MSG_CMSG_CLOEXEC)
    if not descriptors:
        raise EOFError
    return FileIO(descriptors[0])
