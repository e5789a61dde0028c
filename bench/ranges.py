"""Benchmarks of range files: writing them against copying the records out, one change, and how they are read."""

import os
import resource
import time
from pathlib import Path
from typing import Any, Self

import msgspec
from registry_client.ranges import key_hash, key_of, look_up
from registry_client.trust import read_trust
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from bench import box, invented, ranges_nginx, ranges_scale
from bench.log import empty
from bench.postgres import Cluster, kinds
from bench.report import Row
from bench.writer import changed, drawn
from registry.core.db.engine import sessions_for
from registry.core.keyring import Use
from registry.core.settings import Settings
from registry.log import queries as log
from registry.log.signing import sign_committed
from registry.proofs.credentials.signing import Signers
from registry.ranges import queries, rules
from registry.ranges.actions import record_of, write_epoch
from registry.ranges.kit import kit
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event

CHANGES, LOOKUPS = 10, 20
MAX_COPY, MAX_CHANGE_MS, MAX_LOOKUP_MS, MAX_CHANGED = 3, 50, 20, 3
KIT_AGENCIES, MAX_KIT_MB = 20_000, 2
BARE_SECONDS = 2.0
QUESTIONS = 20_000
"""Questions of the trace at least; one for each agency where there are more, or BENCH_ZIPF."""


class Timed:
    """CPU seconds of this process, and of the database's where it has one, and seconds of the clock, within a block.

    Rows count CPU: what else runs on the machine does not lengthen it. The clock stands beside them.
    """

    def __init__(self, cluster: Cluster | None) -> None:
        self._cluster = cluster
        self.cpu = self.wall = 0.0

    def _used(self) -> float:
        return time.process_time() + (box.cpu_seconds(self._cluster.pid) if self._cluster is not None else 0.0)

    def __enter__(self) -> Self:
        self.wall, self.cpu = -time.perf_counter(), -self._used()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall += time.perf_counter()
        self.cpu += self._used()


def measure(
    size: int, rounds: int, core: int, folder: Path, cluster: Cluster | None
) -> tuple[list[Row], dict[str, Any]]:
    """The rows of range files, on both databases; what is copied out is copied by PostgreSQL alone."""
    rows: list[Row] = []
    raw: dict[str, Any] = {}
    with box.pinned(core):
        for kind, server in kinds(cluster):
            # Beyond this much PostgreSQL is built by a short way (ranges_scale), and SQLite at this size.
            here = size if server is not None or size <= ranges_scale.BUILT_AT_MOST else KIT_AGENCIES
            with empty(folder, server) as (engine, url):
                settings = Settings(home=folder / f"ranges-home-{kind}", database_url=url)
                found, facts = _of(kind, here, rounds, core, engine, settings, folder, server)
                rows += found
                raw[kind] = facts
    return rows, {"ranges": raw}


