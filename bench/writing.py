"""How long lookups take while others publish, against how long they take when all is quiet."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench import databases, load, serving
from bench.lookups import verify_paths
from bench.postgres import Cluster
from bench.report import Row

WRITES = 100
"""Publishes a second, each a transaction of its own that reaches the disk."""

LOOKUPS = 200
"""Lookups a second: far fewer than the server could answer, so that what is seen is waiting."""

WINDOW = 5.0
TARGET = 3.0


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
    return [row for row, _ in found], {"latencies": [facts for _, facts in found]}


def _on(kind: str, url: str, size: int, rounds: int, core: int, folder: Path) -> tuple[Row, dict[str, Any]]:
    quiet: list[float] = []
    busy: list[float] = []
    writes: list[float] = []
    with serving.ours(folder, core, url) as server:
        for turn in range(rounds):
            wanted = [load.request(path) for path in verify_paths(size, random.Random(turn), 2000)]
            load.paced(server, wanted, LOOKUPS, 1.0)
            quiet.append(p99(load.paced(server, wanted, LOOKUPS, WINDOW)))
            with _writer(url) as given:
                load.paced(server, wanted, LOOKUPS, 1.0)
                busy.append(p99(load.paced(server, wanted, LOOKUPS, WINDOW)))
            writes.append(given[0])
    # The shortfall is said: a pace that the machine did not reach is no test of it.
    pace = min(writes)
    row = Row(
        f"lookup p99 while {WRITES} writes/s publish, {kind}",
        [one / other for one, other in zip(busy, quiet, strict=True)],
        TARGET,
        is_at_least=False,
        note="" if pace >= 0.95 * WRITES else f"the writer reached {pace:.0f} writes/s only",
    )
    return row, {"database": kind, "quiet_p99_s": quiet, "busy_p99_s": busy, "writes_per_second": writes}


def p99(took: list[float]) -> float:
    return sorted(took)[int(len(took) * 0.99)]


@contextmanager
def _writer(url: str) -> Iterator[list[float]]:
    """A process that publishes beside; when the block has ended the list holds the pace it reached.

    It runs on the load's core at low priority, so that what is slow is the registry and not the clock that measures it.
    """
    given: list[float] = []
    with subprocess.Popen(
        [sys.executable, "-m", "bench.writer", url, str(WRITES)],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: os.nice(15),
    ) as process:
        yield given
        process.terminate()
        assert process.stdout is not None
        written, seconds = process.stdout.read().split()
    given.append(float(written) / float(seconds))
