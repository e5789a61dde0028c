"""The one step around every request: whom to believe, how often, what every answer carries, and one line in the log.

It works on the WSGI level: the same as hooks of the application would cost fourteen times as much.
"""

import random
import re
from collections.abc import Callable, Iterable
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from time import perf_counter, time
from typing import Any, NamedTuple

import structlog
from flask import Flask, Request, Response
from werkzeug.exceptions import NotAcceptable, RequestHeaderFieldsTooLarge, RequestURITooLarge

from registry.core.errors import KeyInAddress, RegistryError, TooManyRequests
from registry.core.settings import Settings
from registry.core.tracing import TRACEPARENT, Tracer
from registry.http.clients import Environ, believe_proxies, network_of
from registry.http.encodings import accepted
from registry.http.errors import MAX_ADDRESS, MEDIA_TYPE, HostNotServed, last_resort
from registry.http.lanes import WAITED
from registry.http.limits import Limiter, Quota, Quotas
from registry.http.logs import SINK, LoggedRequest
from registry.http.metrics import Metrics
from registry.http.paths import DESK_PATHS, ORGANISATION_PATHS, is_of_intake, plain_path
from registry.http.responses import Header, content_policy, cross_origin_headers, security_headers
from registry.http.wsgi_bridge import HAS_LARGE_HEADERS
from registry.organisations.keys import BEGINNING

log = structlog.get_logger()

Inner = Callable[[Environ, Any], Iterable[bytes]]

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

PlainView = Callable[[Environ, Callable[[Environ], None]], Response | None]
"""A view that needs none of Flask's contexts. It is given a request and what admits one; None, and nothing admitted, where Flask
is to answer."""

PLAIN_VIEWS = "registry_plain_views"
"""Under which an application holds its plain views, by path."""

ROUTE, RAISED = "registry.route", "registry.raised"
"""Under which a request says what a plain view answered it, or what that raised: Flask raises it again, and answers it."""

UNLIMITED = ("/health", "/ready", "/metrics", "/static/")
"""Neither counted nor held to the host's name: probes come by address, and a page's files come in numbers."""

_REQUEST_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

API_PATH = "/api/v1/"
API_VERSION = ("API-Version", version("recruitment-registry"))
_LOOPBACK = re.compile(r"(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?")


OFFICERS_ALONE = ("/console", *DESK_PATHS)
OF_ORGANISATIONS = ("/account", *ORGANISATION_PATHS)
"""What organisations do is one route in the log and in the metrics, whatever it was; what failed through us keeps its own."""

ON_CONSOLE_HOST = ("/console", "/api/v1/")
"""What is served on the console's own host, if it has one."""


def _private(headers: list[Header]) -> list[Header]:
    """What is answered to a key is no shared cache's: the next asker would read from it that this one asked."""
    return [
        (name, value.replace("public,", "private,", 1)) if name == "Cache-Control" else (name, value)
        for name, value in headers
    ] + [("Vary", "Authorization")]


