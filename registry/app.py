"""Builds the application that a process serves."""

import os
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, cast

from flask import Flask, Request
from flask.globals import request_ctx
from werkzeug.routing import MapAdapter

from registry.core.db.engine import Limits, count_waits, engine_for, reading_sessions_for, sessions_for
from registry.core.processes import forbid_dumps, freeze_gc, prepare_structs
from registry.core.settings import Edge, Settings
from registry.core.tracing import tracer_for
from registry.http import errors, health, logs, metrics, transaction
from registry.http.clients import Environ, believe_proxies, network_of
from registry.http.connections import Connections, connections_for, raise_descriptor_limit
from registry.http.errors import RegistryRequest
from registry.http.gateway import Gateway
from registry.http.limits import MAILS_A_DAY, Quotas, limiter_for
from registry.http.list_process import EXTENSION, ListProcess
from registry.http.middleware import RequestMiddleware, TracingMiddleware
from registry.http.replica import Replica
from registry.http.transaction import Services
from registry.http.uploads import admit_body

if TYPE_CHECKING:
    from registry.agents.serving import Guard

MAX_BODY_BYTES = 1024 * 1024
"""The largest body that is read; a view that takes files sets its own `request.max_content_length`."""


class RegistryApp(Flask):
    """Flask with the frame's admission in front of every view, and exceptions logged without their words."""

    request_class = RegistryRequest
    frame: RequestMiddleware
    measured: metrics.Metrics | None = None
    sandbox_for: Callable[[Environ], Flask | None] | None = None
    """The sandbox's application, if a request is for it."""

    def network_of_sender(self, environ: Environ) -> str:
        """The network of a request's sender, as limits count it (`gateway.Senders`)."""
        believe_proxies(environ, transaction.services(self).settings.trusted_proxies)
        return network_of(environ["REMOTE_ADDR"])

    def admit_body(self, environ: Environ, length: int | None) -> int:
        """As `gateway.Senders` has it."""
        app = self.application_for(environ)
        return admit_body(app, app.frame, environ, length)

    def application_for(self, environ: Environ) -> "RegistryApp":
        """The application that answers a request: the sandbox's, or this one."""
        sandbox = self.sandbox_for(environ) if self.sandbox_for is not None else None
        return cast(RegistryApp, sandbox or self)

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """As Flask's, for one host: the frame has held the request to ours already.

        To parse the host's name a second time would cost a verify request a fifth more (docs/decisions/0165).
        """
        if request is None:
            return super().create_url_adapter(None)
        environ = request.environ
        return MapAdapter(
            self.url_map,
            environ.get("HTTP_HOST", ""),
            environ.get("SCRIPT_NAME", "") or "/",
            "",
            environ["wsgi.url_scheme"],
            environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace"),
            environ["REQUEST_METHOD"],
            environ.get("QUERY_STRING"),
        )

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function as it is: none of ours is a coroutine, and asking that of each cost 4 % of a verify request."""
        return func

    def preprocess_request(self) -> Any:
        self.frame.admit(request_ctx.request.environ)
        return super().preprocess_request()

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Nothing here: errors.answer_unexpected logs it once, and without the message."""


def create_app(settings: Settings) -> RegistryApp:
    """The application with the edges that `settings` names. Touches the data folder, but no database yet."""
    logs.configure()
    app = RegistryApp("registry", static_folder=None, template_folder=None)
    # Errors answer alike under test and in production.
    app.config.update(PROPAGATE_EXCEPTIONS=False, MAX_CONTENT_LENGTH=MAX_BODY_BYTES, RESTX_ERROR_404_HELP=False)
    app.url_map.strict_slashes = False
    transaction.register(app)
    errors.register(app)
    health.register(app)
    measured = metrics.Metrics() if settings.has_metrics else None
    if measured is not None:
        metrics.register(app, measured)
    connect(app, settings, measured)
    register_edges(app, settings)
    prepare_structs()
    return app


