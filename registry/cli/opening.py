"""What commands about keys open: settings, database and the folder of keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from registry import cli, revisions
from registry.config import Settings
from registry.db import engine_for, sessions_for
from registry.keyring import Keyring


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
