"""Step 0130: an entry costs an index less, and the entries stay."""

from tests.conftest import Database
from tests.migrations.chain import Step

NAME = "ix_entries_at"


def test_the_index_by_instant_goes_and_comes_back(database: Database) -> None:
    step = Step(database, "0130")
    entry = {"index": 0, "key": "agency/1", "type": "agency.registered", "at": 1_700_000_000_000_000, "v": 1}
    step.insert("entries", entry | {"leaf": b"{}"})
    before = step.indexes("entries")
    assert NAME in before
    step.run()
    assert step.indexes("entries") == before - {NAME}
    assert [row["leaf"] for row in step.rows("entries")] == [b"{}"]
    step.undo()
    assert step.indexes("entries") == before
