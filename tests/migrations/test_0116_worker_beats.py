"""Step 0116: the table of beats comes and goes."""

from tests.conftest import Database
from tests.migrations.chain import Step, tables_of


def test_beats_have_a_table(database: Database) -> None:
    step = Step(database, "0116")
    assert "worker_beats" not in tables_of(database)
    step.run()
    step.insert("worker_beats", {"worker": "one", "beat_at": 1})
    step.undo()
    assert "worker_beats" not in tables_of(database)
