"""Files that are written atomically and stay there when the power fails; and files that a living process holds locked."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BACKED_UP = "backed-up"
"""In the data folder: written anew by each backup, so that its time tells the age of the last one."""


def write_public(path: Path, body: bytes) -> None:
    """As `write_atomically`, a file that all may read, such as one of a mirror."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, body, mode=0o666)


def write_atomically(path: Path, body: bytes, *, mode: int = 0o600, keeps_existing: bool = False) -> None:
    """Write a file under its name at once, and its folder where there is none: for their owner alone, unless `mode` says more.

    The bytes are on the disk when this returns, the name after `sync_folder`. With `keeps_existing` a file that is there
    already stays.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    if not keeps_existing:
        draft.replace(path)
        return
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def sync_folder(folder: Path) -> None:
    """Have the names of a folder on the disk, as they are now."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """Lock a file that is open, unless another process holds it. Whoever is killed frees the lock by dying."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextmanager
def free_slot(folder: Path, count: int) -> Iterator[int | None]:
    """The descriptor of a free one of `count` slots of a folder, locked; None where all are taken.

    A process that was given the descriptor keeps the slot for as long as it lives: the lock lasts as long as any copy of it.
    """
    for number in range(count):
        descriptor = _open_slot(folder, number)
        try:
            if try_lock(descriptor):
                yield descriptor
                return
        finally:
            os.close(descriptor)
    yield None


def taken_slots(folder: Path, count: int) -> set[str]:
    """What living processes wrote into the slots that they hold."""
    taken = set()
    for number in range(count):
        descriptor = _open_slot(folder, number)
        try:
            if not try_lock(descriptor):
                taken.add(os.pread(descriptor, 64, 0).decode("ascii", "replace"))
        finally:
            os.close(descriptor)
    return taken


def _open_slot(folder: Path, number: int) -> int:
    return os.open(folder / f"slot-{number}", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
