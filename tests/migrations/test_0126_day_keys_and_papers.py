"""Step 0126: the tables of day keys and of made papers come and go."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step, tables_of

TABLES = {"day_keys", "made_papers"}


def test_day_keys_and_papers_have_tables(database: Database) -> None:
    step = Step(database, "0126")
    assert not TABLES & set(tables_of(database))
    step.run()
    step.insert("day_keys", {"day": date(2026, 11, 28), "sealed": b"x"})
    step.insert("made_papers", {"key": "0" * 40, "body": b"%PDF-", "made_at": 1})
    step.undo()
    assert not TABLES & set(tables_of(database))