def _request_id(environ: Environ) -> str:
    """The id that the asker gave, that of the trace which the request belongs to, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID")
    if given and _REQUEST_ID.fullmatch(given):
        return str(given)
    sent = environ.get("HTTP_TRACEPARENT")
    traced = TRACEPARENT.fullmatch(sent) if sent else None
    # An id tells requests apart and is no secret: asking the system for randomness would cost more than the frame.
    return traced[1] if traced else random.getrandbits(128).to_bytes(16).hex()


def _is_named(host: str, url: str) -> bool:
    """Whether a Host header, in lower case, names the host of an address."""
    scheme, _, named = url.partition("://")
    return host.removesuffix(":443" if scheme == "https" else ":80") == named


class PathPlan(NamedTuple):
    """What follows from a path alone. `endings`: by method the headers that an answer ends with."""

    is_unlimited: bool
    has_key: bool
    is_of_intake: bool
    is_of_organisations: bool
    endings: dict[str, list[Header]]


def plan_of(path: str, methods: Iterable[str]) -> PathPlan:
    version = [API_VERSION] if path.startswith(API_PATH) else []
    return PathPlan(
        path.startswith(UNLIMITED),
        BEGINNING in path,
        is_of_intake(path),
        path.startswith(OF_ORGANISATIONS),
        {method: [*version, *cross_origin_headers(method, path)] for method in methods},
    )


def told_of(environ: Environ, status: int) -> tuple[str, str | None]:
    """Method and route of a request that was answered, as log, metrics and traces tell them."""
    route: str | None = environ.get(ROUTE)
    if route is None:
        request: Request | None = environ.get("werkzeug.request")
        rule = request.url_rule if request is not None else None
        route = rule.rule if rule is not None else None
    plan: PathPlan = environ["registry.plan"]
    if status < 500 and plan.is_of_organisations:
        # By its route a count would say how many watch, and a line at which instant one began to.
        route = "organisations"
    method = environ["REQUEST_METHOD"]
    return (method if method in METHODS else "OTHER"), route


class TracingMiddleware:
    """A span around every request but probes, and those to the intake, which leave one only where they failed through us."""

    def __init__(self, inner: Inner, tracer: Tracer) -> None:
        self._inner, self._tracer = inner, tracer

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        path = plain_path(environ["PATH_INFO"])
        if path.startswith(UNLIMITED):
            return self._inner(environ, start_response)
        if is_of_intake(path):
            return self._inner(environ, self._noting_failures(environ, start_response))
        with self._tracer.request(environ.get("HTTP_TRACEPARENT")) as span:

            def start(status: str, headers: list[Header], *more: Any) -> Any:
                # The route is known until the answer has begun.
                name, attributes = self._described(environ, int(status[:3]))
                self._tracer.end(span, name, attributes, is_error=status >= "5")
                return start_response(status, headers, *more)

            return self._inner(environ, start)

    def _noting_failures(self, environ: Environ, start_response: Any) -> Any:
        started = perf_counter()

        def start(status: str, headers: list[Header], *more: Any) -> Any:
            if status >= "5":
                name, attributes = self._described(environ, int(status[:3]))
                self._tracer.note(name, perf_counter() - started, attributes, is_error=True)
            return start_response(status, headers, *more)

        return start

    def _described(self, environ: Environ, status: int) -> tuple[str, dict[str, str | int]]:
        method, route = told_of(environ, status)
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "http.response.status_code": status,
            "registry.request_id": environ["registry.request_id"],
            "registry.waited_ms": round(1000 * environ.get(WAITED, 0.0)),
        }
        return f"{method} {route or 'none'}", attributes | ({"http.route": route} if route else {})


class RequestMiddleware:
    def __init__(
        self, app: Flask, settings: Settings, limiter: Limiter, quotas: Quotas, metrics: Metrics | None
    ) -> None:
        # The application's own, whatever stood around it before.
        self._inner: Inner = partial(type(app).wsgi_app, app)
        self._settings = settings
        self._limiter = limiter
        self._quotas = quotas
        self._metrics = metrics
        self._always: list[Header] = [*security_headers(settings), ("Content-Security-Policy", content_policy())]
        self._by_name = dict(zip((name for name, _ in self._always), self._always, strict=True))
        self._url_map = app.url_map
        self._plain_views: dict[str, PlainView] = app.extensions.setdefault(PLAIN_VIEWS, {})
        self._plans: dict[str, PathPlan] | None = None

    def _plan(self, environ: Environ) -> PathPlan:
        """The plan of a path: kept for those of our own routes that hold no value, so that nothing asked is remembered."""
        plans = self._plans
        if plans is None:
            paths = {rule.rule for rule in self._url_map.iter_rules() if not rule.arguments}
            plans = self._plans = {path: plan_of(path, METHODS) for path in paths}
        path, method = environ["PATH_INFO"], environ["REQUEST_METHOD"]
        plan = plans.get(path)
        if plan is None:
            # Of our own routes none is spelt in two ways, so that lookups need not ask.
            path = environ["PATH_INFO"] = plain_path(path)
            plan = plans.get(path)
        return plan if plan is not None and method in METHODS else plan_of(path, (method,))

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        started = perf_counter()
        request_id = _request_id(environ)
        environ["registry.request_id"] = request_id
        plan = environ["registry.plan"] = self._plan(environ)
        if self._settings.trusted_proxies:
            believe_proxies(environ, self._settings.trusted_proxies)

        def start(status: str, headers: list[Header], exc_info: Any = None) -> Any:
            code = int(status[:3])
            headers = self._joined(environ, plan, headers, request_id, code)
            self._note(environ, plan, request_id, code, perf_counter() - started)
            return start_response(status, headers) if exc_info is None else start_response(status, headers, exc_info)

        try:
            response = self._answer_plainly(environ)
            return self._inner(environ, start) if response is None else response(environ, start)
        except Exception as error:
            # Even the answer to an error failed. The asker still gets the one shape, and the log says where.
            log.critical("no_answer", exc_info=error, request_id=request_id)
            body = last_resort(request_id)
            start("500 Internal Server Error", [("Content-Type", MEDIA_TYPE), ("Content-Length", str(len(body)))])
            return [body]

    def _answer_plainly(self, environ: Environ) -> Response | None:
        """The response of a plain view; None where there is none for the request, or it raised what Flask is to answer."""
        path = environ["PATH_INFO"]
        view = self._plain_views.get(path)
        if view is None:
            return None
        try:
            response = view(environ, self.admit)
        except Exception as error:
            environ[RAISED] = error
            return None
        if response is not None:
            environ[ROUTE] = path
        return response

    def admit(self, environ: Environ) -> None:
        """Raise what is too large or cannot be answered, HostNotServed, TooManyRequests, KeyInAddress, or what the body was
        refused for.

        Called inside the application, whose error answers serve. A request with a large body comes here before its body
        and again with it, and is counted once.
        """
        if RAISED in environ:
            raise environ[RAISED]
        plan: PathPlan = environ.get("registry.plan") or self._plan(environ)
        if len(environ["PATH_INFO"]) + len(environ["QUERY_STRING"]) > MAX_ADDRESS:
            raise RequestURITooLarge
        if HAS_LARGE_HEADERS in environ:
            raise RequestHeaderFieldsTooLarge
        if plan.is_unlimited:
            return
        encodings = environ.get("HTTP_ACCEPT_ENCODING")
        if encodings and not accepted(encodings).takes_any:
            raise NotAcceptable
        quota: Quota | None = environ.get("registry.quota")
        if quota is None:
            if not self._is_ours(environ.get("HTTP_HOST", "").lower(), environ["PATH_INFO"]):
                raise HostNotServed
            # Of a key that opened a moment ago the organisation's own limit counts, and no longer that of the address.
            quota = self._quotas.of_known(environ) or self._limiter.take(network_of(environ.get("REMOTE_ADDR") or ""))
            environ["registry.quota"] = quota
        if quota.is_refused:
            raise TooManyRequests(
                f"more than {quota.limit} requests in a minute; ask again in {quota.next_in} seconds", quota.next_in
            )
        refusal: RegistryError | None = environ.get("registry.body_refused")
        if refusal is not None:
            raise refusal
        if plan.has_key or BEGINNING in environ["QUERY_STRING"]:
            raise KeyInAddress

    def _is_ours(self, host: str, path: str) -> bool:
        """Whether the host is that of the address. A console with a host of its own is on no other, and the API on both."""
        own = self._settings.console_url
        if own is not None and _is_named(host, own) and path.startswith(ON_CONSOLE_HOST):
            return True
        if own is not None and path.startswith(OFFICERS_ALONE):
            return False
        if host == self._settings.public_host:
            return True
        if not self._settings.is_public_url_set:
            return _LOOPBACK.fullmatch(host) is not None
        return _is_named(host, self._settings.public_url)

    def _joined(
        self, environ: Environ, plan: PathPlan, headers: list[Header], request_id: str, status: int
    ) -> list[Header]:
        quota: Quota | None = environ.get("registry.quota")
        if "HTTP_AUTHORIZATION" in environ:
            headers = _private(headers)
        if status == HTTPStatus.NOT_MODIFIED:
            # Of the answer that the asker holds the headers still hold too (RFC 9110, 15.4.5).
            joined = [*headers, ("X-Request-Id", request_id)]
        else:
            joined = headers + self._always
            joined.append(("X-Request-Id", request_id))
            for name, _ in headers:
                # What a view says itself stands in place of ours.
                if name in self._by_name:
                    joined.remove(self._by_name[name])
        if quota is not None:
            joined += quota.headers()
        joined += plan.endings[environ["REQUEST_METHOD"]]
        return joined

    def _note(self, environ: Environ, plan: PathPlan, request_id: str, status: int, seconds: float) -> None:
        if status < 500 and plan.is_of_intake:
            return
        method, route = told_of(environ, status)
        SINK.write_later(LoggedRequest(time(), request_id, method, route, status, seconds))
        if self._metrics is not None:
            self._metrics.count(method, route, status, seconds)
