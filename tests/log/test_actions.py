"""Appending: without gaps, whole or not at all, never changed afterwards, and never back in time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from registry.core.errors import ImportRefused
from registry.core.ids import new_reference
from registry.core.outbox import OutboxEvent
from registry.log.actions import Draft, append, lock_log, refuse_mixing, reserve_status_places
from registry.log.models import Entry, LogState
from registry.register.agencies.actions import admit
from registry.register.agencies.models import Agency, LookupKey, PublicRecord
from registry.register.agencies.publishing import Event
from tests.make import agency_record, licence_record, make_agency, make_source

WRITERS = 8
APPENDS = 5


def draft(key: str | None = None) -> Draft:
    return Draft(key or f"agency/{new_reference()}", "agency.registered", {"place": "Vymyšlenov"})


def indexes(session: Session) -> list[int]:
    return list(session.execute(select(Entry.index).order_by(Entry.index)).scalars())


def test_many_writers_at_once_leave_no_gap_and_no_double(sessions: Callable[[], Session]):
    def write(_writer: int) -> None:
        for turn in range(APPENDS):
            with sessions() as session:
                append(session, [draft(), draft()])
                # Every third one is given up: a rollback must leave no hole.
                if turn % 3 == 2:
                    session.rollback()
                else:
                    session.commit()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with sessions() as session:
        stored = WRITERS * 2 * sum(turn % 3 != 2 for turn in range(APPENDS))
        assert indexes(session) == list(range(stored))
        assert session.execute(select(LogState.size)).scalar_one() == stored
        instants = list(session.execute(select(Entry.at).order_by(Entry.index)).scalars())
        assert instants == sorted(instants)


def test_many_writers_at_once_admit_agencies_with_places_of_their_own(sessions: Callable[[], Session]):
    with sessions() as session:
        make_source(session)
        session.commit()

    def write(_writer: int) -> None:
        with sessions() as session:
            admit(session, [agency_record(licences=(licence_record(), licence_record()))], Event("source.imported"))
            session.commit()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))
    with sessions() as session:
        places = session.execute(text("SELECT status_place FROM licences ORDER BY status_place")).scalars()
        assert list(places) == list(range(2 * WRITERS))
        assert indexes(session) == list(range(3 * WRITERS))


def test_a_crash_between_append_and_commit_leaves_nothing(sessions: Callable[[], Session]):
    with sessions() as session:
        make_agency(session)
        session.commit()
        before = _everything(session)
    with sessions() as session:
        make_agency(session, licences=(licence_record(),))
        # The connection goes away as it does when the process dies: without commit or rollback.
        session.connection().invalidate()
    with sessions() as session:
        assert _everything(session) == before
        make_agency(session)
        session.commit()
        assert indexes(session) == [0, 1]


def _everything(session: Session) -> list[int]:
    tables = (Entry, OutboxEvent, Agency, PublicRecord, LookupKey)
    counts = [session.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]
    state = session.execute(select(LogState.size, LogState.next_status_place)).one()
    return [*counts, *state]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE entries SET type = 'agency.amended'",
        "DELETE FROM entries",
        "UPDATE retrievals SET digest = 'other'",
        "DELETE FROM retrievals",
    ],
)
def test_entries_can_be_neither_changed_nor_deleted(sessions: Callable[[], Session], change: str):
    with sessions() as session:
        make_agency(session)
        session.commit()
        with pytest.raises(DBAPIError, match="append-only"):
            session.execute(text(change))
        session.rollback()
        assert session.execute(select(Entry.type)).scalar_one() == "agency.registered"


def test_a_clock_set_back_does_not_turn_the_log_back(sessions: Callable[[], Session]):
    late, early = datetime(2026, 11, 25, 12, 0, tzinfo=UTC), datetime(2026, 11, 25, 11, 0, tzinfo=UTC)
    with sessions() as session:
        with time_machine.travel(late, tick=False):
            first = append(session, [draft()])
        with time_machine.travel(early, tick=False):
            second = append(session, [draft()])
        session.commit()
    assert first.at == late
    assert second.at == late + timedelta(microseconds=1)


def test_two_entries_of_one_key_are_chained_within_and_across_appends(sessions: Callable[[], Session]):
    key = f"agency/{new_reference()}"
    with sessions() as session:
        append(session, [draft(key), draft(), draft(key)])
        append(session, [draft(key)])
        session.commit()
        chain = session.execute(select(Entry.index, Entry.prev).where(Entry.key == key).order_by(Entry.index)).all()
    assert [tuple(row) for row in chain] == [(0, None), (2, 0), (3, 2)]


def test_a_place_in_the_status_lists_is_given_once(sessions: Callable[[], Session]):
    with sessions() as session:
        places = [reserve_status_places(session, count) for count in (3, 1, 2)]
        session.commit()
        assert places == [0, 3, 4]
        assert lock_log(session).next_status_place == 6


def test_real_and_invented_data_never_stand_side_by_side(sessions: Callable[[], Session]):
    for first, second, words in ((False, True, "holds real entries"), (True, False, "holds demo data")):
        with sessions() as session:
            refuse_mixing(session, is_demo=first)
            append(session, [draft()])
            refuse_mixing(session, is_demo=first)
            with pytest.raises(ImportRefused, match=words):
                refuse_mixing(session, is_demo=second)
            session.rollback()


def test_an_empty_home_is_open_to_either(sessions: Callable[[], Session]):
    with sessions() as session:
        refuse_mixing(session, is_demo=True)
        refuse_mixing(session, is_demo=False)
        assert lock_log(session).is_demo is False
