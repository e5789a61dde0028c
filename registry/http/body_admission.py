"""What a large body must pass before it is received: host, rate, the size that its address takes, and its sender's key.

All of it is asked again where the request is answered, and answered there: this only decides whether a body is worth its
room, so that what would be refused anyway is refused before it comes.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

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
