"""Step 0141: the few cases in danger have an index of their own, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_cases_in_danger_have_an_index_of_their_own(database: Database) -> None:
    step = Step(database, "0141")
    step.insert("cases", case_row(1, in_danger_since=1_700_000_000_000_000), case_row(2, in_danger_since=None))
    before = step.indexes("cases")
    step.run()
    assert step.indexes("cases") == before | {"ix_cases_in_danger"}
    step.undo()
    assert step.indexes("cases") == before
    assert [row["in_danger_since"] for row in step.rows("cases")] == [1_700_000_000_000_000, None]
