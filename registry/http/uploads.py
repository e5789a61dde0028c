"""Which large bodies are received, and how many files a process takes at the same time.

What a large body must pass first is host, rate, the size that its address takes, and its sender's key. All of it is asked again
where the request is answered, and answered there: this only decides whether a body is worth its room, so that what would be
refused anyway is refused before it comes. Files are taken few at a time, for each is held in memory while a slow telephone sends
it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from registry.core.errors import TooBusy
from registry.http.clients import Environ
from registry.http.middleware import RequestMiddleware

View = Callable[..., Any]


def takes_body(max_bytes: int, admit_sender: Callable[[], object] | None = None) -> Callable[[View], View]:
    """Say of a page's view that it takes a body of so many bytes, of whom `admit_sender` does not refuse.

    It stands above all else that wraps the view. Endpoints say it by their schemas (registry.http.schemas) and guards.
    """

    def decorate(view: View) -> View:
        view.max_bytes = max_bytes  # type: ignore[attr-defined]
        if admit_sender is not None:
            view.admit_sender = admit_sender  # type: ignore[attr-defined]
        return view

    return decorate


def admit_body(app: Flask, middleware: RequestMiddleware, environ: Environ, length: int | None) -> int:
    """How many bytes may come of a body; `length` is what was announced, None where it comes in chunks.

    Raises what the request is refused for: no such address, another host, too many requests, no key, too large.
    """
    with app.request_context(environ):
        middleware.admit(environ)
        if request.routing_exception is not None:
            raise request.routing_exception
        assert request.url_rule is not None
        view = app.view_functions[request.url_rule.endpoint]
        resource = getattr(view, "view_class", None)
        if resource is not None:
            view = getattr(resource, request.method.lower(), view)
        spec = getattr(view, "request_spec", None)
        max_bytes: int = (
            getattr(view, "max_bytes", app.config["MAX_CONTENT_LENGTH"]) if spec is None else spec.max_bytes
        )
        if length is not None and length > max_bytes:
            raise RequestEntityTooLarge
        admit_sender: Callable[[], object] | None = getattr(view, "admit_sender", None)
        if admit_sender is not None:
            admit_sender()
        return max_bytes


AT_ONCE = 4
"""Half of a process's threads, and 80 MB of its memory."""
RETRY_AFTER = 15

_taking = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def one_of_few(
    trouble: str = "several files are being sent right now: send this one again in a moment",
    among: threading.Semaphore = _taking,
) -> Iterator[None]:
    """Take a file, or do what costs as much, while the block lasts. Raises TooBusy where as many as may are at it already.

    `among`: what takes seconds for one kind of caller has a number of its own, so that it keeps no one else waiting.
    """
    if not among.acquire(blocking=False):
        raise TooBusy(trouble, RETRY_AFTER)
    try:
        yield
    finally:
        among.release()


class Turns:
    """Room for what takes seconds of a processor: `at_once` do it, `waiting` wait for their turn, further ones are refused."""

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        self._admitted = threading.BoundedSemaphore(at_once + waiting)
        self._working = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def one(self, trouble: str) -> Iterator[None]:
        """Wait for a turn, and have it while the block lasts. Raises TooBusy where too many wait, or none ends in time."""
        with one_of_few(trouble, self._admitted):
            if not self._working.acquire(timeout=self._patience):
                raise TooBusy(trouble, RETRY_AFTER)
            try:
                yield
            finally:
                self._working.release()


_WORKBOOKS = Turns(at_once=2, waiting=1, patience=10)
_WORKBOOKS_WITHOUT_KEY = Turns(at_once=1, waiting=2, patience=5)
"""Those of anybody have turns of their own: they keep no organisation waiting."""


@contextmanager
def workbook_turn(*, has_key: bool = True) -> Iterator[None]:
    """Have a workbook read while the block lasts: that takes a processor, and a thread that waits. Raises TooBusy."""
    turns = _WORKBOOKS if has_key else _WORKBOOKS_WITHOUT_KEY
    with turns.one("several workbooks are being read right now: send this one again in a moment, or as CSV"):
        yield
