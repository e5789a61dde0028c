"""Step 0118: tasks, unsent texts and referrals of the former version stay as they are, beside the new columns."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_tasks_of_the_former_version_have_no_owner(database: Database) -> None:
    step = Step(database, "0118")
    step.insert("cases", case_row(1))
    task = {
        "id": 1, "reference": "TASK00000001", "case_id": 1, "made_by": "OFFICER00001", "made_on": date(2026, 11, 2),
        "sealed": "sealed",
    }  # fmt: skip
    step.insert("case_tasks", task)
    step.run()
    assert [(row["reference"], row["owner"]) for row in step.rows("case_tasks")] == [("TASK00000001", None)]
    step.undo()
    assert "owner" not in step.rows("case_tasks")[0]
