"""Step 0110: the index of unread messages comes and goes, and the rows stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_cases_queue_has_unread"


def test_unread_messages_are_found_by_an_index(database: Database) -> None:
    step = Step(database, "0110")
    step.insert("cases", case_row(1, has_unread=True), case_row(2, has_unread=False))
    assert NAME not in step.indexes("cases")
    step.run()
    assert NAME in step.indexes("cases")
    step.undo()
    assert NAME not in step.indexes("cases")
    assert [bool(row["has_unread"]) for row in step.rows("cases")] == [True, False]
