"""Step 0170: cases on legal hold have an index of their own, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_cases_on_hold_have_an_index(database: Database) -> None:
    step = Step(database, "0170")
    step.insert("cases", case_row(1, has_legal_hold=True), case_row(2, has_legal_hold=False))
    before = step.indexes("cases")
    step.run()
    assert step.indexes("cases") == before | {"ix_cases_held"}
    step.undo()
    assert step.indexes("cases") == before
    assert [bool(row["has_legal_hold"]) for row in step.rows("cases")] == [True, False]
