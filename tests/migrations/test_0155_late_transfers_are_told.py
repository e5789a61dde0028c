"""Step 0155: a request that waits already is kept, and told of once it is late."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_a_request_that_waits_is_kept(database: Database) -> None:
    step = Step(database, "0155")
    step.insert("cases", case_row(1))
    transfer = {
        "id": 1, "reference": "T23456789ABC", "case_id": 1, "former": "it-labour", "party": "cz-labour", "state": "asked",
        "asked_by": "somebody", "asked_on": date(2026, 11, 30), "due_at": 1, "reason_sealed": "sealed words", "version": 1,
    }  # fmt: skip
    step.insert("transfers", transfer)
    step.run()
    (row,) = step.rows("transfers")
    assert (row["reason_sealed"], row["told_late_at"]) == ("sealed words", None)
    step.undo()
    (row,) = step.rows("transfers")
    assert row["reason_sealed"] == "sealed words"
