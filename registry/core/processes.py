"""What a process of ours leaves behind: no image of its memory, and no file that others of the machine can read."""

import ctypes
import os
import resource
import sys

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
