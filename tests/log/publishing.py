"""Entries that are committed, and the sessions that commit them."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import engine_for, sessions_for
from registry.core.ids import new_reference
from registry.log.actions import Draft, append
from tests.conftest import Database

Sessions = sessionmaker[Session]


@pytest.fixture
def sessions(database: Database):
    engine = engine_for(database.url, timeout=60)
    yield sessions_for(engine)
    engine.dispose()


def publish(sessions: Sessions, count: int = 1) -> None:
    with sessions.begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": n}) for n in range(count)])
