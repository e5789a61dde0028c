"""Step 0153: stamps have a table; the step back drops them and nothing else."""

from tests.conftest import Database
from tests.migrations.chain import Step, tables_of


def test_a_stamp_is_kept_as_it_came(database: Database) -> None:
    step = Step(database, "0153")
    step.run()
    stamp = {
        "origin": "registry.example/log", "size": 7, "authority": "https://tsa.example/tsr", "stamped_at": 1_796_000_000_000_000,
        "token": b"0\x00",
    }  # fmt: skip
    step.insert("timestamps", stamp)
    (row,) = step.rows("timestamps")
    assert (row["size"], row["token"]) == (7, b"0\x00")
    step.undo()
    assert "timestamps" not in tables_of(database)
