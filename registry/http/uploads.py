"""Files that a process takes at the same time: few, for each is held in memory while a slow telephone sends it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from registry.core.errors import TooBusy

AT_ONCE = 4
"""Half of a process's threads, and 80 MB of its memory."""
RETRY_AFTER = 15

_taking = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def one_of_few(
    trouble: str = "several files are being sent right now: send this one again in a moment",
    among: threading.Semaphore = _taking,
) -> Iterator[None]:
    """Take a file, or do what costs as much, while the block lasts. Raises TooBusy where as many as may are at it already.

    `among`: what takes seconds for one kind of caller has a number of its own, so that it keeps no one else waiting.
    """
    if not among.acquire(blocking=False):
        raise TooBusy(trouble, RETRY_AFTER)
    try:
        yield
    finally:
        among.release()


class Turns:
    """Room for what takes seconds of a processor: `at_once` do it, `waiting` wait for their turn, further ones are refused."""

    def __init__(self, at_once: int, waiting: int, patience: float) -> None:
        self._admitted = threading.BoundedSemaphore(at_once + waiting)
        self._working = threading.BoundedSemaphore(at_once)
        self._patience = patience

    @contextmanager
    def one(self, trouble: str) -> Iterator[None]:
        """Wait for a turn, and have it while the block lasts. Raises TooBusy where too many wait, or none ends in time."""
        with one_of_few(trouble, self._admitted):
            if not self._working.acquire(timeout=self._patience):
                raise TooBusy(trouble, RETRY_AFTER)
            try:
                yield
            finally:
                self._working.release()


_WORKBOOKS = Turns(at_once=2, waiting=1, patience=10)
_WORKBOOKS_WITHOUT_KEY = Turns(at_once=1, waiting=2, patience=5)
"""Those of anybody have turns of their own: they keep no organisation waiting."""


@contextmanager
def workbook_turn(*, has_key: bool = True) -> Iterator[None]:
    """Have a workbook read while the block lasts: that takes a processor, and a thread that waits. Raises TooBusy."""
    turns = _WORKBOOKS if has_key else _WORKBOOKS_WITHOUT_KEY
    with turns.one("several workbooks are being read right now: send this one again in a moment, or as CSV"):
        yield
