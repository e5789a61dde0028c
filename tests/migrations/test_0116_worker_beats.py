"""Step 0116: the table of beats comes and goes."""

from sqlalchemy import inspect

from registry.core.db.engine import engine_for
from tests.conftest import Database
from tests.migrations.chain import Step


def tables_of(database: Database) -> set[str]:
    engine = engine_for(database.url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_beats_have_a_table(database: Database) -> None:
    step = Step(database, "0116")
    assert "worker_beats" not in tables_of(database)
    step.run()
    step.insert("worker_beats", {"worker": "one", "beat_at": 1})
    step.undo()
    assert "worker_beats" not in tables_of(database)
