"""Whether this process can serve: is the database there, and at a revision that this version works on?

What an operator may demand of production (REGISTRY_REQUIRES), a synchronous standby and a quorum of witnesses, is asked
here and when a process starts. `/live` is answered by the gateway. `/ready` is for balancers: it asks on a connection of
its own and within seconds, so that it tells of the database and not of the queue before it.
"""

import os
from pathlib import Path
from typing import Any

import msgspec
from flask import Flask, Response, request
from sqlalchemy import Engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.retention.purging import cases_purged, purge_backlog, purged_through
from registry.core.confinement import why_unconfined
from registry.core.db.engine import Limits, engine_for, reading_sessions_for
from registry.core.db.errors import classify_db_error
from registry.core.db.reading import database_now
from registry.core.db.revisions import can_serve, current, head
from registry.core.errors import SettingsError
from registry.core.heartbeats import TaskTroubles, beat_ahead, last_beat, task_troubles, why_not_signed, worst_clock
from registry.core.outbox import OutboxEvent
from registry.core.settings import Demand, Edge, Settings
from registry.http.connections import descriptor_limit, open_descriptors
from registry.http.errors import RETRY_AFTER
from registry.http.lanes import LANES, LaneState, are_all_held
from registry.http.replica import Replica
from registry.http.transaction import reading, services, usable_replica
from registry.log import queries
from registry.log.clock_check import ClockReport, check_clock
from registry.log.models import Checkpoint, LogState
from registry.log.note import NONE

PROBE = Limits(statement=2.0, lock=2.0, idle=10.0, connect=2.0)
"""What a probe waits for: a balancer that asks every few seconds has an answer each time."""

DRAINING = "draining"

SYNCHRONOUS, MISSING = "synchronous", "missing"

WRITING = frozenset({Edge.INTAKE, Edge.CONSOLE})
"""What takes in things that must not be lost once they are acknowledged."""


def standby_state(session: Session) -> str | None:
    """Whether PostgreSQL waits for a standby before it acknowledges: `synchronous`, `none`, or `missing`; None on SQLite.

    `missing`: it waits, and no standby is there, so nothing is acknowledged.
    """
    if session.connection().dialect.name != "postgresql":
        return None
    if not session.scalar(text("SHOW synchronous_standby_names")):
        return NONE
    # Who follows is shown to every role; how it follows to some alone.
    return SYNCHRONOUS if session.scalar(text("SELECT count(*) FROM pg_stat_replication")) else MISSING


def has_quorum(session: Session) -> bool:
    """Whether the log's policy lets no head be shown before witnesses signed it."""
    return queries.policy(session).quorum != NONE


def unmet(settings: Settings, standby: str | None, is_witnessed: bool) -> dict[Demand, str]:
    """What production would demand and is not so now: by demand what is wrong, and what to do.

    `standby`: as `standby_state` has it. `is_witnessed`: whether the log's policy asks for witnesses.
    """
    found = {}
    if standby is None:
        found[Demand.STANDBY] = (
            "the database is SQLite, which has no standby: use PostgreSQL (docs/operators/machines.md)"
        )
    elif standby == NONE:
        found[Demand.STANDBY] = (
            "the database acknowledges without a standby, and what was acknowledged can be lost with its machine: set "
            "synchronous_standby_names on the primary (docs/operators/machines.md)"
        )
    elif standby == MISSING:
        found[Demand.STANDBY] = (
            "the primary waits for a standby and none follows, so nothing is acknowledged: look at `patronictl list`, and start "
            "one"
        )
    if not is_witnessed:
        found[Demand.QUORUM] = (
            "the log's policy asks no witness: run `registry log witnesses --set FILE` (docs/operators/log.md), and publish once "
            "without the demand"
        )
    if not settings.is_guarded:
        found[Demand.GUARD] = (
            "none remembers which head was signed last: set REGISTRY_LOG_GUARD to an etcd: or a witness:, or REGISTRY_FILES to a "
            "bucket (docs/operators/log.md)"
        )
    return found


def advice(settings: Settings, wrong: dict[Demand, str], replica: Replica | None) -> list[str]:
    """What an operator should mend: of what is unmet all on PostgreSQL, and on SQLite, for one machine, what was demanded."""
    told = [trouble for demand, trouble in wrong.items() if demand in settings.demands or not settings.is_sqlite]
    if replica is not None and replica.trouble is not None:
        told.append(f"lookups read the primary, for of the standby of REGISTRY_DATABASE_READ_URL: {replica.trouble}")
    return told


