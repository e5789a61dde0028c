"""Step 0133: an entry costs an index less, and the entries stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.test_0132_index_of_what_agencies_share import ENTRY, indexes_of

NAME = "ix_entries_other_agency"


def test_the_index_of_all_goes_and_comes_back(database: Database) -> None:
    step = Step(database, "0133")
    step.insert("entries", ENTRY | {"index": 0, "key": "agency/1"})
    before = indexes_of(database)
    assert NAME in before
    step.run()
    assert indexes_of(database) == before - {NAME}
    assert len(step.rows("entries")) == 1
    step.undo()
    assert indexes_of(database) == before
