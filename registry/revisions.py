"""Which revision the database is at, and moving it: the one door to the migrations."""

import sqlite3
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, Engine, text

from registry.db import OLDEST_POSTGRESQL, engine_for
from registry.errors import NotMigrated, SettingsError

_FOLDER = Path(str(files("migrations")))

# Any number will do, so long as every process that migrates takes the same one.
_ADVISORY_LOCK = 620_2012


def head() -> str:
    """The newest revision, as the head file says: two branches that both add one conflict there."""
    return (_FOLDER / "head").read_text(encoding="ascii").strip()


def current(connection: Connection) -> str | None:
    """The revision the database is at; None when it was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def require_current(engine: Engine) -> None:
    """Raise NotMigrated unless the database is at the head, SettingsError when the server is too old."""
    with engine.connect() as connection:
        require_server(connection)
        found = current(connection)
    if found != head():
        raise NotMigrated(
            f"the database is at revision {found or 'none'} and this version needs {head()}: run `registry db upgrade`"
        )


def require_server(connection: Connection) -> None:
    """Raise SettingsError when PostgreSQL is older than the oldest that is tested."""
    version = connection.dialect.server_version_info
    if connection.dialect.name == "postgresql" and version is not None and version < (OLDEST_POSTGRESQL,):
        raise SettingsError(
            f"REGISTRY_DATABASE_URL leads to PostgreSQL {version[0]}; version {OLDEST_POSTGRESQL} or newer is needed"
        )


def upgrade(url: str, to: str = "head") -> None:
    _migrate(url, lambda config: command.upgrade(config, to))


def downgrade(url: str, to: str) -> None:
    """`to` is a revision, `-1` for one step back, or `base` for an empty database."""
    _migrate(url, lambda config: command.downgrade(config, to))


def _migrate(url: str, step: Callable[[Config], None]) -> None:
    # One transaction for all steps: whoever is killed in the middle leaves the former revision behind.
    engine = engine_for(url)
    try:
        with engine.connect() as connection:
            require_server(connection)
            connection.rollback()
            is_sqlite = connection.dialect.name == "sqlite"
            if is_sqlite:
                # A batch step drops the table it rebuilds. SQLite takes this switch outside transactions only.
                _foreign_keys_off(connection)
            with connection.begin():
                if not is_sqlite:
                    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
                step(_config(connection))
                if is_sqlite and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
                    raise NotMigrated("a migration left rows that point nowhere; nothing was changed")
    finally:
        engine.dispose()


def _foreign_keys_off(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection):
        driver.execute("PRAGMA foreign_keys=OFF")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