def refuse_lacking(settings: Settings, session: Session) -> str | None:
    """Raise SettingsError where a demand is not met at the start of what acknowledges or signs.

    Gives a warning for the operator where no standby is demanded and none is waited for; None otherwise. A standby that is
    away for a while stops no start.
    """
    standby = standby_state(session)
    wrong = unmet(settings, standby, has_quorum(session))
    for demand, trouble in wrong.items():
        if demand in settings.demands and not (demand is Demand.STANDBY and standby == MISSING):
            raise SettingsError(f"REGISTRY_REQUIRES demands a {demand}, and {trouble}")
    if standby == NONE:
        return f"Attention: {wrong[Demand.STANDBY]}. REGISTRY_REQUIRES=standby demands one."
    return None


def register(app: Flask) -> None:
    @app.get("/health")
    def show_health() -> Response:
        """200 when it can serve, 503 otherwise; the body says which part is missing."""
        return _response(health(), "ok")

    @app.get("/ready")
    def show_readiness() -> Response:
        """200 when this process may be sent requests, 503 otherwise; beside it how the log and the workers stand."""
        return _response(readiness(app), "ready")

    @app.get("/ready/lookups")
    def show_readiness_for_lookups() -> Response:
        """200 when lookups may be sent here, 503 otherwise: on the standby they go on while the primary is away."""
        return _response(lookup_readiness(app), "ready")


def _response(report: dict[str, Any], good: str) -> Response:
    response = Response(
        msgspec.json.encode(report), 200 if report["status"] == good else 503, mimetype="application/json"
    )
    response.headers["Cache-Control"] = "no-store"
    if response.status_code == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


def health() -> dict[str, Any]:
    wanted = head()
    try:
        found = current(reading().connection())
    except SQLAlchemyError as error:
        if classify_db_error(error) is None:
            raise
        return _report("away", None, wanted)
    return _report("ok", found, wanted)


def _report(database: str, found: str | None, wanted: str) -> dict[str, Any]:
    is_well = database == "ok" and can_serve(found)
    return {
        "status": "ok" if is_well else "unavailable",
        "database": database,
        "migrations": {"current": found, "head": wanted},
    }


def readiness(app: Flask) -> dict[str, Any]:
    """A report; `log`, `worker` and `purging` inform, and take no process out of service: lookups need none of them.

    A wrong clock does: the day decides a verdict.
    What the operator demands (REGISTRY_REQUIRES) and is not there takes the intake and the console out of service.
    """
    settings = services(app).settings
    if draining_file(settings.home, os.getppid()).exists():
        return {"status": DRAINING}
    wanted, found, found_state, standby, lacks = head(), None, LogAndWorkers(), None, []
    wrong: dict[Demand, str] = {}
    try:
        with probing(app)() as session:
            found = current(session.connection())
            standby = standby_state(session)
            if can_serve(found):
                found_state = log_and_workers(session)
                wrong = unmet(settings, standby, found_state.has_quorum)
                lacks = [demand for demand in wrong if demand in settings.demands]
    except SQLAlchemyError as error:
        if classify_db_error(error) is None:
            raise
        return {"status": "unavailable", "database": "away", "migrations": {"current": None, "head": wanted}}
    lanes: dict[str, LaneState] = request.environ.get(LANES, {})
    is_ready = (
        can_serve(found)
        and found_state.clock.trouble is None
        and not (lacks and settings.edges & WRITING)
        and not are_all_held(lanes)
    )
    return {
        "status": "ready" if is_ready else "unavailable",
        "database": "ok",
        "migrations": {"current": found, "head": wanted},
        # Without a synchronous standby what was acknowledged can go with the machine of the database.
        "standby": standby,
        "lacking": lacks,
        # What is configured so that something could be lost or forked, and what to do.
        "advice": advice(settings, wrong, services(app).replica),
        # Whether attachments are shown to a virus scanner before they are opened (REGISTRY_CLAMD).
        "scanner": "asked" if settings.scanner is not None else "none",
        # Which step of confinement this machine refuses: without it no attachment, workbook, PDF or picture is read.
        "unconfined": why_unconfined(),
        # Whether lookups read from the standby of REGISTRY_DATABASE_READ_URL now.
        "replica": None if services(app).replica is None else "read" if usable_replica() else "not read",
        "log": {
            "entries": found_state.entries,
            "signed": found_state.signed,
            "shown": found_state.shown,
            "witnesses": found_state.witnesses,
            # Such as a guard that does not answer (REGISTRY_LOG_GUARD).
            "not_signed": found_state.not_signed,
        },
        "worker": {
            "seconds_since_beat": found_state.seconds_since_beat,
            # By name, with how often in a row; and those that were due long ago and are not done.
            "failing": found_state.tasks.failing,
            "late": found_state.tasks.late,
            # An alarm: a beat from the future shows no worker, but a clock that was wrong.
            "beat_seconds_ahead": found_state.beat_seconds_ahead,
            # Of a worker that does nothing because its clock is wrong.
            "clock_offset_seconds": found_state.worker_offset,
        },
        "clock": {"offset_seconds": round(found_state.clock.offset, 3), "trouble": found_state.clock.trouble},
        # Cases past their retention period that wait for the next round, or for `registry cases purge`.
        "purging": {"waiting": found_state.purges_waiting, "trouble": found_state.purge_trouble},
        # Which threads answer, and who waits for them. Where all are held the process is not ready.
        "lanes": {name: state._asdict() for name, state in lanes.items()},
        "descriptors": {"used": len(open_descriptors()), "limit": descriptor_limit()},
    }


