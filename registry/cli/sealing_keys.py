"""What commands about keys open: settings, database and the folder of keys."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from registry import cli
from registry.cli.opening import open_sessions
from registry.core.keyring import Keyring
from registry.core.settings import Settings


class Opened(NamedTuple):
    settings: Settings
    sessions: sessionmaker[Session]
    keyring: Keyring


@contextmanager
def opened() -> Iterator[Opened]:
    settings = cli.settings()
    with open_sessions(settings) as sessions:
        yield Opened(settings, sessions, Keyring(settings.keys))
