"""Step 0165: what waits for a batch has an index, of receipts and of lists."""

from tests.conftest import Database
from tests.migrations.chain import Step


def test_members_of_a_batch_have_an_index(database: Database) -> None:
    step = Step(database, "0165")
    before = {table: step.indexes(table) for table in ("kept_receipts", "kept_lists")}
    step.run()
    for table, known in before.items():
        assert step.indexes(table) == known | {f"ix_{table}_batch_id"}
    step.undo()
    assert {table: step.indexes(table) for table in before} == before
