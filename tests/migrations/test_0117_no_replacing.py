"""Step 0117: what may only be added to is not replaced either."""

from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.migrations.chain import Step

LINE = {
    "index": 0, "on_day": date(2026, 11, 25), "actor": "it", "act": "case.read", "subject": "00", "detail": "", "body": b"{}",
    "hash": b"0" * 32,
}  # fmt: skip
ROW = LINE | {"on_day": "2026-11-25"}


def test_a_line_of_the_audit_is_not_replaced(database: Database) -> None:
    if database.kind != "sqlite":
        # PostgreSQL's INSERT ... ON CONFLICT updates, which was refused before.
        return
    step = Step(database, "0117")
    step.insert("audit_entries", LINE)
    step.run()
    names = ", ".join(f'"{name}"' for name in LINE)
    engine = engine_for(database.url)
    replace = text(f"INSERT OR REPLACE INTO audit_entries ({names}) VALUES ({', '.join(f':{name}' for name in LINE)})")
    with engine.begin() as connection:
        with pytest.raises(IntegrityError, match="append-only"):
            connection.execute(replace, ROW | {"actor": "other"})
        connection.execute(replace, ROW | {"index": 1})
    engine.dispose()
    assert [row["actor"] for row in step.rows("audit_entries")] == ["it", "it"]
    step.undo()