def lookup_readiness(app: Flask) -> dict[str, Any]:
    """As `readiness`, for lookups, public pages and the log alone: the standby that answers them is asked before the primary."""
    if draining_file(services(app).settings.home, os.getppid()).exists():
        return {"status": DRAINING}
    replica = usable_replica()
    lanes: dict[str, LaneState] = request.environ.get(LANES, {})
    for name, sessions in (("standby", replica.probing if replica else None), ("primary", probing(app))):
        if sessions is None:
            continue
        try:
            with sessions() as session:
                found, clock = current(session.connection()), check_clock(session)
        except SQLAlchemyError as error:
            if classify_db_error(error) is None:
                raise
            continue
        is_ready = can_serve(found) and clock.trouble is None and not are_all_held(lanes)
        return {
            "status": "ready" if is_ready else "unavailable",
            "database": name,
            "migrations": {"current": found, "head": head()},
            "clock": {"offset_seconds": round(clock.offset, 3), "trouble": clock.trouble},
        }
    return {"status": "unavailable", "database": "away"}


class LogAndWorkers(msgspec.Struct):
    """Sizes of the log: its entries, its newest signed head, and the newest head that is shown; and how the workers fare."""

    entries: int = 0
    signed: int = 0
    shown: int = 0
    waiting: int = 0
    seconds_since_beat: float | None = None
    has_quorum: bool = False
    """Whether the log's policy asks for witnesses."""
    not_signed: str | None = None
    """Why a worker signs nothing now, in its words."""
    tasks: TaskTroubles = TaskTroubles()
    beat_seconds_ahead: float | None = None
    worker_offset: int | None = None
    clock: ClockReport = ClockReport(0.0)
    """Of this machine."""
    purged: int = 0
    purges_waiting: int = 0
    purge_days_behind: int | None = None
    purge_trouble: str | None = None

    @property
    def witnesses(self) -> str:
        """How the newest signed head stands with the witnesses: `met`, `waiting`, or `none` where none is asked for."""
        if not self.has_quorum:
            return "none"
        return "met" if self.shown >= self.signed else "waiting"


def log_and_workers(session: Session) -> LogAndWorkers:
    state = session.execute(select(LogState)).scalar_one()
    sizes = select(func.max(Checkpoint.size)).where(Checkpoint.origin == state.origin)
    at = database_now(session)
    beaten, ahead, backlog = last_beat(session, at), beat_ahead(session, at), purge_backlog(session, at.date())
    through = purged_through(session)
    return LogAndWorkers(
        entries=state.size,
        signed=session.scalar(sizes) or 0,
        shown=session.scalar(sizes.where(Checkpoint.is_witnessed)) or 0,
        waiting=session.scalar(select(func.count()).select_from(OutboxEvent)) or 0,
        not_signed=why_not_signed(session, at),
        tasks=task_troubles(session, at),
        has_quorum=bool(state.size) and has_quorum(session),
        seconds_since_beat=None if beaten is None else max(round((at - beaten).total_seconds(), 1), 0.0),
        beat_seconds_ahead=None if ahead is None else round((ahead - at).total_seconds(), 1),
        worker_offset=worst_clock(session, at),
        clock=check_clock(session),
        purged=cases_purged(session),
        purges_waiting=backlog.waiting,
        purge_days_behind=None if through is None else max((at.date() - through).days, 0),
        purge_trouble=backlog.trouble,
    )


def probing(app: Flask) -> sessionmaker[Session]:
    """Sessions of probes, on one connection of their own."""
    found: sessionmaker[Session] | None = app.extensions.get("registry_probing")
    url = services(app).settings.database_url
    if found is None or app.extensions["registry_probed"] != url:
        engine: Engine = engine_for(url, limits=PROBE, timeout=2.0, connections=2)
        found = app.extensions["registry_probing"] = reading_sessions_for(engine)
        app.extensions["registry_probed"] = url
    return found


def draining_file(home: Path, server: int) -> Path:
    """The mark of a server that was told to stop, by its process id: its processes are not ready any more."""
    return home / "locks" / f"draining-{server}"
