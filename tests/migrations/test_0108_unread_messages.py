"""Step 0108: no case has an unread message until somebody says so, and the former version writes cases without a word of it."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_cases_of_the_former_version_have_no_unread_message(database: Database) -> None:
    step = Step(database, "0108")
    step.insert("cases", case_row(1))
    step.run()
    step.insert("cases", case_row(2))
    assert [bool(row["has_unread"]) for row in step.rows("cases")] == [False, False]

    step.undo()
    assert [row["reference"] for row in step.rows("cases")] == ["CASE00000001", "CASE00000002"]
    assert "has_unread" not in step.rows("cases")[0]
