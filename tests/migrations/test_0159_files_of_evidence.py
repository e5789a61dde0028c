"""Step 0159: entries of the former version stay, and a piece of evidence has a container for its files."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row


def test_an_entry_stays_and_gets_a_container(database: Database) -> None:
    step = Step(database, "0159")
    step.insert("cases", case_row(1))
    step.insert("boxes", box_row(1))
    event = {
        "id": 1, "reference": "EVENT0000001", "case_id": 1, "kind": "evidence", "state": "held",
        "on_day": date(2026, 11, 28), "owner": "OFFICER00001", "officers": ["OFFICER00001"],
        "written_by": "OFFICER00001", "written_on": date(2026, 11, 30), "recorded_by": "OFFICER00001",
        "recorded_on": date(2026, 11, 30), "sealed": "sealed",
    }  # fmt: skip
    step.insert("case_events", event)
    step.run()
    step.insert("case_events", event | {"id": 2, "reference": "EVENT0000002", "box_id": 1})
    assert [(row["reference"], row["box_id"]) for row in step.rows("case_events")] == [
        ("EVENT0000001", None),
        ("EVENT0000002", 1),
    ]
    step.undo()
    assert [row["sealed"] for row in step.rows("case_events")] == ["sealed", "sealed"]
