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
