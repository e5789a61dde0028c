"""Processes whose clock is moved, by libfaketime (`make setup-system`): all they start is moved with them."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDERS = ("/usr/lib/*/faketime", "/usr/lib/faketime")
NAME = "libfaketimeMT.so.1"

ONE_MOMENT = datetime(2026, 11, 29, 16, 10, tzinfo=UTC)
"""The next day has begun in China, and not yet in Europe."""

OTHER_MOMENTS = [datetime(2026, 11, day, hour, 10, tzinfo=UTC) for day, hour in ((29, 15), (29, 22), (29, 23), (30, 0))]
"""Between them and that one a day begins in China, Greece, Czechia and UTC."""

COUNTRIES = ("CN", "GR", "CZ")


def library() -> Path:
    """The part of libfaketime for programs with threads."""
    found = [path for folder in FOLDERS for path in sorted(Path("/").glob(f"{folder[1:]}/{NAME}"))]
    assert found, "libfaketime is needed: run `make setup-system`"
    return found[0]


def moved(environment: Mapping[str, str], by: timedelta) -> dict[str, str]:
    """The environment of a process whose clock is that much ahead of the one of these tests, which may be moved itself."""
    own = re.fullmatch(r"([+-]\d+)s", os.environ.get("FAKETIME", "+0s"))
    assert own is not None, "tools/test-clocks moves the clock by whole seconds"
    return {
        **environment,
        "LD_PRELOAD": str(library()),
        "FAKETIME": f"{int(own[1]) + round(by.total_seconds()):+d}s",
        # What is waited for goes by a clock that no one sets.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
