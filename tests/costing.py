"""Bounds on what something costs that hold on a busy machine too."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

WAITING = 30
"""How often the bound may pass on the clock: others have the processor meanwhile, or a database does the work."""


@contextmanager
def costing_at_most(seconds: float) -> Iterator[None]:
    """The processor's time of this thread; what other processes take of the machine is not counted."""
    spent, began = time.thread_time(), time.monotonic()
    yield
    spent, took = time.thread_time() - spent, time.monotonic() - began
    assert spent <= seconds, f"it cost {spent:.2f} s of processor time"
    assert took <= WAITING * seconds, f"it took {took:.1f} s"
