"""Step 0128: officers of the former version are told by mail as before."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_cases_of_the_former_version_stay(database: Database) -> None:
    step = Step(database, "0128")
    step.insert("cases", case_row(1))
    step.run()
    assert step.rows("officer_mailings") == []
    step.undo()
    assert [row["reference"] for row in step.rows("cases")] == ["CASE00000001"]
