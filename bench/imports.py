"""Import of a list shaped like the Czech one, step by step, against a bare insert of the same rows.

And a row of the whole list against a row of one that is a tenth as long: what costs the square of its length shows there.
"""

import csv
import itertools
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, func, insert, select

from bench import box
from bench.postgres import Cluster, kinds
from bench.report import Row
from registry.core.clock import now
from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.core.processes import gc_paused
from registry.log.models import Entry
from registry.register.imports.actions import ImportRequest, apply_staged
from registry.register.imports.jobs import stage
from registry.register.imports.mapping import shipped_mapping
from registry.register.imports.report import Report
from registry.register.imports.staging import Staging

ROWS = 100_000
"""Rows of the list unless BENCH_IMPORT says otherwise: a million is run with BENCH_IMPORT=1000000 BENCH_ROUNDS=1."""

BATCH = 10_000

MAX_GROWTH = 1.3
"""A published row of the list / one of a list that is a tenth as long."""
MIN_RATE = {"SQLite": 8_000, "PostgreSQL": 4_000}
"""Agencies published a second of this process's processor time."""

COLUMNS = (
    *("Název", "IČO", "Platnost od", "Platnost do", "Druhy prací"),
    *("Zaměstnávání osob", "Vyhledávání zaměstnání", "Poradenská činnost"),
)

BARE = Table(
    "bare_rows",
    MetaData(),
    Column("id", Integer, primary_key=True),
    *(Column(f"field_{place}", String) for place in range(len(COLUMNS))),
)

_WEIGHTS = (8, 7, 6, 5, 4, 3, 2)

_databases = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Round:
    """Seconds of each step of one import, and how many instants its entries bear."""

    bare_s: float
    staging_s: float
    publishing_s: float
    publishing_cpu_s: float
    instants: int
    peak_mib: float


def measure(size: int, rounds: int, folder: Path, cluster: Cluster | None) -> tuple[list[Row], dict[str, Any]]:
    """The rows of import, on both databases."""
    count = min(size, int(os.environ.get("BENCH_IMPORT") or ROWS))
    path, short = folder / "list.csv", folder / "short.csv"
    write_list(path, count)
    write_list(short, count // 10)
    rows: list[Row] = []
    raw = {}
    for kind, server in kinds(cluster):
        played, of_short = [], []
        for _ in range(rounds):
            of_short.append(_play(short, folder, server))
            played.append(_play(path, folder, server))
        raw[kind] = [{field: getattr(one, field) for field in one.__slots__} for one in played]
        raw[f"{kind}, a tenth"] = [{field: getattr(one, field) for field in one.__slots__} for one in of_short]
        growth = [one.publishing_s / tenth.publishing_s / 10 for one, tenth in zip(played, of_short, strict=True)]
        rates = [count / one.publishing_cpu_s for one in played]
        staging = [one.staging_s / one.bare_s for one in played]
        publishing = [one.publishing_s / one.bare_s for one in played]
        instants = [float(one.instants) for one in played]
        rows += [
            Row(f"import of {count:,} rows, {kind}: reading, checking, staging", staging, 2, is_at_least=False),
            Row("  publishing them", publishing, None),
            Row("  agencies published a second of processor time", rates, MIN_RATE[kind]),
            Row("  a row of the list / one of a list a tenth as long", growth, MAX_GROWTH, is_at_least=False),
            Row("  instants in the log", instants, 1, is_at_least=False),
            Row("  peak memory of the process, MiB", [one.peak_mib for one in played], None),
        ]
    return rows, {"imports": raw, "import_rows": count}


def write_list(path: Path, count: int) -> None:
    """A CSV file of `count` invented agencies, one permit each."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file, delimiter=";")
        out.writerow(COLUMNS)
        out.writerows(list_row(n) for n in range(count))


def list_row(n: int) -> tuple[str, ...]:
    begun = date(2021, 1, 1) + timedelta(days=n % 1500)
    flags = [("ano", "ano", "ne"), ("ne", "ano", "ano"), ("ano", "ne", "ne")][n % 3]
    ends = begun + timedelta(days=4000)
    name = f"Agentura Vymyšlená {n} s.r.o."
    return name, _number(n), f"{begun:%d.%m.%Y}", f"{ends:%d.%m.%Y}", "Bez omezení", *flags


def _number(n: int) -> str:
    """A Czech registration number (IČO) with its check digit."""
    body = f"{n + 1_000_000:07}"
    rest = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return body + str((11 - rest) % 10)


def _play(path: Path, folder: Path, cluster: Cluster | None) -> Round:
    with _empty(folder, cluster) as engine, gc_paused():
        bare_s = _bare_insert(engine, path)
    with _empty(folder, cluster) as engine:
        mapping = shipped_mapping("cz-mpsv")
        request = ImportRequest(path, mapping)
        report = Report(source=mapping.source.reference, file=path.name)
        staging = Staging(folder / "tmp", mapping.source.key)
        box.forget_peak()
        try:
            began = time.perf_counter()
            with gc_paused():
                stage(request, staging, report)
            staged, cpu = time.perf_counter(), time.process_time()
            with sessions_for(engine)() as session:
                apply_staged(session, staging, request, report, now())
                session.commit()
            published, published_cpu = time.perf_counter(), time.process_time()
        finally:
            staging.close()
        if report.counts.rejected or report.counts.new != report.counts.read:
            raise RuntimeError(f"the invented list was not taken whole: {report.counts}, {report.rejects[:3]}")
        with engine.connect() as connection:
            instants = connection.execute(select(func.count(func.distinct(Entry.at)))).scalar_one()
        peak_mib = box.peak_mib()
    return Round(bare_s, staged - began, published - staged, published_cpu - cpu, instants, peak_mib)


def _bare_insert(engine: Engine, path: Path) -> float:
    """Seconds that SQLAlchemy Core takes to insert the list's rows, already read, in one transaction."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.reader(file, delimiter=";")
        next(lines)
        rows = [{f"field_{place}": cell for place, cell in enumerate(line)} for line in lines]
    BARE.metadata.create_all(engine)
    began = time.perf_counter()
    with engine.begin() as connection:
        for start in range(0, len(rows), BATCH):
            connection.execute(insert(BARE), rows[start : start + BATCH])
    return time.perf_counter() - began


@contextmanager
def _empty(folder: Path, cluster: Cluster | None) -> Iterator[Engine]:
    """A migrated database without rows, gone when the block ends."""
    name = f"import_{next(_databases)}"
    path = folder / f"{name}.sqlite3"
    if cluster is not None:
        cluster.create(name)
    url = cluster.url(name) if cluster is not None else f"sqlite:///{path}"
    revisions.upgrade(url)
    engine = engine_for(url)
    try:
        yield engine
    finally:
        engine.dispose()
        if cluster is not None:
            cluster.run(f'DROP DATABASE "{name}" WITH (FORCE)')
        for ending in ("", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