def _of(
    kind: str,
    size: int,
    rounds: int,
    core: int,
    engine: Engine,
    settings: Settings,
    folder: Path,
    cluster: Cluster | None,
) -> tuple[list[Row], dict[str, Any]]:
    sessions = sessions_for(engine)
    is_short = size > ranges_scale.BUILT_AT_MOST
    if is_short:
        ranges_scale.store_records(sessions, size)
    else:
        with sessions.begin() as session:
            invented.keep_ground(session)
            invented.admit_all(session, size)
    sign_committed(settings, sessions)
    with Timed(cluster) as whole:
        written = write_epoch(sessions)
    sign_committed(settings, sessions)
    assert written is not None
    changeable = ranges_scale.ADMITTED if is_short else size
    facts: dict[str, Any] = {
        "write_cpu_s": whole.cpu, "write_s": whole.wall, "keys": written.keys, "files": written.files,
        "agencies": size, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip
    rows = []
    if cluster is not None:
        with Timed(cluster) as copied:
            _copy_out(engine)
        facts |= {"copy_cpu_s": copied.cpu, "copy_s": copied.wall}
        rows.append(
            Row(
                f"range files of {size:,} agencies written / COPY TO, CPU",
                [whole.cpu / copied.cpu],
                MAX_COPY,
                is_at_least=False,
                rates=[whole.wall / copied.wall],
                note=f"{whole.cpu / written.keys * 1e6:.0f} us a key, {written.files:,} files, peak of the process "
                f"{facts['peak_mb']:.0f} MB; beside it the clock's ratio",
            )
        )
    changes = [_change(sessions, settings, changeable, cluster) for _ in range(max(rounds, CHANGES))]
    facts |= {
        "change_cpu_ms": [one.cpu * 1000 for one, _ in changes],
        "change_ms": [one.wall * 1000 for one, _ in changes],
    }
    rows.append(
        Row(
            f"range files, one change in ms of CPU, {kind}",
            facts["change_cpu_ms"],
            MAX_CHANGE_MS,
            is_at_least=False,
            rates=facts["change_ms"],
            note="beside it ms by the clock",
        )
    )
    if cluster is None or is_short:
        made = [float(files) for _, files in changes]
        name = f"range files, files that one change touches, of {written.files:,}"
        rows.append(Row(name, made, MAX_CHANGED, is_at_least=False))
        rows += _read(sessions, settings, size, changeable, rounds, core, folder / kind, facts)
    return rows, facts


def _read(
    sessions: sessionmaker[Session],
    settings: Settings,
    size: int,
    changeable: int,
    rounds: int,
    core: int,
    folder: Path,
    facts: dict[str, Any],
) -> list[Row]:
    """What readers ask for: from a folder, from nginx, from nginx before the registry, and the kit."""
    mirror = folder / "mirror"
    mirror.mkdir(parents=True)
    facts["lookup_cpu_ms"], facts["lookup_ms"] = _lookups(sessions, settings, mirror)
    name = "private lookup in the client in ms of CPU, without the network"
    rows = [Row(name, facts["lookup_cpu_ms"], MAX_LOOKUP_MS, is_at_least=False, rates=facts["lookup_ms"])]
    if ranges_nginx.program() is None:
        print("Without nginx: its rows are left out; tools/system-packages installs it.")
    else:
        rows.append(ranges_nginx.against_bare_file(mirror, rounds, BARE_SECONDS, core, folder))
        rows += ranges_nginx.origin_share(
            sessions, settings, _questions(size), core, folder, lambda: _change(sessions, settings, changeable, None)
        )
    if size > ranges_scale.BUILT_AT_MOST:
        return rows
    with sessions() as session:
        page = kit(session, Signers(settings.keys).of(Use.RECEIPT), settings.public_url, max_bytes=10**9)
    target = MAX_KIT_MB if size <= KIT_AGENCIES else None
    return [*rows, Row(f"offline kit of {size:,} agencies in MB", [len(page) / 1e6], target, is_at_least=False)]


def _questions(size: int) -> int:
    return int(os.environ.get("BENCH_ZIPF") or max(size, QUESTIONS))


def _copy_out(engine: Engine) -> None:
    """Let PostgreSQL copy the public records out."""
    with engine.connect() as connection:
        raw = connection.connection.driver_connection
        assert raw is not None
        with raw.cursor() as cursor, cursor.copy("COPY public_records TO STDOUT") as copy:
            for _ in copy:
                pass


def _change(
    sessions: sessionmaker[Session], settings: Settings, size: int, cluster: Cluster | None
) -> tuple[Timed, int]:
    """From a published change to the epoch that holds it, and how many files it touched."""
    with sessions.begin() as session:
        amend(session, changed(drawn(session, size)), Event("licence.amended"))
    with Timed(cluster) as took:
        written = write_epoch(sessions)
    sign_committed(settings, sessions)
    assert written is not None
    return took, written.made


def _lookups(sessions: sessionmaker[Session], settings: Settings, mirror: Path) -> tuple[list[float], list[float]]:
    """Milliseconds of lookups from a folder, every link of the proof checked: of CPU, and by the clock."""
    with sessions() as session:
        trust = read_trust(msgspec.json.encode(log.trust_file(session, settings.public_url)))
        numbers = session.execute(text("SELECT value FROM lookup_keys WHERE kind = 'licence_number' LIMIT 10"))
        known = [value for (value,) in numbers]
        keys = [
            key_of("licence_number", number)
            for number in known * (LOOKUPS // 10) + [f"NIX-{n}" for n in range(LOOKUPS // 2)]
        ]
        _mirror(session, mirror / "ranges", {key_hash(key) for key in keys})
    took = []
    for key in keys:
        with Timed(None) as one:
            look_up(lambda path, _: (mirror / path.lstrip("/")).read_bytes(), trust, key, int(time.time()))
        took.append(one)
    return [one.cpu * 1000 for one in took], [one.wall * 1000 for one in took]


def _mirror(session: Session, ranges: Path, hashes: set[bytes]) -> None:
    """Of the newest epoch what leads to some hashes, and 64 files: as `export-static` writes all of it."""
    current = queries.current(session)
    bits = int(record_of(current.epoch)["p"])
    prefixes = {rules.prefix_of(hash_, bits) for hash_ in hashes} | set(range(min(64, 1 << bits)))
    for folder in ("tile", "file"):
        (ranges / folder).mkdir(parents=True)
    (ranges / "current").write_bytes(msgspec.json.encode(queries.current_answer(session)))
    for prefix in prefixes:
        *tiles, leaf = queries.path_to(session, current.epoch, prefix)
        for tile in tiles:
            (ranges / "tile" / tile.hex()).write_bytes(queries.stored_object(session, tile.hex()))
        packed = queries.stored_object(session, leaf.hex())
        (ranges / "file" / f"{leaf.hex()}.gz").write_bytes(packed)
        (ranges / "file" / leaf.hex()).write_bytes(rules.uncompressed(packed))
