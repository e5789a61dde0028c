"""Counts and durations by route for Prometheus, on a switch. Labels are routes and statuses, never values."""

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from flask import Flask, Response, request
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import Pool

from registry.core.clock import day_at, now
from registry.core.db.engine import CountingPool
from registry.core.db.errors import classify_db_error
from registry.core.files import BACKED_UP
from registry.http.connections import descriptor_limit, open_descriptors
from registry.http.health import log_and_workers, probing
from registry.http.lanes import LANES, LaneState
from registry.http.transaction import Services, services
from registry.register.law.overlays.queries import law_at
from registry.register.law.rules import votes_ending

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
BUCKETS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

GAUGES = {
    "log_entries": "Entries of the log",
    "log_signed": "Entries under the newest signed head",
    "log_shown": "Entries under the newest head that is shown",
    "log_quorum_met": "1 unless the newest signed head waits for witnesses",
    "log_refused": "1 while a worker signs nothing",
    "outbox_waiting": "Things to be done after a commit",
    "worker_beat_seconds": "Seconds since a worker was at work; +Inf where none is known",
    "worker_beat_ahead_seconds": "Seconds until the newest beat, where it is from the future: a clock was wrong",
    "clock_offset_seconds": "Seconds that this machine's clock is ahead of the database's, or of what is stored",
    "clock_wrong": "1 where this machine's clock is too wrong to publish or sign by",
    "worker_clock_offset_seconds": "The same of a worker that does nothing because of it",
    "purges_waiting": "Cases past their retention period with keys",
    "purge_days_behind": "Days since the day by which all that is over is destroyed",
    "purging_stopped": "1 where they wait for `registry cases purge`",
    "law_rows_losing_vote": "Rows of law that bar today and are too old to within 60 days: see `registry law stale`",
    "tasks_failing": "Tasks of workers that failed when they ran last",
    "tasks_late": "Tasks of workers that are due and not done",
    "descriptors_used": "Descriptors that this process uses",
    "descriptors_limit": "Descriptors that this process may use",
    "database_connections_in_use": "Connections of this process that are in use",
    "database_connections_limit": "As many as it may have",
    "replica_read": "1 while lookups are answered by the standby",
    "disk_free_bytes": "Free on the disk of the data folder",
    "disk_bytes": "Size of the disk of the data folder",
    "backup_age_seconds": "Since the last backup that this machine knows of",
}
"""What each gauge says, by its name behind `registry_`."""
LANE_GAUGES = {
    "threads": "Threads of this process that answer",
    "busy": "Threads that answer a request now",
    "held": "Threads that have been at one request for more than ten seconds",
    "waiting": "Requests that wait for a thread",
    "oldest_seconds": "How long the oldest of them waits",
}


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
        self._shed = prometheus.Counter(
            "registry_shed",
            "Requests refused, or not answered, before a view had them",
            ("reason", "to"),
            registry=self._registry,
        )
        self._waits = prometheus.Summary(
            "registry_database_wait_seconds",
            "Time that threads waited because all connections to the database were in use",
            registry=self._registry,
        )

    def note_wait(self, seconds: float) -> None:
        self._waits.observe(seconds)

    def note_shed(self, reason: str, count: int, is_of_intake: bool) -> None:
        self._shed.labels(reason, "intake" if is_of_intake else "rest").inc(count)

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


def gauges(app: Flask, lanes: Mapping[str, LaneState]) -> bytes:
    """What the database says now, and the connections and `lanes` of this process; without the former where it is away."""
    pool = services(app).engine.pool
    lines = ["# TYPE registry_database_up gauge"]
    try:
        with probing(app)() as session:
            found_state = log_and_workers(session)
            law = law_at(session)
    except SQLAlchemyError as error:
        if classify_db_error(error) is None:
            raise
        lines.append("registry_database_up 0")
    else:
        beat, tasks = found_state.seconds_since_beat, found_state.tasks
        lines += [
            "registry_database_up 1",
            *_gauge("log_entries", found_state.entries),
            *_gauge("log_signed", found_state.signed),
            *_gauge("log_shown", found_state.shown),
            *_gauge("log_quorum_met", float(found_state.witnesses != "waiting")),
            *_gauge("log_refused", float(found_state.not_signed is not None)),
            *_gauge("outbox_waiting", found_state.waiting),
            *_gauge("worker_beat_seconds", "+Inf" if beat is None else beat),
            *_gauge("worker_beat_ahead_seconds", found_state.beat_seconds_ahead or 0.0),
            *_gauge("clock_offset_seconds", found_state.clock.offset),
            *_gauge("clock_wrong", float(found_state.clock.trouble is not None)),
            *_gauge("worker_clock_offset_seconds", found_state.worker_offset or 0.0),
            "# HELP registry_cases_purged_total Cases whose keys were destroyed because their retention period is over",
            "# TYPE registry_cases_purged_total counter",
            f"registry_cases_purged_total {found_state.purged}",
            *_gauge("purges_waiting", found_state.purges_waiting),
            *_gauge("purge_days_behind", found_state.purge_days_behind or 0),
            *_gauge("purging_stopped", float(found_state.purge_trouble is not None)),
            *_gauge("law_rows_losing_vote", len(votes_ending(law, day_at(now(), None)))),
            *_gauge("tasks_failing", len(tasks.failing)),
            *_gauge("tasks_late", len(tasks.late)),
            "# HELP registry_task_failures How often in a row a task failed",
            "# TYPE registry_task_failures gauge",
            *(f'registry_task_failures{{task="{name}"}} {failures}' for name, failures in tasks.failing.items()),
            "# HELP registry_task_late 1 while a task is due and not done",
            "# TYPE registry_task_late gauge",
            *(f'registry_task_late{{task="{name}"}} 1' for name in tasks.late),
        ]
    for name, help_text in LANE_GAUGES.items():
        lines += [f"# HELP registry_lane_{name} {help_text}", f"# TYPE registry_lane_{name} gauge"]
        lines += [f'registry_lane_{name}{{lane="{lane}"}} {getattr(state, name)}' for lane, state in lanes.items()]
    lines += _machine(services(app), pool)
    return "\n".join([*lines, ""]).encode()


def _machine(found: Services, pool: Pool) -> Iterator[str]:
    """What this process and its data folder know without the database."""
    yield from _gauge("descriptors_used", len(open_descriptors()))
    yield from _gauge("descriptors_limit", descriptor_limit())
    if isinstance(pool, CountingPool):
        yield from _gauge("database_connections_in_use", pool.checkedout())
        yield from _gauge("database_connections_limit", pool.maximum)
    if found.replica is not None:
        yield from _gauge("replica_read", float(found.replica.is_usable))
    home = found.settings.home
    with suppress(OSError):
        disk = os.statvfs(home)
        yield from _gauge("disk_free_bytes", disk.f_bavail * disk.f_frsize)
        yield from _gauge("disk_bytes", disk.f_blocks * disk.f_frsize)
    with suppress(FileNotFoundError):
        yield from _gauge("backup_age_seconds", max(time.time() - (home / BACKED_UP).stat().st_mtime, 0.0))


def _gauge(name: str, value: float | str) -> tuple[str, str, str]:
    return f"# HELP registry_{name} {GAUGES[name]}", f"# TYPE registry_{name} gauge", f"registry_{name} {value}"


def register(app: Flask, metrics: Metrics) -> None:
    @app.get("/metrics")
    def show_metrics() -> Response:
        page = metrics.page() + gauges(app, request.environ.get(LANES, {}))
        return Response(page, content_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})
