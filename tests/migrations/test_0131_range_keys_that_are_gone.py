"""Step 0131: the index of keys that are gone comes and goes, and the rows stay."""

from sqlalchemy import text

from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.migrations.chain import Step

NAME = "ix_range_keys_gone"
KEY = {"hash": b"\0" * 32, "agency_id": 1, "kind": "vat", "value": "X", "has_failed_check": False}


def test_keys_that_are_gone_are_found_by_an_index(database: Database) -> None:
    step = Step(database, "0131")
    step.insert("agencies", {"id": 1, "reference": "23456789ABC3"})
    step.insert("range_keys", KEY | {"is_gone": True}, KEY | {"is_gone": False})
    assert NAME not in step.indexes("range_keys")
    step.run()
    assert NAME in step.indexes("range_keys")
    engine = engine_for(database.url)
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            plan = connection.execute(text("EXPLAIN QUERY PLAN SELECT hash FROM range_keys WHERE is_gone")).all()
        assert NAME in str(plan)
    engine.dispose()
    step.undo()
    assert NAME not in step.indexes("range_keys")
    assert [bool(row["is_gone"]) for row in step.rows("range_keys")] == [True, False]
