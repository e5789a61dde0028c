"""The things of `walking.make_things`, made once for all tests that begin with them: a database and a home, which are copied.

To make them takes a third of a second of the processor, to copy them a few milliseconds.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.settings import Settings
from tests.shared import made_once


def things_of(session: Session, settings: Settings, make: Callable[[], dict[str, str]]) -> dict[str, str]:
    """What `make` gives, with the rows and keys that it makes; on SQLite, and in a registry without keys, those of another test.

    Those are of the same hour, so that days are the same in every time zone.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or any(settings.keys.glob("*")):
        return make()
    database, is_made_here = Path(str(url.database)), False

    def keep(folder: Path) -> None:
        nonlocal is_made_here
        is_made_here = True
        things = make()
        session.commit()
        folder.mkdir()
        (folder / "things.json").write_text(json.dumps(things), encoding="utf-8")
        _copy_rows(database, folder / "registry.sqlite3")
        shutil.copytree(settings.keys, folder / "keys")

    kept = made_once(f"things-{now():%Y-%m-%d-%H}", keep)
    if not is_made_here:
        session.commit()
        _copy_rows(kept / "registry.sqlite3", database)
        shutil.copytree(kept / "keys", settings.keys, dirs_exist_ok=True)
        session.expire_all()
    found: dict[str, str] = json.loads((kept / "things.json").read_text(encoding="utf-8"))
    return found


def _copy_rows(source: Path, to: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(to)) as written:
        read.backup(written)
