"""Step 0110: the index of unread messages comes and goes, and the rows stay."""

from sqlalchemy import inspect

from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_cases_queue_has_unread"


def indexes_of(database: Database) -> set[str | None]:
    engine = engine_for(database.url)
    try:
        return {one["name"] for one in inspect(engine).get_indexes("cases")}
    finally:
        engine.dispose()


def test_unread_messages_are_found_by_an_index(database: Database) -> None:
    step = Step(database, "0110")
    step.insert("cases", case_row(1, has_unread=True), case_row(2, has_unread=False))
    assert NAME not in indexes_of(database)
    step.run()
    assert NAME in indexes_of(database)
    step.undo()
    assert NAME not in indexes_of(database)
    assert [bool(row["has_unread"]) for row in step.rows("cases")] == [True, False]
