"""Reads by prepared statements on a thread's own connection."""

import pytest
from sqlalchemy import bindparam, event, select

from registry.core.db.engine import engine_for, sessions_for
from registry.core.db.prepared import ThreadLocalReader
from registry.core.db.reading import SelectAmong, SelectBeside
from registry.log.models import LogState
from tests.conftest import Database

pytestmark = pytest.mark.both_databases


def test_a_thread_reads_on_a_new_connection_once_its_address_leads_elsewhere(database: Database) -> None:
    engine = engine_for(database.url)
    opened: list[object] = []
    event.listen(engine, "connect", lambda connection, _record: opened.append(connection))
    reader = ThreadLocalReader(engine)
    prepared = reader.prepare(select(LogState.size))
    for _ in range(3):
        assert [tuple(row) for row in reader.rows(prepared, {})] == [(0,)]
    assert len(opened) == 1
    engine.dispose()
    reader.renew()
    assert [tuple(row) for row in reader.rows(prepared, {})] == [(0,)]
    assert len(opened) == 2
    reader.let_go()
    engine.dispose()


def test_a_statement_that_the_server_has_forgotten_is_prepared_again(database: Database) -> None:
    engine = engine_for(database.url)
    if engine.dialect.name == "postgresql":
        reader = ThreadLocalReader(engine)
        prepared = reader.prepare(select(LogState.size).where(LogState.size < bindparam("below")))
        for below in (1, 2**40, -1):
            assert [tuple(row) for row in reader.rows(prepared, {"below": below})] == ([(0,)] if below > 0 else [])
        reader._local.connection.exec_driver_sql("DEALLOCATE ALL")
        assert [tuple(row) for row in reader.rows(prepared, {"below": 1})] == [(0,)]
        reader.let_go()
    engine.dispose()


@pytest.mark.both_databases
def test_many_integers_are_given_alike_by_a_reader_and_a_session(database: Database) -> None:
    engine = engine_for(database.url)
    reader = ThreadLocalReader(engine)
    among = SelectAmong(LogState.size, select(LogState.size))
    beside = SelectBeside(
        lambda given: (
            select(given.c.value, LogState.size).select_from(given).outerjoin(LogState, LogState.size == given.c.value)
        )
    )
    values = [2**40, 0, -(2**40)]
    with sessions_for(engine)() as session:
        for source in (reader, session):
            assert [tuple(row) for row in among.rows(source, values)] == [(0,)]
            assert {tuple(row) for row in beside.rows(source, values)} == {(2**40, None), (0, 0), (-(2**40), None)}
            assert not among.rows(source, [])
            assert not beside.rows(source, [])
    reader.let_go()
    engine.dispose()
