"""Sessions of a request: one that reads, opened when first asked for, and one that writes and commits at the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from registry.core.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """What a process holds for as long as it serves."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    reading_sessions: sessionmaker[Session]


def services(app: Flask | None = None) -> Services:
    return cast(Services, (app or current_app).extensions["registry"])


def reading() -> Session:
    """The request's session for reading; it never waits for a writer, and is closed when the request ends."""
    session: Session | None = g.get("reading_session")
    if session is None:
        session = g.reading_session = services().reading_sessions()
    return session


@contextmanager
def writing() -> Iterator[Session]:
    """A session whose changes are committed together when the block ends well, and undone when it does not."""
    with services().sessions.begin() as session:
        yield session


def close_reading(_error: BaseException | None = None) -> None:
    session: Session | None = g.pop("reading_session", None)
    if session is not None:
        session.close()


def register(app: Flask) -> None:
    app.teardown_appcontext(close_reading)
