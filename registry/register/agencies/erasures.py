"""What was erased, in a second place: a database that is restored from a backup must not bring a name back.

REGISTRY_HOME/erased holds the reference of each erased agency, one a line. It is written and on the disk before anything is
erased, so if we crash in between, the erasure is made up for at the next start.
"""

import os
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.files import sync_folder
from registry.core.ids import read_reference
from registry.register.agencies.actions import erase
from registry.register.agencies.models import Agency

_NAME = "erased"


def remember(home: Path, reference: str) -> None:
    """Write the reference down, on the disk when we return."""
    descriptor = os.open(home / _NAME, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(f"{reference}\n".encode())
        file.flush()
        os.fsync(file.fileno())
    sync_folder(home)


def remembered(home: Path) -> list[str]:
    """The references written down. A line that a crash cut off is none: nothing was erased for it."""
    try:
        lines = (home / _NAME).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return list(dict.fromkeys(line for line in lines if read_reference(line) == line))


def remember_all(session: Session, home: Path) -> bool:
    """Write down here what was erased on any machine; whether there was anything new."""
    known = set(remembered(home))
    erased = session.execute(select(Agency.reference).where(Agency.erased_at.is_not(None))).scalars()
    missing = sorted(set(erased) - known)
    for reference in missing:
        remember(home, reference)
    return bool(missing)


def erase_again(session: Session, home: Path) -> list[str]:
    """Erase what was erased before and is here again. Gives the references of those; the caller commits."""
    wanted = remembered(home)
    again: list[str] = []
    for start in range(0, len(wanted), 500):
        query = select(Agency).where(Agency.reference.in_(wanted[start : start + 500]), Agency.erased_at.is_(None))
        for agency in session.execute(query).scalars().all():
            erase(session, agency)
            again.append(agency.reference)
    return again
