"""Step 0149: the languages of open cases have an index, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_cases_open_language"


def test_languages_of_open_cases_have_an_index(database: Database) -> None:
    step = Step(database, "0149")
    step.insert("cases", case_row(1))
    before = step.indexes("cases")
    step.run()
    assert step.indexes("cases") == before | {NAME}
    assert len(step.rows("cases")) == 1
    step.undo()
    assert step.indexes("cases") == before
