"""Step 0161: officers' cases are counted by state from an index, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_cases_of_officer"


def test_an_officers_open_cases_have_an_index(database: Database) -> None:
    step = Step(database, "0161")
    step.insert("cases", case_row(1))
    before = step.indexes("cases")
    step.run()
    assert step.indexes("cases") == before | {NAME}
    assert len(step.rows("cases")) == 1
    step.undo()
    assert step.indexes("cases") == before
