"""Waiting for what comes about by itself."""

import time
from collections.abc import Callable

SECONDS = 90


def until(holds: Callable[[], object], every: float = 0.05) -> None:
    """Look again and again until it holds; an assertion fails where it never does."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it never came about"
        time.sleep(every)
