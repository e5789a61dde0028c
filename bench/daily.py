"""Daily lists of 27 states at once, by several importers on PostgreSQL, and an officer who approves something meanwhile."""

import csv
import itertools
import multiprocessing
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bench.imports import COLUMNS, list_row
from bench.postgres import Cluster
from bench.report import Row
from registry.core.clock import now
from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.register.agencies.actions import mark_correction
from registry.register.agencies.models import Agency
from registry.register.imports.actions import ImportRequest, apply_staged
from registry.register.imports.jobs import stage
from registry.register.imports.mapping import SourceMapping, shipped_mapping
from registry.register.imports.report import Report
from registry.register.imports.staging import Staging

LISTS = 27
ROWS, CHANGED = 2_000, 400
"""Of each list, and how many of its rows say something else than the day before."""

IMPORTERS = 4

_databases = itertools.count(1)


def measure(rounds: int, folder: Path, cluster: Cluster | None) -> tuple[list[Row], dict[str, Any]]:
    """The rows of daily lists. Nothing without PostgreSQL: a file has one writer."""
    if cluster is None:
        return [], {}
    played = [_play(folder, cluster) for _ in range(rounds)]
    rates = [one["changes"] / one["seconds"] for one in played]
    waits = [max(one["waits"]) for one in played]
    return [
        Row(f"daily lists of {LISTS} states, {IMPORTERS} importers: changes a second", rates, 1_000, is_at_least=True),
        Row("  longest wait of an officer's act beside them, s", waits, 1, is_at_least=False),
    ], {"daily": played}


def _play(folder: Path, cluster: Cluster) -> dict[str, Any]:
    name = f"daily_{next(_databases)}"
    cluster.create(name)
    url = cluster.url(name)
    try:
        revisions.upgrade(url)
        jobs = [(url, str(folder), number) for number in range(LISTS)]
        with multiprocessing.get_context("spawn").Pool(IMPORTERS) as importers:
            importers.starmap(_first_day, jobs)
            with _officer(url) as waits:
                began = time.perf_counter()
                spans = importers.starmap(_second_day, jobs, chunksize=1)
                seconds = time.perf_counter() - began
        return {"changes": LISTS * CHANGED, "seconds": seconds, "waits": waits, "longest_import": max(spans)}
    finally:
        cluster.drop(name)


def _first_day(url: str, folder: str, number: int) -> float:
    return _import(url, Path(folder), number, changed=0)


def _second_day(url: str, folder: str, number: int) -> float:
    return _import(url, Path(folder), number, changed=CHANGED)


def _import(url: str, folder: Path, number: int, changed: int) -> float:
    """One list from file to commit. Gives the seconds."""
    path = folder / f"daily-{os.getpid()}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(COLUMNS)
        for row in range(ROWS):
            cells = list(list_row(number * ROWS + row))
            if row % (ROWS // max(changed, 1)) == 0 and changed:
                # A licence that ends on another day, and of each fourth the name of the agency.
                cells[3] = "31.12.2039"
                cells[0] += " v likvidaci" if not row % 4 else ""
            out.writerow(cells)
    engine = engine_for(url)
    mapping = _mapping(folder, number)
    report = Report(source=mapping.source.reference, file=path.name)
    staging = Staging(folder / f"tmp-{os.getpid()}", mapping.source.key)
    began = time.perf_counter()
    try:
        request = ImportRequest(path, mapping)
        stage(request, staging, report)
        with sessions_for(engine)() as session:
            apply_staged(session, staging, request, report, now())
            session.commit()
    finally:
        staging.close()
        engine.dispose()
    if changed and report.counts.changed != changed:
        raise RuntimeError(f"{report.counts.changed} of {changed} changes were taken")
    return time.perf_counter() - began


def _mapping(folder: Path, number: int) -> SourceMapping:
    import msgspec

    mapping = shipped_mapping("cz-mpsv")
    source = msgspec.structs.replace(mapping.source, reference=f"cz-mpsv-{number}")
    return msgspec.structs.replace(mapping, source=source)


@contextmanager
def _officer(url: str) -> Iterator[list[float]]:
    """One who decides something of one agency after another; the list fills with the seconds that each act took."""
    engine = engine_for(url)
    sessions = sessions_for(engine)
    waits: list[float] = []
    stopping = threading.Event()
    with sessions() as session:
        references = list(session.execute(select(Agency.reference).limit(200)).scalars())
    thread = threading.Thread(target=_decide, args=(sessions, references, waits, stopping), daemon=True)
    thread.start()
    try:
        yield waits
    finally:
        stopping.set()
        thread.join(60)
        engine.dispose()


def _decide(
    sessions: sessionmaker[Session], references: list[str], waits: list[float], stopping: threading.Event
) -> None:
    for reference in itertools.cycle(references):
        began = time.perf_counter()
        with sessions.begin() as session:
            mark_correction(session, reference, is_requested=True)
        with sessions.begin() as session:
            mark_correction(session, reference, is_requested=False)
        waits.append((time.perf_counter() - began) / 2)
        if stopping.wait(0.2):
            return
