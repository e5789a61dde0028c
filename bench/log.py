"""Benchmarks of the log: publishing with and without it, proofs by size, deriving the root against bare hashing."""

import hashlib
import itertools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from bench import box, invented
from bench.postgres import Cluster, kinds
from bench.report import Row
from bench.writer import changed, drawn
from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.log import queries, tree
from registry.log.actions import Appended, Draft, append
from registry.log.signing import sign_committed
from registry.register.agencies import publishing
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event

AGENCIES = 2_000
"""Agencies that are published again and again."""

PUBLISHES = 100
PROOFS = 200
FEWER = 100
"""How many times smaller the log is that proofs of a large one are held against."""

BATCH = 20_000
LEAF = 800
"""Bytes of a leaf where root and bare hash are compared: about those of a licence's entry."""

_databases = itertools.count(1)


def measure(
    size: int, rounds: int, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of the log, on both databases."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    with box.pinned(core):
        for kind, server in kinds(cluster):
            found, facts = _publishing(kind, min(size, AGENCIES), rounds, folder, server)
            rows.append(found)
            raw[f"publishing_{kind}"] = facts
            found, facts = _proofs(kind, size, rounds, folder, server)
            rows.append(found)
            raw[f"proofs_{kind}"] = facts
        found, facts = _deriving(size, rounds)
        rows.append(found)
    return rows, {"log": raw | {"deriving": facts}}


def _publishing(
    kind: str, count: int, rounds: int, folder: Path, cluster: Cluster | None
) -> tuple[Row, dict[str, Any]]:
    """Publishes a second with append and signature, each signed by itself, against the same without a log."""
    with_log, without = [], []
    home = folder / f"log-home-{kind}"
    with empty(folder, cluster) as (engine, url):
        with sessions_for(engine).begin() as session:
            invented.keep_ground(session)
            invented.admit_all(session, count)
        settings = Settings(home=home, database_url=url)
        sessions = sessions_for(engine)
        sign_committed(settings, sessions)

        def publish(sign: bool) -> float:
            began = time.perf_counter()
            for _ in range(PUBLISHES):
                with sessions.begin() as session:
                    known = drawn(session, count)
                    amend(session, changed(known), Event("licence.amended"))
                if sign:
                    sign_committed(settings, sessions)
            return PUBLISHES / (time.perf_counter() - began)

        for _ in range(rounds):
            with_log.append(publish(sign=True))
            with _without_log():
                without.append(publish(sign=False))
    ratios = [one / other for one, other in zip(with_log, without, strict=True)]
    row = Row(f"publishing with append and signature / without, {kind}", ratios, 1 / 3)
    return row, {"with_log_per_s": with_log, "without_per_s": without}


@contextmanager
def _without_log() -> Iterator[None]:
    """Publishing as if there were no log: what stands in for `append` writes nothing."""
    real: Callable[..., Appended] = publishing.append  # type: ignore[attr-defined]

    def nothing(session: Session, drafts: list[Draft], *, at: Any = None) -> Appended:
        return Appended(0, 0, at)

    publishing.append = nothing  # type: ignore[assignment, attr-defined]
    try:
        yield
    finally:
        publishing.append = real  # type: ignore[attr-defined]


def _proofs(kind: str, size: int, rounds: int, folder: Path, cluster: Cluster | None) -> tuple[Row, dict[str, Any]]:
    """Seconds that a proof of inclusion takes in a log of `size` leaves, against one a hundredth as large."""
    took: dict[int, list[float]] = {}
    sizes = (size, max(size // FEWER, 300))
    with _logs(folder, cluster, sizes) as opened:
        for turn, count in itertools.product(range(rounds), sizes):
            draw = random.Random(turn)
            began = time.perf_counter()
            for _ in range(PROOFS):
                # A session each, as every request has.
                with opened[count]() as session:
                    queries.proof_text(session, draw.randrange(count))
            took.setdefault(count, []).append((time.perf_counter() - began) / PROOFS)
    ratios = [large / small for large, small in zip(took[sizes[0]], took[sizes[1]], strict=True)]
    row = Row(f"proof of inclusion, {sizes[0]:,} leaves / {sizes[1]:,}, {kind}", ratios, 2, is_at_least=False)
    return row, {"seconds_each": {str(count): times for count, times in took.items()}}


@contextmanager
def _logs(folder: Path, cluster: Cluster | None, sizes: tuple[int, ...]) -> Iterator[dict[int, Callable[[], Session]]]:
    """Signed logs of these sizes, side by side."""
    if not sizes:
        yield {}
        return
    with empty(folder, cluster) as (engine, url), _logs(folder, cluster, sizes[1:]) as others:
        sessions = sessions_for(engine)
        for start in range(0, sizes[0], BATCH):
            with sessions.begin() as session:
                some = range(start, min(start + BATCH, sizes[0]))
                append(session, [Draft(f"agency/{n:012}", "agency.registered", {"n": n}, is_first=True) for n in some])
        sign_committed(Settings(home=folder / f"home-{next(_databases)}", database_url=url), sessions)
        yield {sizes[0]: sessions, **others}


def _deriving(size: int, rounds: int) -> tuple[Row, dict[str, Any]]:
    """Seconds of CPU from leaves to the root, against hashing each leaf once and nothing more; nothing waits."""
    draw = random.Random(1)
    some = [draw.randbytes(LEAF) for _ in range(1000)]
    leaves = [some[n % len(some)] for n in range(size)]
    derived, bare = [], []
    for _ in range(rounds):
        began = time.process_time()
        tree.root_at(tree.reading(tree.levels_of(tree.leaf_hashes(leaves))), size)
        derived.append(time.process_time() - began)
        began = time.process_time()
        for leaf in leaves:
            hashlib.sha256(leaf).digest()
        bare.append(time.process_time() - began)
    ratios = [one / other for one, other in zip(derived, bare, strict=True)]
    row = Row(f"root of {size:,} leaves / bare hash of the same leaves", ratios, 2, is_at_least=False)
    return row, {"derived_s": derived, "bare_s": bare, "leaf_bytes": LEAF}


@contextmanager
def empty(folder: Path, cluster: Cluster | None) -> Iterator[tuple[Engine, str]]:
    """A migrated database without rows, gone when the block ends."""
    name = f"log_{next(_databases)}"
    path = folder / f"{name}.sqlite3"
    if cluster is not None:
        cluster.create(name)
    url = cluster.url(name) if cluster is not None else f"sqlite:///{path}"
    revisions.upgrade(url)
    engine = engine_for(url)
    try:
        yield engine, url
    finally:
        engine.dispose()
        if cluster is not None:
            cluster.run(f'DROP DATABASE "{name}" WITH (FORCE)')
        for ending in ("", "-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
