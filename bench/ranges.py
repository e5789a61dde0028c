"""Benchmarks of range files: writing all of them against copying the records out, one change, one private lookup."""

import time
from pathlib import Path
from typing import Any

import msgspec
from registry_client.ranges import key_of, look_up
from registry_client.trust import read_trust
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from bench import box, invented
from bench.log import empty
from bench.postgres import Cluster, kinds
from bench.report import Row
from bench.writer import changed, drawn
from registry.core.db.engine import sessions_for
from registry.core.settings import Settings
from registry.log import queries as log
from registry.log.signing import sign_committed
from registry.ranges import exporting
from registry.ranges.actions import write_epoch
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event

CHANGES, LOOKUPS = 10, 20
MAX_COPY, MAX_CHANGE_MS, MAX_LOOKUP_MS = 3, 50, 20


def measure(
    size: int, rounds: int, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of range files, on both databases; what is copied out is copied by PostgreSQL alone."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    with box.pinned(core):
        for kind, server in kinds(cluster):
            with empty(folder, server) as (engine, url):
                settings = Settings(home=folder / f"ranges-home-{kind}", database_url=url)
                found, facts = _of(kind, size, rounds, engine, settings, folder)
                rows += found
                raw[kind] = facts
    return rows, {"ranges": raw}


def _of(
    kind: str, size: int, rounds: int, engine: Engine, settings: Settings, folder: Path
) -> tuple[list[Row], dict[str, Any]]:
    sessions = sessions_for(engine)
    with sessions.begin() as session:
        invented.keep_ground(session)
        invented.admit_all(session, size)
    sign_committed(settings, sessions)
    began = time.perf_counter()
    written = write_epoch(sessions)
    whole = time.perf_counter() - began
    sign_committed(settings, sessions)
    assert written is not None
    facts: dict[str, Any] = {"write_s": whole, "keys": written.keys, "files": written.files}
    rows = []
    if kind == "PostgreSQL":
        facts["copy_s"] = _copied(engine)
        row = Row(f"range files of {size:,} agencies written / COPY TO", [whole / facts["copy_s"]], MAX_COPY, False)
        rows.append(row)
    facts["change_ms"] = [_change(sessions, settings, size) for _ in range(max(rounds, CHANGES))]
    rows.append(Row(f"range files, one change in ms, {kind}", facts["change_ms"], MAX_CHANGE_MS, is_at_least=False))
    if kind == "SQLite":
        facts["lookup_ms"] = _lookups(sessions, settings, folder / "mirror")
        row = Row("private lookup in the client in ms, without the network", facts["lookup_ms"], MAX_LOOKUP_MS, False)
        rows.append(row)
    return rows, facts


def _copied(engine: Engine) -> float:
    """Seconds that PostgreSQL takes to copy the public records out."""
    began = time.perf_counter()
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        with raw.cursor() as cursor, cursor.copy("COPY public_records TO STDOUT") as copy:
            for _ in copy:
                pass
    return time.perf_counter() - began


def _change(sessions: sessionmaker[Session], settings: Settings, size: int) -> float:
    """Milliseconds from a published change to the epoch that holds it."""
    with sessions.begin() as session:
        amend(session, changed(drawn(session, size)), Event("licence.amended"))
    began = time.perf_counter()
    write_epoch(sessions)
    took = (time.perf_counter() - began) * 1000
    sign_committed(settings, sessions)
    return took


def _lookups(sessions: sessionmaker[Session], settings: Settings, mirror: Path) -> list[float]:
    """Milliseconds of lookups from a folder, every link of the proof checked."""
    with sessions() as session:
        exporting.export(session, mirror)
        trust = read_trust(msgspec.json.encode(log.trust_file(session, settings.public_url)))
        numbers = session.execute(text("SELECT value FROM lookup_keys WHERE kind = 'licence_number' LIMIT 10"))
        known = [value for (value,) in numbers]
    took = []
    for number in known * (LOOKUPS // 10) + [f"NIX-{n}" for n in range(LOOKUPS // 2)]:
        began = time.perf_counter()
        look_up(
            lambda path, _: (mirror / path.lstrip("/")).read_bytes(),
            trust,
            key_of("licence_number", number),
            int(time.time()),
        )
        took.append((time.perf_counter() - began) * 1000)
    return took
