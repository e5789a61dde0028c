"""What a process of ours does before it works: it leaves no image of its memory, and makes msgspec and the collector ready."""

import ctypes
import gc
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

_PR_SET_DUMPABLE = 4


def forbid_dumps() -> None:
    """Let no crash write this process's memory to a disk, and no other process of its user read it.

    Memory holds keys, complaint codes and statements for a while after their request. A program that is started anew
    (exec) has to call this again; the limit of the size stays with it.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        # A program that dumps are piped to takes no notice of the size.
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


def owner_only(path: str, flags: int) -> int:
    """An opener for `open`: a file that is made is its owner's alone, whatever the umask."""
    return os.open(path, flags, 0o600)


def prepare_structs() -> None:
    """Let msgspec look through every `Struct` that is loaded. Called before a process starts threads that convert.

    msgspec looks a shape through when it is first needed, and marks it as known before it has its fields: another thread
    that needs it meanwhile reads what is not there, and the process ends with a segmentation fault (msgspec 0.22), now and
    then also where threads take turns as rarely as Python has them (docs/decisions/0167).
    """
    # Loaded by those who have shapes: every command starts with this module.
    import msgspec

    for shape in _under(msgspec.Struct):
        # Of one that cannot be read, such as an abstract one, nothing is ever read.
        with suppress(TypeError, NameError):
            msgspec.json.Decoder(shape)


def _under(shape: type[Any]) -> Iterator[type[Any]]:
    for one in shape.__subclasses__():
        yield one
        yield from _under(one)


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
