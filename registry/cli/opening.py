"""What a command opens: the database for as long as the command works, with settings and keys where it needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec
from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.core.db import revisions
from registry.core.db.engine import open_engine, reading_session, sessions_for
from registry.core.errors import SettingsError
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.vocabulary.register import Language

JSON = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")
"""Of commands whose answer a program would read."""


def echo_json(value: Any) -> None:
    """Print a value as one line of JSON; days and instants as ISO 8601 has them."""
    click.echo(msgspec.json.encode(value))


EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)
PAGE_LANGUAGE = click.Choice([one.value for one in Language])
ANY_FILE = click.Path(dir_okay=False, path_type=Path)
ANY_FOLDER = click.Path(file_okay=False, path_type=Path)
"""The two take what is there and what is not there yet."""
NOT_WELL = 2
"""Exit code of a command that found something wrong, or that left something undone."""


def read_file(path: Path) -> str:
    """A text that an operator wrote. Raises SettingsError where it is none."""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"{path} cannot be read as text in UTF-8") from None


class OpenRegistry(NamedTuple):
    settings: Settings
    sessions: sessionmaker[Session]
    keyring: Keyring


@contextmanager
def open_registry() -> Iterator[OpenRegistry]:
    """Settings, database and keys of the environment. Raises as `open_sessions`."""
    settings = cli.settings()
    with open_sessions(settings) as sessions:
        yield OpenRegistry(settings, sessions, Keyring(settings.keys))


@contextmanager
def open_to_read() -> Iterator[tuple[Settings, Session]]:
    """Settings, and a session that only reads the database of the environment. Raises as `open_sessions`."""
    settings = cli.settings()
    with open_sessions(settings) as sessions, reading_session(sessions) as session:
        yield settings, session


@contextmanager
def open_sessions(settings: Settings | None = None) -> Iterator[sessionmaker[Session]]:
    """Sessions on the database of the settings, those of the environment if none are given.

    Raises NotMigrated where this version cannot serve the database, SettingsError where its server is too old.
    """
    with open_engine((settings or cli.settings()).database_url) as engine:
        revisions.require_current(engine)
        yield sessions_for(engine)


@contextmanager
def open_session() -> Iterator[Session]:
    """A session on the database of the environment, which is committed when the command ends well. Raises as above."""
    with open_sessions() as sessions, sessions.begin() as session:
        yield session
