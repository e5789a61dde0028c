"""A database that does not answer: it is left alone for a moment, unless it answered others meanwhile."""

import os
import signal
import sqlite3
import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from registry.core.db.engine import CountingPool, Limits, engine_for
from registry.worker.log_signing import SigningLease
from tests.postgres import Clones, Server
from tests.waiting import until


def test_one_lost_connection_silences_no_other(postgres: Server, clones: Clones) -> None:
    engine = engine_for(postgres.url(clones.take()), limits=Limits(statement=0.5))
    with engine.connect() as lost, engine.connect() as other:
        pid = lost.scalar(text("SELECT pg_backend_pid()"))
        os.kill(pid, signal.SIGSTOP)
        try:
            failed: list[Exception] = []

            def ask() -> None:
                try:
                    lost.execute(text("SELECT 1"))
                except OperationalError as error:
                    failed.append(error)

            waiter = threading.Thread(target=ask)
            waiter.start()
            while waiter.is_alive():
                other.execute(text("SELECT 1"))
            assert "no answer" in str(failed[0])
            # Without a word of a server that did not answer a moment ago.
            assert other.scalar(text("SELECT 1")) == 1
        finally:
            os.kill(pid, signal.SIGCONT)
    engine.dispose()


def test_who_signs_and_is_not_heard_of_any_more_has_lost_the_lease(postgres: Server, clones: Clones) -> None:
    url = postgres.url(clones.take())
    engines = [engine_for(url) for _ in range(2)]
    lost, other = SigningLease(engines[0], seconds=0.2), SigningLease(engines[1])
    assert lost.take()
    until(other.take)
    assert not lost.take()
    for engine in engines:
        engine.dispose()


def test_an_index_is_built_concurrently_while_a_worker_holds_the_lease(postgres: Server, clones: Clones) -> None:
    url = postgres.url(clones.take())
    signing, upgrading = engine_for(url), engine_for(url)
    lease = SigningLease(signing)
    # The driver asks otherwise from the sixth time on.
    assert all(lease.take() for _ in range(8))
    with upgrading.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("SET statement_timeout = '20s'"))
        connection.execute(text("CREATE INDEX CONCURRENTLY built_meanwhile ON worker_beats (beat_at)"))
        connection.execute(text("DROP INDEX CONCURRENTLY built_meanwhile"))
    assert lease.take()
    for engine in (signing, upgrading):
        engine.dispose()


def test_it_is_told_how_long_a_thread_waits_for_a_connection_where_all_are_in_use() -> None:
    waited: list[float] = []
    # As many as there may be are one; who waits for it gives up after a twentieth of a second.
    pool = CountingPool(lambda: sqlite3.connect(":memory:"), pool_size=1, max_overflow=0, timeout=0.05)
    pool.note_wait = waited.append
    # A pool that was made anew, as after a lost server, tells as the one before.
    pool = pool.recreate()
    taken = pool.connect()
    assert waited == []
    with pytest.raises(PoolTimeout):
        pool.connect()
    assert [seconds >= 0.05 for seconds in waited] == [True]
    taken.close()
    pool.dispose()
