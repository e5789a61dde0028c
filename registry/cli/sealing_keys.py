"""What commands about keys open: settings, database and the folder of keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Settings


class Opened(NamedTuple):
    settings: Settings
    sessions: sessionmaker[Session]
    keyring: Keyring


@contextmanager
def opened() -> Iterator[Opened]:
    settings = cli.settings()
    engine = engine_for(settings.database_url)
    try:
        revisions.require_current(engine)
        yield Opened(settings, sessions_for(engine), Keyring(settings.keys))
    finally:
        engine.dispose()
