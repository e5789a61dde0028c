"""Step 0123: hearings of the former version stay; no language was said of them, so they wait for no translation."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_cases_of_the_former_version_stay(database: Database) -> None:
    step = Step(database, "0123")
    step.insert("cases", case_row(1))
    step.run()
    assert step.rows("hearings") == []
    step.undo()
    assert [row["reference"] for row in step.rows("cases")] == ["CASE00000001"]
