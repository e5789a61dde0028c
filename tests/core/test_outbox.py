"""The outbox: everything written to it has a consumer, and what was done leaves no row."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session, sessionmaker

from registry.core.outbox import OutboxEvent, OutboxType, consume, enqueue
from registry.core.settings import Settings
from registry.http.transaction import Services
from registry.supervision.sanctions.moves import TOLD
from registry.watches.fan_out import FINISHED
from registry.worker import schedule
from tests.supervision.sanctions import making

pytestmark = pytest.mark.both_databases

SANCTIONS = tuple(TOLD.values())
"""What the worker's task `enforce_sanctions` does."""


@pytest.fixture
def sessions(held_services: Services) -> sessionmaker[Session]:
    return held_services.sessions


def waiting(session: Session) -> list[tuple[str, str]]:
    query = select(OutboxEvent.type, OutboxEvent.subject).order_by(OutboxEvent.id)
    found = [(type_, subject) for type_, subject in session.execute(query)]
    # So that it keeps no writer waiting.
    session.rollback()
    return found


def test_every_type_has_a_consumer() -> None:
    assert {*SANCTIONS, *FINISHED} == set(OutboxType)


@pytest.mark.parametrize("type_", SANCTIONS)
def test_the_workers_task_deletes_what_it_did(
    session: Session, sealer: Any, sessions: sessionmaker[Session], settings: Settings, type_: OutboxType
) -> None:
    sanction = making.proposed(session, sealer, making.make_held(session)).reference
    enqueue(session, type_, sanction)
    session.commit()
    assert waiting(session) == [(type_, sanction)]
    schedule.enforce_sanctions(settings, sessions)
    assert waiting(session) == []


def test_what_is_interrupted_waits_and_the_rest_is_done_in_order(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    for subject in ("A", "B", "C"):
        enqueue(session, OutboxType.SANCTION_IN_FORCE, subject)
    session.commit()
    done = []

    def do(_: Session, event: OutboxEvent) -> None:
        if event.subject == "B" and not is_well:
            raise RuntimeError
        done.append(event.subject)

    is_well = False
    with pytest.raises(RuntimeError):
        consume(sessions, OutboxType, do)
    assert [subject for _, subject in waiting(session)] == ["B", "C"]
    is_well = True
    assert consume(sessions, OutboxType, do) == 2
    assert (done, waiting(session)) == (["A", "B", "C"], [])


def test_a_consumer_leaves_what_is_not_its_own(session: Session, sessions: sessionmaker[Session]) -> None:
    enqueue(session, OutboxType.SANCTION_IN_FORCE, "A")
    enqueue(session, OutboxType.SANCTION_LIFTED, "B")
    session.commit()
    assert consume(sessions, [OutboxType.SANCTION_LIFTED], lambda *_: None) == 1
    assert waiting(session) == [(OutboxType.SANCTION_IN_FORCE, "A")]


def test_what_is_rolled_back_is_never_done(session: Session, sessions: sessionmaker[Session]) -> None:
    enqueue(session, OutboxType.SANCTION_IN_FORCE, "A")
    session.flush()
    session.rollback()
    assert consume(sessions, OutboxType, lambda *_: None) == 0


def test_a_type_without_a_consumer_is_not_written(session: Session) -> None:
    enqueue(session, "case.moved", "A")  # type: ignore[arg-type]
    with pytest.raises((StatementError, DBAPIError)):
        session.flush()
