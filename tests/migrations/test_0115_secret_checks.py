"""Step 0115: the table of check values comes and goes."""

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


def test_check_values_have_a_table(database: Database) -> None:
    step = Step(database, "0115")
    assert "secret_checks" not in tables_of(database)
    step.run()
    step.insert("secret_checks", {"purpose": "visits", "check": "00"})
    step.undo()
    assert "secret_checks" not in tables_of(database)
