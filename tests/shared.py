"""What the processes that test together make once for all: migrated databases, a generated client.

The folder is made by the one that was started, and goes with it. Processes that a test starts use it too, so what is in it is
named by all that it depends on.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

FOLDER = "TESTS_SHARED"


def share(folder: str | None) -> bool:
    """Make the folder, in `folder`, unless another process did. Whether it was made here, where `end` removes it."""
    if FOLDER in os.environ:
        return False
    os.environ[FOLDER] = tempfile.mkdtemp(prefix="registry-tests-", dir=folder)
    return True


def end() -> None:
    shutil.rmtree(os.environ.pop(FOLDER), ignore_errors=True)


def made_once(name: str, make: Callable[[Path], None]) -> Path:
    """The file or folder that `make` makes where it is told to; the first process makes it, and the others wait for that."""
    path = Path(os.environ[FOLDER], name)
    with path.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            unfinished = path.with_name(f"{name}.unfinished")
            make(unfinished)
            unfinished.rename(path)
    return path
