"""Step 0168: open cases are counted by language and priority from an index, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_cases_open_by_language"


def test_open_cases_have_an_index_by_language_and_priority(database: Database) -> None:
    step = Step(database, "0168")
    step.insert("cases", case_row(1))
    before = step.indexes("cases")
    step.run()
    assert step.indexes("cases") == before | {NAME}
    assert len(step.rows("cases")) == 1
    step.undo()
    assert step.indexes("cases") == before
