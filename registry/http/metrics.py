"""Counts and durations by route for Prometheus, on a switch. Labels are routes and statuses, never values."""

import os
from typing import Any

from flask import Flask, Response

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics:
    """One process' counters. With PROMETHEUS_MULTIPROC_DIR set, a scrape sums over all worker processes."""

    def __init__(self) -> None:
        # Imported here: the library looks for its folder when imported, and `registry serve` sets it before.
        import prometheus_client as prometheus

        self._prometheus: Any = prometheus
        self._registry = prometheus.CollectorRegistry()
        self._requests = prometheus.Counter(
            "registry_requests", "Requests answered", ("method", "route", "status"), registry=self._registry
        )
        self._seconds = prometheus.Histogram(
            "registry_request_seconds",
            "Time until an answer began",
            ("route",),
            buckets=BUCKETS,
            registry=self._registry,
        )

    def count(self, method: str, route: str | None, status: int, seconds: float) -> None:
        name = route or "none"
        self._requests.labels(method, name, str(status)).inc()
        self._seconds.labels(name).observe(seconds)

    def page(self) -> bytes:
        registry = self._registry
        if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
            from prometheus_client import multiprocess

            registry = self._prometheus.CollectorRegistry()
            collector: Any = multiprocess.MultiProcessCollector
            collector(registry)
        return bytes(self._prometheus.generate_latest(registry))


def register(app: Flask, metrics: Metrics) -> None:
    @app.get("/metrics")
    def show_metrics() -> Response:
        return Response(metrics.page(), content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})
