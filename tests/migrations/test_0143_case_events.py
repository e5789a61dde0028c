"""Step 0143: cases of the former version stay, and what is planned or written down has a table of its own."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_a_visit_stands_beside_a_case_of_the_former_version(database: Database) -> None:
    step = Step(database, "0143")
    step.insert("cases", case_row(1))
    step.run()
    event = {
        "id": 1, "reference": "EVENT0000001", "case_id": 1, "kind": "visit", "state": "planned",
        "on_day": date(2026, 12, 14), "owner": "OFFICER00001", "officers": ["OFFICER00001", "OFFICER00002"],
        "written_by": "OFFICER00001", "written_on": date(2026, 11, 30), "sealed": "sealed",
    }  # fmt: skip
    step.insert("case_events", event)
    (stored,) = step.rows("case_events")
    assert stored["officers"] == ["OFFICER00001", "OFFICER00002"]
    assert (stored["recorded_by"], stored["recorded_on"]) == (None, None)
    step.undo()
    assert [row["id"] for row in step.rows("cases")] == [1]
