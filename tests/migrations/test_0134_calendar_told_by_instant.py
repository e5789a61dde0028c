"""Step 0134: until which instant the calendar was told; of what was told before only the day is known."""

from tests.conftest import Database
from tests.migrations.chain import Step


def test_what_was_told_before_keeps_its_day(database: Database) -> None:
    step = Step(database, "0134")
    (before,) = step.rows("watch_state")
    step.run()
    (after,) = step.rows("watch_state")
    assert after == before | {"told_at": None}
    step.undo()
    assert step.rows("watch_state") == [before]
