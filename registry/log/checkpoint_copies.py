"""The data folder's copy of the newest signed checkpoint, beside the database: what this home itself signed.

What all homes together signed is remembered by a guard (registry.log.head_guards).
"""

from pathlib import Path

from registry.core.errors import BadProof, ForkRefused
from registry.core.files import sync_folder, write_atomically
from registry.log import note


def last_signed_file(home: Path) -> Path:
    """The data folder's copy."""
    return home / "log" / "last-signed"


def last_signed(home: Path) -> note.Checkpoint | None:
    """What the data folder says was signed last; None when nothing was. ForkRefused when it cannot be read."""
    path = last_signed_file(home)
    try:
        return note.read_checkpoint(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, BadProof):
        raise ForkRefused(f"{path} cannot be read: nothing is signed before it is put back from a backup") from None


def remember_signed(home: Path, head: note.Checkpoint) -> None:
    """Write the data folder's copy atomically; it is on the disk when this returns."""
    path = last_signed_file(home)
    write_atomically(path, head.text().encode())
    sync_folder(path.parent)
