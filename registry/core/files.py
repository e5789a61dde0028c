"""Writing files that stand under their name whole or not at all, and stay there when the power fails."""

import os
import secrets
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
