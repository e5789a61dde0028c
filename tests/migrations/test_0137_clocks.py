"""Step 0137: nothing was accepted and nothing noted of clocks before, and beats of the former version count."""

from tests.conftest import Database
from tests.migrations.chain import Step


def test_log_and_beats_of_the_former_version_stay(database: Database) -> None:
    step = Step(database, "0137")
    step.insert("worker_beats", {"worker": "one", "beat_at": 1})
    step.run()
    assert [row["clock_offset"] for row in step.rows("worker_beats")] == [None]
    assert [(row["clock_accepted_at"], row["clock_disregards"]) for row in step.rows("log_state")] == [(None, None)]
    assert step.rows("purge_progress") == []
    step.undo()
    assert [row["worker"] for row in step.rows("worker_beats")] == ["one"]
