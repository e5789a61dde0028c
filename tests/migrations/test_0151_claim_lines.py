"""Step 0151: cases of the former version stay, and lines of a claim have a table of their own."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row


def test_a_line_stands_beside_a_case_of_the_former_version(database: Database) -> None:
    step = Step(database, "0151")
    step.insert("cases", case_row(1))
    step.run()
    line = {
        "id": 1, "reference": "LINE00000001", "case_id": 1, "written_by": "OFFICER00001", "sealed": "sealed",
        "written_on": date(2026, 11, 30),
    }  # fmt: skip
    step.insert("claim_lines", line)
    assert [row["reference"] for row in step.rows("claim_lines")] == ["LINE00000001"]
    step.undo()
    assert [row["id"] for row in step.rows("cases")] == [1]
