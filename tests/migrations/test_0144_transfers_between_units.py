"""Step 0144: the table of transfers comes and goes beside the messages of the former version, which keep no unit."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row, message_row


def test_cases_and_messages_of_the_former_version_stay(database: Database) -> None:
    step = Step(database, "0144")
    step.insert("cases", case_row(1))
    step.insert("boxes", box_row(1))
    step.insert("messages", message_row(1, box=1, author="officer"))
    step.run()
    assert step.rows("transfers") == []
    assert [row["unit"] for row in step.rows("messages")] == [None]
    step.undo()
    assert [row["sealed"] for row in step.rows("messages")] == ["sealed"]
