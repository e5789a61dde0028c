"""Step 0142: a draft's answers stay as they are, and nothing in them counts as typed and not saved."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row


def test_a_draft_stays_as_it_is(database: Database) -> None:
    step = Step(database, "0142")
    step.insert("cases", case_row(1, state="draft"))
    step.insert("boxes", box_row(1))
    sheet = {"id": 1, "box_id": 1, "questionnaire": "2026-11", "sealed": "sealed words", "version": 3}
    step.insert("answer_sheets", sheet)
    step.run()
    (row,) = step.rows("answer_sheets")
    assert (row["sealed"], row["version"], row["before_typing"]) == ("sealed words", 3, None)
    step.undo()
    (row,) = step.rows("answer_sheets")
    assert row["sealed"] == "sealed words"
