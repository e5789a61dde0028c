"""What the given parts cost at least: an empty answer, one read, and ours, on granian's WSGI and behind the registry's gateway.

A target that an empty answer of these parts does not reach is reached by nothing that is built from them.
"""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import databases, load, lookups, serving
from bench.lookups import Contender
from bench.postgres import Cluster, kinds
from bench.report import Row

PARTS = ("raw", "flask-empty", "flask-prepared", "flask-core", "restx-core")


def measure(
    size: int, rounds: int, seconds: float, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """A row for each part, by database and server, and every window that they were made from."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    for kind, server in kinds(cluster):
        url = (
            f"sqlite:///{databases.sqlite_database(size)}"
            if server is None
            else server.url(databases.postgres_database(server, size))
        )
        with ExitStack() as stack:
            contenders = _contenders(size, core, folder, url, stack)
            played = [lookups.play(contenders, turn, seconds) for turn in range(rounds)]
        rows += [
            Row(
                f"{one.name}, {kind}, speed of raw WSGI",
                [turn["raw"].cpu_us / turn[one.name].cpu_us for turn in played],
                None,
                rates=[turn[one.name].rate / turn["raw"].rate for turn in played],
            )
            for one in contenders[1:]
        ]
        raw[kind] = {one.name: [asdict(turn[one.name]) for turn in played] for one in contenders}
    return rows, {"floor": raw}


def _contenders(size: int, core: int, folder: Path, url: str, stack: ExitStack) -> list[Contender]:
    def questions(chance: random.Random) -> Sequence[bytes]:
        return [load.request(path) for path in lookups.verify_paths(size, chance)]

    ours = stack.enter_context(serving.ours(folder, core, url))
    answer_bytes = lookups.typical(ours, questions(random.Random(1)))
    found = [
        Contender(
            name, stack.enter_context(serving.peer(name, folder, core, url=url, answer_bytes=answer_bytes)), questions
        )
        for name in [*PARTS, *(f"gateway:{part}" for part in PARTS)]
    ]
    by_wsgi = stack.enter_context(serving.ours_by_wsgi(folder, core, url))
    return [*found, Contender("ours by WSGI", by_wsgi, questions), Contender("ours", ours, questions)]
