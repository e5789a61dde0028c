"""Step 0169: the former index of open cases by language goes, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_cases_open_language"


def test_the_former_index_goes_and_comes_back(database: Database) -> None:
    step = Step(database, "0169")
    step.insert("cases", case_row(1))
    before = step.indexes("cases")
    step.run()
    assert step.indexes("cases") == before - {NAME}
    assert len(step.rows("cases")) == 1
    step.undo()
    assert step.indexes("cases") == before
