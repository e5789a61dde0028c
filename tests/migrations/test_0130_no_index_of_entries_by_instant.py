"""Step 0130: an entry costs an index less, and the entries stay."""

from sqlalchemy import inspect

from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.migrations.chain import Step

NAME = "ix_entries_at"


def indexes_of(database: Database) -> set[str | None]:
    engine = engine_for(database.url)
    try:
        return {one["name"] for one in inspect(engine).get_indexes("entries")}
    finally:
        engine.dispose()


def test_the_index_by_instant_goes_and_comes_back(database: Database) -> None:
    step = Step(database, "0130")
    entry = {"index": 0, "key": "agency/1", "type": "agency.registered", "at": 1_700_000_000_000_000, "v": 1}
    step.insert("entries", entry | {"leaf": b"{}"})
    before = indexes_of(database)
    assert NAME in before
    step.run()
    assert indexes_of(database) == before - {NAME}
    assert [row["leaf"] for row in step.rows("entries")] == [b"{}"]
    step.undo()
    assert indexes_of(database) == before
