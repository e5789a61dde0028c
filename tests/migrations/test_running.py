"""How steps run: each alone in a transaction, one process at a time, never in the way of those who write."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from registry.core.db import revisions
from registry.core.db.engine import engine_for
from registry.core.db.revisions import Patience
from registry.core.errors import NotMigrated
from tests.conftest import Database
from tests.migrations.chain import Chain

pytestmark = pytest.mark.both_databases

BRIEF = Patience(lock_timeout=0.3, pause=0.3, attempts=200)
ADD_COLUMN = 'op.add_column("authorities", sa.Column("area", columns.text(40)))'
ADD_INDEX = 'steps.create_index("ix_authorities_country", "authorities", ["country"])'
MAX_WAIT = 5.0
"""Seconds that a writer may wait at most: far more than BRIEF allows, far less than until the test ends the wait."""


def insert(reference: str) -> str:
    return (
        "INSERT INTO authorities (reference, country, time_zone, names) "
        f"VALUES ('{reference}', 'ZZ', 'UTC', '{{\"en\": \"Labour Office\"}}')"
    )


def found(database: Database) -> str | None:
    engine = engine_for(database.url)
    with engine.connect() as connection:
        revision = revisions.current(connection)
    engine.dispose()
    return revision


def columns_of(database: Database, table: str) -> set[str]:
    engine = engine_for(database.url)
    names = {column["name"] for column in inspect(engine).get_columns(table)}
    engine.dispose()
    return names


def valid_indexes(database: Database) -> list[str]:
    """Of `authorities`, on PostgreSQL: those that are complete."""
    with connected(database) as connection:
        rows = connection.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'authorities'::regclass AND indisvalid"
        )
        return [row[0] for row in rows.fetchall()]


@contextmanager
def connected(database: Database) -> Iterator["psycopg.Connection"]:
    """A connection of its own to PostgreSQL, each statement for itself; none takes longer than half a minute."""
    url = database.url.replace("postgresql+psycopg", "postgresql")
    with psycopg.connect(url, autocommit=True, options="-c statement_timeout=30s") as connection:
        yield connection


def until(condition: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


class Migrating(threading.Thread):
    """One that migrates beside the test; alembic allows one of them in a process."""

    def __init__(self, database: Database) -> None:
        super().__init__(daemon=True)
        self._url = database.url
        self.waits: list[str] = []
        self.error: BaseException | None = None
        self.start()

    def run(self) -> None:
        try:
            revisions.upgrade(self._url, patience=BRIEF, say=self.waits.append)
        except BaseException as error:  # noqa: BLE001 - passed to the test
            self.error = error

    def finish(self) -> None:
        self.join(60)
        assert not self.is_alive()
        if self.error is not None:
            raise self.error


MIGRATE = """
import sys
from pathlib import Path
from registry.core.db import revisions
revisions.FOLDER = Path(sys.argv[1])
revisions.upgrade(sys.argv[2])
"""


@contextmanager
def two_processes(database: Database) -> Iterator[None]:
    """Two processes that migrate at once. Both must have ended well by the end."""
    command = [sys.executable, "-c", MIGRATE, str(revisions.FOLDER), database.url]
    processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
    try:
        yield
        for process in processes:
            _, stated = process.communicate(timeout=120)
            assert process.returncode == 0, stated
    finally:
        for process in processes:
            process.kill()


def test_a_step_that_fails_leaves_those_before_it(chain: Chain, database: Database) -> None:
    first = chain.add(ADD_COLUMN)
    chain.add('op.add_column("authorities", sa.Column("other", sa.Text))\nraise RuntimeError("killed here")')
    with pytest.raises(RuntimeError):
        revisions.upgrade(database.url)
    assert found(database) == first
    assert "area" in columns_of(database, "authorities")
    assert "other" not in columns_of(database, "authorities")


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_step_that_leaves_rows_that_point_nowhere_is_undone(chain: Chain, database: Database) -> None:
    before = found(database)
    chain.add(
        'op.execute("INSERT INTO sources (reference, authority_id, kinds, prints, is_full, is_national, fresh_for_days, '
        "mapping) VALUES ('zz-list', 7, '[]', '[]', 1, 0, 30, '{}')\")"
    )
    with pytest.raises(NotMigrated, match="rows of sources that point nowhere"):
        revisions.upgrade(database.url)
    assert found(database) == before


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_step_that_waits_for_a_lock_lets_writers_by_and_tries_again(chain: Chain, database: Database) -> None:
    goal = chain.add(ADD_COLUMN)
    with connected(database) as reader, connected(database) as writer:
        with reader.transaction():
            reader.execute("SELECT count(*) FROM authorities")
            migrating = Migrating(database)
            longest = written = 0.0
            while len(migrating.waits) < 3:
                began = time.monotonic()
                writer.execute(insert(f"zz-{written:.0f}"))
                longest = max(longest, time.monotonic() - began)
                written += 1
                time.sleep(0.01)
            assert migrating.is_alive()
        migrating.finish()
        assert writer.execute("SELECT count(*) FROM authorities WHERE area IS NULL").fetchone() == (written,)
    assert longest < MAX_WAIT
    assert migrating.waits[0] == f"step {goal} got no lock (attempt 1 of 200)"
    assert found(database) == goal


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_a_step_that_never_gets_its_lock_changes_nothing_and_says_what_to_do(chain: Chain, database: Database) -> None:
    before = found(database)
    goal = chain.add(f'op.create_table("areas", columns.own_id())\n{ADD_COLUMN}')
    with connected(database) as reader, reader.transaction():
        reader.execute("SELECT count(*) FROM authorities")
        with pytest.raises(NotMigrated, match=f"step {goal} got no lock in 2 attempts and changed nothing: end the"):
            revisions.upgrade(database.url, patience=Patience(lock_timeout=0.1, pause=0.1, attempts=2))
    assert found(database) == before
    assert columns_of(database, "authorities").isdisjoint({"area"})
    revisions.upgrade(database.url)
    assert found(database) == goal


BUILDS = """
SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONCURRENTLY%' AND wait_event_type = 'Lock'
AND query_start < clock_timestamp() - interval '1 second'
"""


def is_building(connection: "psycopg.Connection") -> bool:
    """Whether an index is being built and has waited for others for longer than a step waits for a lock."""
    return connection.execute(BUILDS).fetchone() != (0,)


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_index_is_built_while_others_write(chain: Chain, database: Database) -> None:
    goal = chain.add(ADD_INDEX)
    with connected(database) as slow, connected(database) as writer:
        with slow.transaction():
            slow.execute(insert("zz-slow"))
            migrating = Migrating(database)
            until(lambda: is_building(writer))
            began = time.monotonic()
            writer.execute(insert("zz-quick"))
            assert time.monotonic() - began < MAX_WAIT
            assert migrating.is_alive()
        migrating.finish()
    assert migrating.waits == []
    assert found(database) == goal
    assert "ix_authorities_country" in valid_indexes(database)


ASKS_FOR_TURN = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%'"


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_two_that_migrate_at_once_take_turns_even_where_an_index_is_built(chain: Chain, database: Database) -> None:
    chain.add(ADD_INDEX)
    goal = chain.add(ADD_COLUMN)
    with connected(database) as slow, connected(database) as writer, two_processes(database), slow.transaction():
        slow.execute(insert("zz-slow"))
        until(lambda: is_building(writer))
        until(lambda: writer.execute(ASKS_FOR_TURN).fetchone() == (1,))
    assert found(database) == goal
    assert "ix_authorities_country" in valid_indexes(database)


@pytest.mark.thorough
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_two_that_migrate_a_file_at_once_come_to_the_same_end(chain: Chain, database: Database) -> None:
    for number in range(5):
        goal = chain.add(f'op.create_table("areas_{number}", columns.own_id())')
    with two_processes(database):
        pass
    assert found(database) == goal


@pytest.mark.parametrize("database_kind", ["postgresql"])
def test_an_index_that_could_not_be_built_is_built_anew(chain: Chain, database: Database) -> None:
    before = found(database)
    goal = chain.add('steps.create_index("ix_authorities_only", "authorities", ["country"], unique=True)')
    with connected(database) as writer:
        writer.execute(insert("zz-1"))
        writer.execute(insert("zz-2"))
        with pytest.raises(IntegrityError):
            revisions.upgrade(database.url)
        assert found(database) == before
        assert "ix_authorities_only" not in valid_indexes(database)
        writer.execute("DELETE FROM authorities WHERE reference = 'zz-2'")
    revisions.upgrade(database.url)
    assert found(database) == goal
    assert "ix_authorities_only" in valid_indexes(database)


def test_an_index_is_made_and_dropped_on_both_databases(chain: Chain, database: Database) -> None:
    arguments = '"ix_areas", "authorities", ["country", "reference"], unique=True, where="website IS NOT NULL"'
    made = chain.add(f"steps.create_index({arguments})", 'steps.drop_index("ix_areas", "authorities")')
    engine = engine_for(database.url)
    revisions.upgrade(database.url)
    [index] = [index for index in inspect(engine).get_indexes("authorities") if index["name"] == "ix_areas"]
    assert (index["column_names"], bool(index["unique"])) == (["country", "reference"], True)
    revisions.downgrade(database.url, "-1")
    assert "ix_areas" not in {index["name"] for index in inspect(engine).get_indexes("authorities")}
    assert found(database) == f"{int(made) - 1:04}"
    with engine.connect() as connection:
        if database.kind == "postgresql":
            assert connection.execute(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).scalar_one() == 0
    engine.dispose()
