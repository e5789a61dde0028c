"""The database of a command: sessions on it for as long as the command works."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.core.db import revisions
from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings


@contextmanager
def open_sessions(settings: Settings | None = None) -> Iterator[sessionmaker[Session]]:
    """Sessions on the database of the settings, those of the environment if none are given.

    Raises NotMigrated where this version cannot serve the database, SettingsError where its server is too old.
    """
    engine = engine_for((settings or cli.settings()).database_url)
    try:
        revisions.require_current(engine)
        yield sessions_for(engine)
    finally:
        engine.dispose()


@contextmanager
def open_session() -> Iterator[Session]:
    """A session on the database of the environment, which is committed when the command ends well. Raises as above."""
    with open_sessions() as sessions, sessions.begin() as session:
        yield session
