"""Step 0113: cases, decisions and officers of the former version stay as they are, beside the new columns and table."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_cases_of_the_former_version_have_no_measure(database: Database) -> None:
    step = Step(database, "0113")
    step.insert("cases", case_row(1, "sanction_pending"))
    step.run()
    step.insert("cases", case_row(2))
    assert [(row["measure"], row["measure_on"]) for row in step.rows("cases")] == [(None, None)] * 2
    assert step.rows("officer_drafts") == []
    step.undo()
    assert "measure" not in step.rows("cases")[0]
