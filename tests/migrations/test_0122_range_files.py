"""Step 0122: the tables of range files come and go, beside an agency that is there."""

from sqlalchemy import inspect

from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.migrations.chain import Step

TABLES = {"range_keys", "range_files", "range_objects", "range_epochs"}


def tables_of(database: Database) -> set[str]:
    engine = engine_for(database.url)
    try:
        return set(inspect(engine).get_table_names()) & TABLES
    finally:
        engine.dispose()


def test_range_files_have_tables(database: Database) -> None:
    step = Step(database, "0122")
    assert tables_of(database) == set()
    step.insert("agencies", {"id": 1, "reference": "23456789ABC3"})
    step.run()
    key = {"hash": b"\0" * 32, "agency_id": 1, "kind": "vat", "value": "X", "has_failed_check": False, "is_gone": False}
    step.insert("range_keys", key)
    step.insert("range_files", {"prefix": 0, "hash": b"\0" * 32, "key_count": 1})
    step.insert("range_objects", {"hash": b"\0" * 32, "body": b""})
    step.undo()
    assert tables_of(database) == set()
