"""Traces for an OpenTelemetry collector, where one is named (REGISTRY_TRACES_URL): names, codes and durations, never values.

The spans are our own. Instrumentations of Flask and SQLAlchemy would put addresses, queries and statements into them. Without
the setting nothing of OpenTelemetry is imported.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from time import time_ns
from typing import Any

from sqlalchemy import Engine, event

from registry.core.installed import require_extra
from registry.core.settings import Settings

Attributes = Mapping[str, str | int]

_VERB = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|BEGIN|LOCK|COPY)\b", re.IGNORECASE)

TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
"""A "traceparent" of W3C Trace Context: the ids of the trace and of the caller's span, and whether it is recorded."""


class Tracer:
    """Sends spans to the collector at `url` (OTLP over HTTP), from a thread of its own and some seconds later.

    Where the collector is away, or slow, spans are dropped. The SDK's own variables (OTEL_*) decide on the rest, such as how
    many requests are recorded (OTEL_TRACES_SAMPLER).
    """

    def __init__(self, url: str) -> None:
        from opentelemetry import context, trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._context, self._trace = context, trace
        provider = TracerProvider(resource=Resource.create({"service.name": "registry"}))
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces")))
        self._tracer = provider.get_tracer("registry")

    @contextmanager
    def request(self, traceparent: str | None) -> Iterator[Any]:
        """The span of a request, under which those of its statements stand. Who calls this ends it, by `end`."""
        span = self._tracer.start_span("request", context=self._parent(traceparent), kind=self._trace.SpanKind.SERVER)
        token = self._context.attach(self._trace.set_span_in_context(span))
        try:
            yield span
        finally:
            self._context.detach(token)

    def end(self, span: Any, name: str, attributes: Attributes, *, is_error: bool) -> None:
        span.update_name(name)
        span.set_attributes(attributes)
        if is_error:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()

    def note(self, name: str, seconds: float, attributes: Attributes, *, is_error: bool = False) -> None:
        """A span of something that just ended and took so long."""
        ended_at = time_ns()
        span = self._tracer.start_span(name, start_time=ended_at - round(seconds * 1e9))
        span.set_attributes(attributes)
        if is_error:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end(ended_at)

    def watch(self, engine: Engine) -> None:
        """Have each statement of a request be a span: its verb alone, neither its text nor its values."""

        @event.listens_for(engine, "before_cursor_execute")
        def begin(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if self._trace.get_current_span().is_recording():
                verb = _VERB.match(statement)
                name = verb[1].upper() if verb else "statement"
                span = self._tracer.start_span(name, kind=self._trace.SpanKind.CLIENT)
                span.set_attributes({"db.system.name": engine.dialect.name, "db.operation.name": name})
                connection.info["registry_span"] = span

        @event.listens_for(engine, "after_cursor_execute")
        def finish(connection: Any, *_: Any) -> None:
            span = connection.info.pop("registry_span", None)
            if span is not None:
                span.end()

        @event.listens_for(engine, "handle_error")
        def fail(context: Any) -> None:
            span = context.connection.info.pop("registry_span", None) if context.connection is not None else None
            if span is not None:
                span.set_attribute("error.type", type(context.original_exception).__name__)
                span.set_status(self._trace.StatusCode.ERROR)
                span.end()

    def _parent(self, traceparent: str | None) -> Any:
        """The caller's span, by its ids alone: what else a caller may send along (tracestate, baggage) may be anything."""
        found = TRACEPARENT.fullmatch(traceparent or "")
        if found is None:
            return self._context.Context()
        flags = self._trace.TraceFlags(int(found[3], 16) & 1)
        parent = self._trace.SpanContext(int(found[1], 16), int(found[2], 16), is_remote=True, trace_flags=flags)
        return self._trace.set_span_in_context(self._trace.NonRecordingSpan(parent), self._context.Context())


def require_collector(settings: Settings) -> None:
    """Raise SettingsError where a collector is named and what sends to it is not installed."""
    if settings.traces_url is not None:
        require_extra("traces")


@cache
def _tracer_at(url: str) -> Tracer:
    return Tracer(url)


def tracer_for(settings: Settings) -> Tracer | None:
    """This process' tracer; None where no collector is named."""
    return None if settings.traces_url is None else _tracer_at(settings.traces_url)
