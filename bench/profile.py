"""Where the processor time of warm lookups goes, by function and by line: `python -m bench profile`.

A timer of processor time looks now and then at what is running, so that a small function costs no more for being looked at;
under cProfile it would. What a function of C takes counts for the line that called it.
"""

import linecache
import os
import random
import signal
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType

from bench import databases, lookups
from bench.in_process import cost, environ_of, unheard
from bench.postgres import Cluster, kinds
from registry.app import create_app
from registry.core.processes import freeze_gc
from registry.core.settings import Edge, Settings
from registry.http.transaction import services

SIZE, REQUESTS, WARM = 20_000, 20_000, 2_000
FUNCTIONS, LINES = 60, 25
INTERVAL = 0.001
"""Seconds of processor time between two looks; the kernel may look less often."""


class Samples:
    """How often each function was running or waiting for one that it called, and how often each line was running."""

    def __init__(self) -> None:
        self.count = 0
        self.functions: Counter[CodeType] = Counter()
        self.own: Counter[CodeType] = Counter()
        self.lines: Counter[tuple[str, int]] = Counter()

    def note(self, _signal: int, frame: FrameType | None) -> None:
        if frame is None:
            return
        self.count += 1
        self.own[frame.f_code] += 1
        self.lines[frame.f_code.co_filename, frame.f_lineno] += 1
        seen = set()
        while frame is not None:
            seen.add(frame.f_code)
            frame = frame.f_back
        self.functions.update(seen)


@contextmanager
def sampled() -> Iterator[Samples]:
    """Samples of what runs within the block, in the main thread."""
    samples = Samples()
    before = signal.signal(signal.SIGPROF, samples.note)
    signal.setitimer(signal.ITIMER_PROF, INTERVAL, INTERVAL)
    try:
        yield samples
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def show(cluster: Cluster | None) -> None:
    """Print the profile of each database."""
    size = int(os.environ.get("BENCH_SIZE") or SIZE)
    for kind, server in kinds(cluster):
        url = (
            f"sqlite:///{databases.sqlite_database(size)}"
            if server is None
            else server.url(databases.postgres_database(server, size))
        )
        with tempfile.TemporaryDirectory(prefix="bench-") as home, unheard():
            settings = Settings(home=Path(home), database_url=url, edges=frozenset({Edge.API}), rate=1_000_000_000)
            app = create_app(settings)
            environs = [environ_of(path) for path in lookups.verify_paths(size, random.Random(1), REQUESTS)]
            freeze_gc()
            cost(app, environs[:WARM])
            with sampled() as samples:
                seconds = cost(app, environs)
            services(app).engine.dispose()
        print(f"\n{kind}, {REQUESTS:,} requests of {seconds / REQUESTS * 1e6:.0f} us, {samples.count} looks")
        _print(samples)


def _print(samples: Samples) -> None:
    print("with all that it calls, alone:")
    for code, count in samples.functions.most_common(FUNCTIONS):
        own = samples.own[code]
        print(
            f"{count / samples.count:6.1%} {own / samples.count:6.1%}  {_place(code.co_filename)}: {code.co_qualname}"
        )
    print("lines:")
    for (file, line), count in samples.lines.most_common(LINES):
        print(f"{count / samples.count:6.1%}  {_place(file)}:{line}: {linecache.getline(file, line).strip()}")


def _place(file: str) -> str:
    return file.rpartition("site-packages/")[2].removeprefix(f"{databases.ROOT}/")
