"""Step 0119: the tables of letters that wait and of reply templates come and go beside the cases of the former version."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_cases_of_the_former_version_stay(database: Database) -> None:
    step = Step(database, "0119")
    step.insert("cases", case_row(1))
    step.run()
    assert (step.rows("waiting_letters"), step.rows("reply_templates")) == ([], [])
    step.undo()
    assert [row["reference"] for row in step.rows("cases")] == ["CASE00000001"]
