"""Step 0140: cases stay as they are, and what is unread in them stays unread."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_what_is_unread_stays_unread(database: Database) -> None:
    step = Step(database, "0140")
    step.insert("cases", case_row(1, has_unread=True, is_open=True))
    step.run()
    (row,) = step.rows("cases")
    assert (row["has_unread"], row["unread_kind"], row["in_danger_since"]) == (1, None, None)
    step.undo()
    (row,) = step.rows("cases")
    assert row["has_unread"] == 1
