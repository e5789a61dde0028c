"""How long each group of tests took: a line for each folder of tests and for each marker, at the end of a run.

Imported by conftest.py as hooks. Seconds are those of tests as they ran beside one another: two processes spend two in
a second.
"""

from collections import defaultdict

import pytest

MARKERS = ("slow", "browser", "both_databases", "thorough")
MIN_SECONDS = 1.0
"""A folder that took less is counted with the others."""

_seconds: dict[str, float] = defaultdict(float)
_counts: dict[str, int] = defaultdict(int)


def group_of(nodeid: str) -> str:
    """The folder below `tests`; `tests` itself for what lies in none."""
    parts = nodeid.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else "tests"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    groups = [group_of(report.nodeid), *(f"-m {marker}" for marker in MARKERS if marker in report.keywords)]
    for group in groups:
        _seconds[group] += report.duration
        _counts[group] += report.when == "call"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    # With xdist the tests run in processes of which each has a terminal too, an invisible one.
    if hasattr(config, "workerinput") or len(_seconds) < 2:
        return
    folders = {group: seconds for group, seconds in _seconds.items() if not group.startswith("-m ")}
    small = [group for group, seconds in folders.items() if seconds < MIN_SECONDS]
    rows = [(seconds, _counts[group], group) for group, seconds in folders.items() if group not in small]
    rows.sort(reverse=True)
    if small:
        rows.append(
            (sum(folders[group] for group in small), sum(_counts[group] for group in small), f"{len(small)} others")
        )
    rows.append((sum(folders.values()), sum(_counts[group] for group in folders), "all"))
    rows += [(_seconds[f"-m {marker}"], _counts[f"-m {marker}"], f"-m {marker}") for marker in MARKERS]
    terminalreporter.section("seconds of each group")
    for seconds, count, group in rows:
        terminalreporter.write_line(f"{seconds:9.1f} s {count:6} tests  {group}")
