"""Rows by many keys: each once, by the index, also in a table that this very transaction fills."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from registry.core.db.engine import bulk_insert, bulk_transaction, open_engine, prefer_indexes
from registry.core.db.reading import rows_by_key
from registry.register.agencies.models import LookupKey
from tests.make import make_agency

pytestmark = pytest.mark.both_databases

ROWS = 4_000
WANTED = 700


@pytest.mark.both_databases
def test_the_cost_follows_the_keys_and_not_the_rows_of_the_table(session: Session, database_kind: str) -> None:
    make_agency(session)
    owner = session.execute(text("SELECT min(id) FROM agencies")).scalar_one()
    session.commit()
    prefer_indexes(session)
    bulk_insert(
        session,
        LookupKey,
        ("agency_id", "kind", "value", "recorded_at"),
        [(owner, "probed", f"{number:08}", 0) for number in range(ROWS)],
    )
    wanted = [f"{number * 5:08}" for number in range(WANTED)] + ["nowhere"]
    before = _fetched(session) if database_kind == "postgresql" else 0
    found = list(
        rows_by_key(
            session, (LookupKey.value, LookupKey.agency_id), LookupKey.value, wanted, LookupKey.kind == "probed"
        )
    )
    assert sorted(value for value, _ in found) == sorted(set(wanted) - {"nowhere"})
    assert {owner_id for _, owner_id in found} == {owner}
    if database_kind == "postgresql":
        # Twice the keys would do: a scan for each chunk reads all rows of the kind.
        assert _fetched(session) - before <= 2 * WANTED


@pytest.mark.both_databases
def test_no_statement_is_compiled_for_a_price_that_is_only_made_up(session: Session, database_kind: str) -> None:
    if database_kind == "sqlite":
        return
    prefer_indexes(session)
    plan = session.execute(text("EXPLAIN SELECT id FROM log_state WHERE size >= 0 FOR UPDATE")).scalars()
    assert not [line for line in plan if "JIT" in line]


def _fetched(session: Session) -> int:
    """Index entries of the table that this transaction has read so far."""
    return session.execute(
        text(
            "SELECT sum(pg_stat_get_xact_tuples_returned(indexrelid)) FROM pg_index WHERE indrelid = 'lookup_keys'::regclass"
        )
    ).scalar_one()


def test_a_wide_cache_is_for_one_transaction(session: Session) -> None:
    if session.connection().dialect.name != "sqlite":
        with bulk_transaction(session):
            assert session.execute(text("SELECT 1")).scalar_one() == 1
        return
    before = session.execute(text("PRAGMA cache_size")).scalar_one()
    with bulk_transaction(session):
        assert abs(session.execute(text("PRAGMA cache_size")).scalar_one()) > abs(before)
    assert session.execute(text("PRAGMA cache_size")).scalar_one() == before


@pytest.mark.one_database
def test_a_new_database_has_large_pages_and_one_that_is_there_keeps_its_own(tmp_path: Path) -> None:
    for made_with, stored in ((None, 8192), (4096, 4096)):
        path = tmp_path / f"{made_with}.sqlite3"
        if made_with:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute(f"PRAGMA page_size={made_with}")
                connection.execute("CREATE TABLE earlier (id INTEGER)")
        with open_engine(f"sqlite:///{path}") as engine, engine.begin() as connection:
            connection.execute(text("CREATE TABLE later (id INTEGER)"))
            assert connection.execute(text("PRAGMA page_size")).scalar_one() == stored
            assert connection.execute(text("PRAGMA journal_mode")).scalar_one() == "wal"
