"""Step 0120: the table of calendars comes and goes beside the cases of the former version."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_the_table_of_calendars_is_empty_at_first(database: Database) -> None:
    step = Step(database, "0120")
    step.insert("cases", case_row(1))
    step.run()
    assert step.rows("officer_calendars") == []
    step.undo()
    assert [row["reference"] for row in step.rows("cases")] == ["CASE00000001"]
