"""Step 0148: drafted decisions have an index of their own, and all cases stay."""

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

NAME = "ix_decisions_drafted"


def test_drafted_decisions_have_an_index(database: Database) -> None:
    step = Step(database, "0148")
    step.insert("cases", case_row(1))
    before = step.indexes("decisions")
    step.run()
    assert step.indexes("decisions") == before | {NAME}
    assert len(step.rows("cases")) == 1
    step.undo()
    assert step.indexes("decisions") == before