def connect(app: RegistryApp, settings: Settings, measured: metrics.Metrics | None = None) -> None:
    """Give the application its database, its limits and the step around every request; they replace any it had.

    Its routes stay those of the edges it was created with. `measured` counts requests. Touches the data folder.
    """
    settings.prepare_home()
    connections = max(18, 2 * settings.threads + 2)
    engine = engine_for(settings.database_url, limits=limits_of(settings), connections=connections)
    replica = (
        Replica(settings.read_url, engine, limits_of(settings), settings.read_seconds, connections)
        if settings.read_url is not None
        else None
    )
    engines = [engine] if replica is None else [engine, replica.engine]
    if measured is not None:
        for each in engines:
            count_waits(each, measured.note_wait)
    app.extensions["registry"] = Services(settings, engine, sessions_for(engine), reading_sessions_for(engine), replica)
    if replica is not None:
        app.after_request(transaction.state_size)
    limiter = limiter_for(settings.redis_url, settings.rate)
    app.extensions["registry_mail_limiter"] = limiter_for(settings.redis_url, MAILS_A_DAY)
    quotas = app.extensions["registry_quotas"] = Quotas(limiter, settings.organisation_rate)
    app.measured = measured
    app.frame = RequestMiddleware(app, settings, limiter, quotas, measured)
    app.wsgi_app = app.frame  # type: ignore[method-assign]
    if settings.sandbox_url is not None and Edge.API in settings.edges:
        from registry.sandbox import SandboxElsewhere

        app.wsgi_app = SandboxElsewhere(settings, app.frame)  # type: ignore[method-assign]
    if settings.has_sandbox and Edge.API in settings.edges:
        from registry.sandbox import SandboxGate

        gate = app.wsgi_app = SandboxGate(app, app.frame, sandbox_app)  # type: ignore[method-assign]
        app.sandbox_for = gate.chosen
    tracer = tracer_for(settings)
    if tracer is not None:
        for each in engines:
            tracer.watch(each)
        app.wsgi_app = TracingMiddleware(app.wsgi_app, tracer)  # type: ignore[method-assign]


def sandbox_app(settings: Settings) -> RegistryApp:
    """The application of a sandbox, which has none beside it."""
    return create_app(replace(settings, has_sandbox=False))


def limits_of(settings: Settings) -> Limits:
    """What a request may wait for."""
    seconds = float(settings.database_seconds)
    return Limits(statement=seconds, lock=seconds, idle=60.0, connect=min(seconds or 10.0, 3.0))


def register_edges(app: Flask, settings: Settings) -> None:
    # Imported when served: a process that serves pages alone need not load the API's libraries.
    if Edge.API in settings.edges:
        from registry.api import edge as api

        api.register(app)
    if Edge.PUBLIC in settings.edges:
        from registry.pages.public import edge as public

        public.register(app)
        from registry.pages.organisations import edge as account

        account.register(app)
    if Edge.INTAKE in settings.edges:
        from registry.api.edge import register_intake
        from registry.pages.intake import edge as intake

        register_intake(app)
        intake.register(app)
    if Edge.CONSOLE in settings.edges:
        from registry.api.edge import register_officers_api
        from registry.pages.officers import edge as console

        register_officers_api(app)
        console.register(app)


def gateway_from_environment() -> Gateway:
    """For `registry serve`: the application behind the gateway that receives its requests."""
    app = from_environment()
    services = transaction.services(app)
    settings = services.settings
    if services.replica is not None:
        services.replica.start()
    if Edge.API in settings.edges:
        app.extensions[EXTENSION] = ListProcess(settings)
    # Where lookups are answered, a quarter of the threads answers nothing else.
    reserved = max(1, settings.threads // 4) if settings.edges & {Edge.API, Edge.PUBLIC} else 0
    return Gateway(
        app.wsgi_app,
        app,
        Connections(settings.port, connections_for(settings.connections, raise_descriptor_limit())),
        threads=max(1, settings.threads - reserved),
        reserved=reserved,
        grace=settings.body_seconds,
        note=app.measured.note_shed if app.measured is not None else lambda *_: None,
        answers_here=settings.redis_url is None and services.engine.dialect.name == "sqlite",
    )


def agents_from_environment() -> "Guard":
    """For `registry mcp --http`: the server for agents as the environment describes it."""
    from registry.agents.serving import asker, http_app

    forbid_dumps()
    logs.configure()
    settings = replace(Settings.from_environment(os.environ), edges=frozenset({Edge.API}))
    return http_app(asker(create_app(settings), settings.public_url), settings)


def from_environment() -> RegistryApp:
    """For WSGI servers: the application as the environment describes it."""
    forbid_dumps()
    app = create_app(Settings.from_environment(os.environ))
    freeze_gc()
    return app
