"""Step 0162: the former index of an officer's cases goes, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_cases_queue_of_officer"


def test_the_former_index_goes_and_comes_back(database: Database) -> None:
    step = Step(database, "0162")
    step.insert("cases", case_row(1))
    before = step.indexes("cases")
    step.run()
    assert step.indexes("cases") == before - {NAME}
    assert len(step.rows("cases")) == 1
    step.undo()
    assert step.indexes("cases") == before
