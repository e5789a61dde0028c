"""Step 0121: the table of shared files comes and goes."""

from tests.conftest import Database
from tests.migrations.chain import Step, tables_of


def test_shared_files_have_a_table(database: Database) -> None:
    step = Step(database, "0121")
    assert "home_files" not in tables_of(database)
    step.run()
    step.insert("home_files", {"name": "witness-policy", "digest": "0" * 64, "sealed": b"x", "changed_at": 1})
    step.undo()
    assert "home_files" not in tables_of(database)
