"""Step 0133: an entry costs an index less, and the entries stay."""

from tests.conftest import Database
from tests.migrations.chain import Step

NAME = "ix_entries_other_agency"
ENTRY = {"type": "agreement.registered", "at": 1_700_000_000_000_000, "v": 1, "leaf": b"{}"}


def test_the_index_of_all_goes_and_comes_back(database: Database) -> None:
    step = Step(database, "0133")
    step.insert("entries", ENTRY | {"index": 0, "key": "agency/1"})
    before = step.indexes("entries")
    assert NAME in before
    step.run()
    assert step.indexes("entries") == before - {NAME}
    assert len(step.rows("entries")) == 1
    step.undo()
    assert step.indexes("entries") == before
