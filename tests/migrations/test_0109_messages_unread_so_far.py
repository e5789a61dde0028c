"""Step 0109: what no officer has opened before the update is unread after it."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row, message_row

READ_ON = date(2026, 11, 4)


def test_a_message_that_no_officer_opened_is_unread(database: Database) -> None:
    step = Step(database, "0109")
    states = {1: "investigating", 2: "investigating", 3: "investigating", 4: "withdrawn", 5: "closed", 6: "merged"}
    step.insert("cases", *(case_row(number, state) for number, state in states.items()))
    step.insert("boxes", *(box_row(number) for number in states))
    step.insert(
        "messages",
        message_row(1, box=1),
        message_row(2, box=1, read_on=READ_ON),
        message_row(3, box=2, read_on=READ_ON),
        message_row(4, box=3, author="officer"),
        *(message_row(number + 1, box=number) for number in (4, 5, 6)),
    )

    step.run()
    unread = [1, 5, 6]
    assert [row["id"] for row in step.rows("cases") if row["has_unread"]] == unread

    step.undo()
    step.run()
    assert [row["id"] for row in step.rows("cases") if row["has_unread"]] == unread
