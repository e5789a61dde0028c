"""Pauses or freezes the cyclic garbage collector where it costs as much as the work: in a server, and in a bulk job."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def freeze_gc() -> None:
    """Take what a process has loaded for good out of every later collection. Called once, before it serves."""
    gc.collect()
    gc.freeze()


@contextmanager
def gc_paused() -> Iterator[None]:
    """Pause the cyclic garbage collector: a bulk job makes hundreds of thousands of objects, freed by reference counting.

    Two threads may be in here at once: each that found it on turns it on again, so it is never left off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
