"""Engines of tests share what they know of a kind of database: were it not so, tests would pass all the same, and be slow."""

from sqlalchemy import select

from registry.core.db.engine import engine_for
from registry.officers.models import Unit
from tests.conftest import Database


def test_a_second_engine_compiles_no_statement_that_a_first_one_compiled(database: Database) -> None:
    hits = []
    for _ in range(2):
        engine = engine_for(database.url)
        with engine.connect() as connection:
            found = connection.execute(select(Unit.reference).where(Unit.reference == "of_no_one"))
            hits.append(found.context.cache_hit.name)
            assert found.all() == []
        engine.dispose()
    assert hits[-1] == "CACHE_HIT"
