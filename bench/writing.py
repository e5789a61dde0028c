"""How long lookups take while others publish or have long lists judged, against how long they take when all is quiet."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import databases, load, serving
from bench.lookups import verify_paths
from bench.postgres import Cluster
from bench.report import Row
from bench.serving import Server
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.organisations import actions as organisations
from registry.organisations import keys
from registry.organisations.models import OrganisationActor
from registry.vocabulary.organisations import Scope

WRITES = 100
"""Publishes a second, each a transaction of its own that reaches the disk."""

LOOKUPS = 200
"""Lookups a second: far fewer than the server could answer, so that what is seen is waiting."""

WINDOW = 5.0
TARGET = 3.0

IN_LIST = 10_000
"""Questions in each of the lists that one organisation has judged, one list after the other."""
LIST_TARGET = 2.0


def measure(
    size: int, rounds: int, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of latency under writing, on copies that may be written to."""
    copy = databases.copy_of(databases.sqlite_database(size), folder)
    found = [_on("SQLite", f"sqlite:///{copy}", size, rounds, core, folder)]
    copy.unlink()
    if cluster is not None:
        cluster.create("copy", databases.postgres_database(cluster, size))
        found.append(_on("PostgreSQL", cluster.url("copy"), size, rounds, core, folder))
        cluster.run('DROP DATABASE "copy" WITH (FORCE)')
    return [row for rows, _ in found for row in rows], {"latencies": [facts for _, facts in found]}


def _on(kind: str, url: str, size: int, rounds: int, core: int, folder: Path) -> tuple[list[Row], dict[str, Any]]:
    p99s: dict[str, list[float]] = {"quiet": [], "writes": [], "lists": []}
    paces: dict[str, list[float]] = {"writes": [], "lists": []}
    with serving.ours(folder, core, url) as server:
        writer = ["bench.writer", url, str(WRITES)]
        lister = ["bench.lister", str(server.port), _key(url), str(min(size, IN_LIST)), str(size)]
        for turn in range(rounds):
            wanted = [load.request(path) for path in verify_paths(size, random.Random(turn), 2000)]
            p99s["quiet"].append(_p99_of(server, wanted))
            for name, module in (("writes", writer), ("lists", lister)):
                with _beside(module) as given:
                    p99s[name].append(_p99_of(server, wanted))
                paces[name].append(given[0])
    # The shortfall is said: a pace that the machine did not reach is no test of it.
    pace = min(paces["writes"])
    is_short = pace < 0.95 * WRITES
    rows = [
        _row(
            f"lookup p99 while {WRITES} writes/s publish, {kind}",
            p99s,
            "writes",
            TARGET,
            f"the writer reached {pace:.0f} writes/s only" if is_short else "",
        ),
        _row(f"lookup p99 beside lists of {IN_LIST:,}, {kind}", p99s, "lists", LIST_TARGET),
    ]
    return rows, {"database": kind, "p99_s": p99s, "per_second": paces}


def _row(what: str, p99s: dict[str, list[float]], name: str, target: float, note: str = "") -> Row:
    ratios = [one / other for one, other in zip(p99s[name], p99s["quiet"], strict=True)]
    return Row(what, ratios, target, is_at_least=False, note=note)


def _p99_of(server: Server, wanted: Sequence[bytes]) -> float:
    load.paced(server, wanted, LOOKUPS, 1.0)
    return p99(load.paced(server, wanted, LOOKUPS, WINDOW))


def _key(url: str) -> str:
    """An API key of an organisation that may ask as often as it likes."""
    engine = engine_for(url)
    try:
        with sessions_for(engine).begin() as session:
            owner = organisations.begin(session, "Invented Works", "IT", "en", now().date())
            owner.rate = 1_000_000
            return keys.make(Call(session, OrganisationActor(owner.id), now()), "bench", {Scope.VERIFY}, 1).text
    finally:
        engine.dispose()


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


@contextmanager
def _beside(module: list[str]) -> Iterator[list[float]]:
    """A process that does its work beside; when the block has ended the list holds the pace it reached, a second.

    It runs on the load's core at low priority, so that what is slow is the registry and not the clock that measures it.
    """
    given: list[float] = []
    with subprocess.Popen(
        [sys.executable, "-m", *module], stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.nice(15)
    ) as process:
        assert process.stdout is not None
        # On a busy machine a process of low priority takes its time to start.
        process.stdout.readline()
        yield given
        process.terminate()
        done, seconds = process.stdout.read().split()
    given.append(float(done) / float(seconds))
