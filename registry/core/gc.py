"""The collector of circles, where it costs as much as the work: in a process that serves, and while a list is answered."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def freeze_gc() -> None:
    """Take what a process has loaded for good out of every later collection. Called once, before it serves."""
    gc.collect()
    gc.freeze()


@contextmanager
def gc_paused() -> Iterator[None]:
    """No collection meanwhile: a list makes hundreds of thousands of things in no circle, which go when nobody holds them.

    Two threads may be in here at once: whoever found it on turns it on again, so it is never left off.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
