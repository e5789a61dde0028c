"""Step 0152: a message that was written before stays as it is, and no officer is named for it."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row


def test_a_message_stays_as_it_is(database: Database) -> None:
    step = Step(database, "0152")
    step.insert("cases", case_row(1))
    step.insert("boxes", box_row(1))
    message = {
        "id": 1, "reference": "M23456789ABC", "box_id": 1, "author": "officer", "written_on": date(2026, 11, 30), "place": 1,
        "sealed": "sealed words",
    }  # fmt: skip
    step.insert("messages", message)
    step.run()
    (row,) = step.rows("messages")
    assert (row["sealed"], row["written_by"]) == ("sealed words", None)
    step.undo()
    (row,) = step.rows("messages")
    assert row["sealed"] == "sealed words"
