"""The machine that measures: its cores, its noise, and what its processes have used of it."""

import os
import platform
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

MEASURED_WITH = (
    *("granian", "flask", "flask-restx", "flask-limiter", "marshmallow", "msgspec", "sqlalchemy", "psycopg"),
    *("fastapi", "datasette"),
)


def cores() -> tuple[int, int]:
    """The core that servers run on, and the one for the load. The same where the machine has but one."""
    allowed = sorted(os.sched_getaffinity(0))
    return allowed[0], allowed[-1]


def pin(core: int) -> None:
    """Keep this process, and those it starts from now on, on one core."""
    os.sched_setaffinity(0, {core})


@contextmanager
def pinned(core: int) -> Iterator[None]:
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def cpu_seconds(pid: int) -> float:
    """CPU time that a process and its children have used so far: of all their threads that still live."""
    total = 0
    for process in _family(pid):
        for task in Path(f"/proc/{process}/task").iterdir():
            total += int((_read(task / "schedstat") or "0").split()[0])
    return total / 1e9


def _family(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in _read(task / "children").split():
            yield from _family(int(child))


def _read(path: Path) -> str:
    """A file of a thread; empty where it ended a moment ago."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def forget_peak() -> None:
    """Count this process's peak of memory anew from now on."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_mib() -> float:
    """The most memory that this process held at once since `forget_peak`, in MiB."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def noise(core: int, times: int = 40) -> float:
    """How much longer the slowest of some equal idle spins took than the quickest: 1.0 is a silent machine."""
    took = []
    with pinned(core):
        for _ in range(times):
            began = time.perf_counter()
            sum(range(100_000))
            took.append(time.perf_counter() - began)
    return max(took) / min(took)


def machine() -> dict[str, Any]:
    """What stands beside every result: without it a figure means nothing."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20,
        "system": platform.platform(),
        "python": platform.python_version(),
        "sqlite": _sqlite(),
        "versions": {name: _version(name) for name in MEASURED_WITH},
        "revision": _revision(),
    }


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _sqlite() -> str:
    import sqlite3

    return sqlite3.sqlite_version


def _revision() -> str:
    given = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return given.stdout.strip() or "unknown"
