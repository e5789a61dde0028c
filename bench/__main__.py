"""`python -m bench [PART]...`: measures all parts or those named, prints rows, keeps them in bench/results.

`python -m bench compare FORMER LATER` sets two kept results side by side; `python -m bench profile` says where the time of
a warm lookup goes.

BENCH_SIZE agencies (1,000,000), BENCH_ROUNDS interleaved rounds (5), BENCH_SECONDS each window (2).
"""

import logging
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import structlog

from bench import (
    adverts,
    any_hour,
    box,
    bulk,
    complaints,
    daily,
    databases,
    floor,
    hostile,
    imports,
    log,
    lookups,
    profile,
    queue,
    ranges,
    receipts,
    report,
    search,
    watches,
    writing,
)
from bench.postgres import Cluster, cluster
from bench.report import Row

PARTS = (
    "lookups",
    "floor",
    "any-hour",
    "writing",
    "search",
    "imports",
    "daily",
    "log",
    "receipts",
    "complaints",
    "queue",
    "bulk",
    "watches",
    "ranges",
    "adverts",
    "hostile",
)

OF_PEERS = ("datasette", "fastapi", "flask_limiter")
"""Libraries that the peers of `lookups` and `bulk` need and the registry does not."""


def main(parts: list[str]) -> None:
    size = int(os.environ.get("BENCH_SIZE") or 1_000_000)
    rounds = max(1, int(os.environ.get("BENCH_ROUNDS") or 5))
    seconds = float(os.environ.get("BENCH_SECONDS") or 2)
    unknown = set(parts) - set(PARTS)
    if unknown:
        sys.exit(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    wanted = parts or list(PARTS)
    missing = [name for name in OF_PEERS if find_spec(name) is None]
    if missing and {"lookups", "bulk"} & set(wanted):
        sys.exit(
            f"the peers need {', '.join(missing)}, not installed here: run `make bench`, or `tools/environment bench` first"
        )
    # Thousands of deliveries to one listener: that its connections are not all kept is said for each of them.
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    # What the measured code logs of its daily work would bury the rows.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    servers_core, load_core = box.cores()
    noise, hours = [box.noise(servers_core)], report.hours()
    began = time.monotonic()
    rows: list[Row] = []
    facts: dict[str, Any] = {"size": size, "rounds": rounds, "window_s": seconds, "machine": box.machine()}
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = _postgres(stack, load_core)
        if {"lookups", "floor", "any-hour", "writing"} & set(wanted):
            # Built before anything is pinned: it may take all the machine has.
            databases.sqlite_database(size)
            if server is not None:
                databases.postgres_database(server, size)
        box.pin(load_core)
        measures: dict[str, Callable[[], tuple[list[Row], dict[str, Any]]]] = {
            "adverts": adverts.measure,
            "hostile": lambda: hostile.measure(rounds),
            "lookups": lambda: lookups.measure(size, rounds, seconds, servers_core, folder, server),
            "floor": lambda: floor.measure(size, rounds, seconds, servers_core, folder, server),
            "any-hour": lambda: any_hour.measure(size, rounds, folder),
            "writing": lambda: writing.measure(size, rounds, servers_core, folder, server),
            "search": lambda: search.measure(size, rounds, folder, server),
            "imports": lambda: imports.measure(size, rounds, folder, server),
            "daily": lambda: daily.measure(rounds, folder, server),
            "log": lambda: log.measure(size, rounds, servers_core, folder, server),
            "ranges": lambda: ranges.measure(size, rounds, servers_core, folder, server),
            "receipts": lambda: receipts.measure(size, rounds, servers_core, folder, server),
            "complaints": lambda: complaints.measure(rounds, folder, server, (servers_core, load_core)),
            "queue": lambda: queue.measure(rounds, folder, server),
            "watches": lambda: watches.measure(rounds, folder, server),
            "bulk": lambda: bulk.measure(size, rounds, servers_core, folder, server),
        }
        for part in (part for part in PARTS if part in wanted):
            found, raw = measures[part]()
            rows, facts = rows + found, facts | raw
            noise.append(box.noise(servers_core))
    facts |= {"noise": noise, "hours": [hours, report.hours()]}
    report.show(rows, f"{size:,} agencies, medians of {rounds} interleaved rounds, {time.monotonic() - began:.0f} s")
    print(f"Noise of this machine: an idle spin took up to {max(noise):.2f} times its shortest; 1.0 would be silence.")
    if max(noise) > 1.5:
        print("That is loud: close what else runs and measure again before believing a row that is near its line.")
    print(f"It was {report.told(hours)} at the beginning and {report.told(report.hours())} at the end.")
    print(f"Kept in {report.keep(facts, rows).relative_to(databases.ROOT)}")


def _postgres(stack: ExitStack, core: int) -> Cluster | None:
    """The bench's own server on the load's core; None, said aloud, where none is installed."""
    try:
        databases.forget_older()
        folder = databases.postgres_folder()
        if databases.WORK not in folder.parents:
            print(f"PostgreSQL's account may not enter {databases.WORK}: its data are kept in {folder}", flush=True)
        return stack.enter_context(cluster(folder, core))
    except RuntimeError as error:
        print(f"Without PostgreSQL: {error}")
        return None


if __name__ == "__main__":
    if sys.argv[1:2] == ["compare"]:
        report.compare(*map(Path, sys.argv[2:]))
    elif sys.argv[1:2] == ["profile"]:
        with ExitStack() as whole_run:
            profile.show(_postgres(whole_run, box.cores()[1]))
    else:
        main(sys.argv[1:])
