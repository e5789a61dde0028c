"""Many questions: the real address with a key against the bare query for the same records, and against the usual way row by row.

The usual way (bench.peers.orm) judges by term and status alone. Memory is what Python allocates from the request to the last
part of the answer, beyond what stood before, the parsed questions included.
"""

import io
import json
import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from bench import box, invented
from bench.in_process import unheard
from bench.postgres import Cluster, kinds
from bench.receipts import registry_of
from bench.report import Row
from registry.bulk import actions, files
from registry.bulk.models import BulkJob
from registry.bulk.receiving import receive_list
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.processes import freeze_gc
from registry.http.transaction import services
from registry.organisations import actions as organisations
from registry.organisations import keys
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope
from registry.worker.bulk_jobs import work_on

MAX_ROWS = 10_000
USUAL = 1_000
"""Rows that the usual way answers; its cost is that of each, whatever their number."""
MAX_IN_JOB = 1_000_000

CPU_TARGET = 0.5
"""Seconds of processor time for a list in one go, for as many rows as it may have."""
DONE_TARGET = 1.0
"""Seconds from a job's last row to its being done, for lists that one go would take too; longer ones have a workbook made."""


def measure(
    size: int, rounds: int, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of lists, on both databases; CPU of this process, and for jobs the clock."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    with box.pinned(core):
        for kind, _ in kinds(cluster):
            with unheard(), registry_of(kind, min(size, MAX_ROWS), folder, cluster) as app:
                # As every process that serves does, so for all three ways alike.
                freeze_gc()
                found, facts = _in_one_go(kind, app, min(size, MAX_ROWS), rounds)
                rows += found
                raw[kind] = facts
                found, facts = _as_job(kind, app, size)
                rows += found
                raw[f"job_{kind}"] = facts
    return rows, {"bulk": raw}


def _in_one_go(kind: str, app: Flask, size: int, rounds: int) -> tuple[list[Row], dict[str, Any]]:
    numbers = [invented.number_of(n) for n in random.Random(1).sample(range(size), size)]
    items = [
        {"key": str(place), "licence_number": number, "origin": "CN", "destination": "CZ"}
        for place, number in enumerate(numbers)
    ]
    body = json.dumps({"items": items}).encode()
    key = _key(app)
    ways: dict[str, Callable[[], int]] = {
        "ours": lambda: _posted(app, body, key),
        "bare": lambda: _bare(app, numbers),
        "usual": lambda: _usual(app, numbers[:USUAL]),
    }
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        names = list(ways)
        for name in names[turn % 3 :] + names[: turn % 3]:
            began = time.process_time()
            ways[name]()
            if turn:
                took[name].append(time.process_time() - began)
    scale = size / min(size, USUAL)
    length = _posted(app, body, key)
    tracemalloc.start()
    _posted(app, body, key)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    to_bare = [one / other for one, other in zip(took["ours"], took["bare"], strict=True)]
    to_usual = [one / (other * scale) for one, other in zip(took["ours"], took["usual"], strict=True)]
    whole = [one * MAX_ROWS / size for one in took["ours"]]
    return [
        Row(f"{MAX_ROWS:,} questions in one go, CPU in s, {kind}", whole, CPU_TARGET, is_at_least=False),
        Row(f"the same / row by row with ORM and marshmallow, CPU, {kind}", to_usual, 1 / 20, is_at_least=False),
        Row(f"the same / the bare IN query, CPU, {kind}", to_bare, None),
        Row(f"the same, peak memory / length of the answer, {kind}", [peak / length], 2, is_at_least=False),
    ], {"cpu_s": took, "answer_bytes": length, "peak_bytes": peak, "rows_of_the_usual_way": min(size, USUAL)}


def _as_job(kind: str, app: Flask, size: int) -> tuple[list[Row], dict[str, Any]]:
    """One list of `size` rows, by the clock from start to done, against the bare query for as many rows."""
    rows = min(size, MAX_IN_JOB)
    existing = services(app)
    there = min(size, MAX_ROWS)
    numbers = [invented.number_of(n % there) for n in range(rows)]
    body = "ref,licence number\n" + "".join(f"{place},{number}\n" for place, number in enumerate(numbers))
    began = time.perf_counter()
    for start in range(0, rows, MAX_ROWS):
        _bare(app, numbers[start : start + MAX_ROWS])
    bare = time.perf_counter() - began
    received = receive_list(existing.settings, io.BytesIO(body.encode()))
    folder = files.folder_of(existing.settings.home, received.reference)
    with existing.sessions.begin() as session:
        owner = organisations.organisations(session)[0]
        job = actions.add_job(Call(session, OrganisationActor(owner.id), now()), received, "list.csv", "en")
        actions.start(job)
    box.forget_peak()
    began, cpu = time.perf_counter(), time.process_time()
    work_on(existing.settings, existing.sessions, existing.reading_sessions)
    whole, ended, cpu = time.perf_counter() - began, time.time(), time.process_time() - cpu
    # Results are written through before a chunk counts as answered: the last write is the last row.
    after_last_row = ended - (folder / "results.jsonl").stat().st_mtime
    with existing.reading_sessions() as session:
        done = session.get_one(BulkJob, job.id)
        assert done.rows_done == rows, done.trouble
    peak_mib = box.peak_mib()
    limit = DONE_TARGET if rows <= MAX_ROWS else None
    return [
        Row(f"a job of {rows:,} rows, s from its last row to done, {kind}", [after_last_row], limit, is_at_least=False),
        Row("  rows a second, by the clock", [rows / whole], None),
        Row("  rows a second of processor time", [rows / cpu], None),
        Row("  peak memory of the process, MiB", [peak_mib], None),
        Row("  rows a second / the bare query's", [bare / whole], None),
    ], {
        "job_s": whole,
        "cpu_s": cpu,
        "after_last_row_s": after_last_row,
        "peak_mib": peak_mib,
        "bare_s": bare,
        "rows": rows,
    }


def _key(app: Flask) -> str:
    with services(app).sessions.begin() as session:
        owner = organisations.begin(session, "Invented Works", "IT", "en", now().date())
        owner.rate = 1_000_000
        return keys.make(Call(session, OrganisationActor(owner.id), now()), "bench", {Scope.VERIFY}, 1).text


def _posted(app: Flask, body: bytes, key: str) -> int:
    """Length of the answer."""
    environ = EnvironBuilder(
        path="/api/v1/verifications",
        method="POST",
        base_url="http://127.0.0.1:8000",
        data=body,
        content_type="application/json",
        headers=[("Authorization", f"Bearer {key}")],
    ).get_environ()

    def accept(answered: str, headers: Any, exc_info: Any = None) -> None:
        if not answered.startswith("200"):
            raise RuntimeError(f"a request was answered {answered}")

    wsgi: Callable[..., Any] = app.wsgi_app
    return sum(len(part) for part in wsgi(environ, accept))


_BARE = (
    "SELECT k.value, k.licence, r.body FROM lookup_keys k JOIN public_records r ON r.agency_id = k.agency_id "
    "WHERE k.kind = 'licence_number' AND k.superseded_at IS NULL AND k.value IN ({})"
)


def _bare(app: Flask, numbers: list[str]) -> int:
    with services(app).reading_sessions() as session:
        connection = session.connection()
        place = "?" if connection.dialect.name == "sqlite" else "%s"
        statement = _BARE.format(", ".join([place] * len(numbers)))
        return len(connection.exec_driver_sql(statement, tuple(numbers)).fetchall())


def _usual(app: Flask, numbers: list[str]) -> int:
    # Its libraries are the peers' alone, and another part is measured without them.
    from bench.peers import orm

    answers = []
    with services(app).reading_sessions() as session:
        for number in numbers:
            licence = orm.found(session, orm.ASKED.load({"licence_number": number})["licence_number"])
            assert licence is not None
            day = now().date()
            stated = {"verdict": orm.verdict_on(licence, day), "on": day, "agency": licence.agency, "licence": licence}
            answers.append(orm.ANSWER.dump(stated))
    return len(json.dumps(answers))
