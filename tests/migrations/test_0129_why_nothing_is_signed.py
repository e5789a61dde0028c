"""Step 0129: workers of the former version have no trouble with signing."""

from tests.conftest import Database
from tests.migrations.chain import Step


def test_beats_of_the_former_version_stay(database: Database) -> None:
    step = Step(database, "0129")
    step.insert("worker_beats", {"worker": "one", "beat_at": 1})
    step.run()
    assert [row["not_signed"] for row in step.rows("worker_beats")] == [None]
    step.undo()
    assert [row["worker"] for row in step.rows("worker_beats")] == ["one"]
