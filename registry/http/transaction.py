"""Sessions of a request: one that reads, opened when first asked for, and one that writes and commits at the end.

And what a process keeps to answer with: the reader of verdicts, whose statements are compiled once, and the keyring.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from flask import Flask, Response, current_app, g
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.errors import classify_db_error
from registry.core.db.prepared import ThreadLocalReader
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.http.replica import Replica
from registry.verification.verdicts.queries import VerdictReader


@dataclass(frozen=True, slots=True)
class Services:
    """What a process holds for as long as it serves. `live`: of a sandbox, the registry that it stands beside."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    reading_sessions: sessionmaker[Session]
    replica: Replica | None = None
    live: "Services | None" = None


def services(app: Flask | None = None) -> Services:
    held: Services = (app or current_app).extensions["registry"]
    return held


def reading() -> Session:
    """The request's session for reading; it never waits for a writer, and is closed when the request ends."""
    session: Session | None = g.get("reading_session")
    if session is None:
        session = g.reading_session = services().reading_sessions()
    return session


def public_reading() -> Session:
    """The request's session for what is public: from the standby, where there is one that has all that was acknowledged.

    What somebody changes, and reads after it, is read by `reading`.
    """
    session: Session | None = g.get("public_session")
    if session is None:
        replica = usable_replica()
        session = g.public_session = replica.sessions() if replica is not None else reading()
    return session


def usable_replica(app: Flask | None = None) -> Replica | None:
    replica = services(app).replica
    return replica if replica is not None and replica.is_usable else None


@contextmanager
def writing() -> Iterator[Session]:
    """A session whose changes are committed together when the block ends well, and undone when it does not."""
    with services().sessions.begin() as session:
        yield session


def close_reading(_error: BaseException | None = None) -> None:
    for name in ("public_session", "reading_session"):
        session: Session | None = g.pop(name, None)
        if session is None:
            continue
        try:
            session.close()
        except SQLAlchemyError as error:
            if classify_db_error(error) is None:
                raise
            # All was read before the connection broke: the answer goes out.
            session.invalidate()


def state_size(response: Response, app: Flask | None = None) -> Response:
    """Say how many entries of the log the answer has seen at least: two machines may read two servers."""
    replica = services(app).replica
    if replica is not None:
        response.headers["Registry-Log-Size"] = str(replica.size)
    return response


def register(app: Flask) -> None:
    app.teardown_appcontext(close_reading)


Kept = TypeVar("Kept")


def keep(name: str, make: Callable[[], Kept], app: Flask | None = None) -> Kept:
    """What a process keeps under a name for as long as it serves, made when it is first asked for.

    Two threads that come first at once may make two; either serves.
    """
    extensions = (app or current_app).extensions
    found: Kept | None = extensions.get(name)
    if found is None:
        found = extensions[name] = make()
    return found


def verdicts(app: Flask | None = None) -> VerdictReader:
    """The process's reader, of the standby where one may be read."""
    replica = usable_replica(app)
    if replica is not None:
        return keep("registry_replica_verdicts", lambda: VerdictReader(replica.reader, replica.sessions), app)
    return keep("registry_verdicts", lambda: own_verdicts(services(app)), app)


def own_verdicts(existing: Services) -> VerdictReader:
    """A reader of the database of these services itself."""
    return VerdictReader(ThreadLocalReader(existing.engine), existing.reading_sessions)


def keyring() -> Keyring:
    """The process's keyring: a secret is read from its file once."""
    return keep("registry_keyring", lambda: Keyring(services().settings.keys))
