"""Entries that are committed."""

from collections.abc import Callable

from sqlalchemy.orm import Session, sessionmaker

from registry.core.ids import new_reference
from registry.log.actions import Draft, append

Sessions = sessionmaker[Session]
Publish = Callable[[], None]
"""What the fixture `publish` gives."""


def publish(sessions: Sessions, count: int = 1) -> None:
    with sessions.begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": n}) for n in range(count)])
