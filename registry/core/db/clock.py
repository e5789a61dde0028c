"""The database's clock, which all processes on one database share."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import reading_session


def database_now(session: Session) -> datetime:
    """The instant by the database's clock: leases that several machines keep go by it. On SQLite this machine's own."""
    return server_now(session) if session.get_bind().dialect.name == "postgresql" else now()


def server_now(session: Session) -> datetime:
    """By PostgreSQL's clock, which goes on within a transaction."""
    # By the connection: what the session holds is not sent to the database for this.
    at: datetime = session.connection().execute(select(func.clock_timestamp())).scalar_one()
    return at


def ask_database_clock(sessions: sessionmaker[Session]) -> datetime:
    """`database_now`, outside of any other transaction."""
    with reading_session(sessions) as session:
        return database_now(session)
