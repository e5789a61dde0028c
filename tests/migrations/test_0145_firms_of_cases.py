"""Step 0145: cases of the former version stay, and agencies and employers stand beside them."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import case_row

DAY = date(2026, 11, 30)


def test_firms_stand_beside_a_case_of_the_former_version(database: Database) -> None:
    step = Step(database, "0145")
    step.insert("cases", case_row(1))
    step.run()
    agency = {
        "id": 1, "reference": "LINK00000001", "case_id": 1, "part": "sender", "digest": "a" * 64, "sealed": "sealed",
        "added_by": "OFFICER00001", "added_on": DAY,
    }  # fmt: skip
    employer = {
        "id": 1, "reference": "EMPL00000001", "unit": "it-labour", "name_digest": "b" * 64, "sealed": "sealed",
        "made_by": "OFFICER00001", "made_on": DAY, "version": 1,
    }  # fmt: skip
    link = {
        "id": 1, "case_id": 1, "employer_id": 1, "part": "employer", "linked_by": "OFFICER00001", "linked_on": DAY,
    }  # fmt: skip
    for table, row in (("case_agencies", agency), ("employers", employer), ("case_employers", link)):
        step.insert(table, row)
        assert len(step.rows(table)) == 1
    step.undo()
    assert [row["id"] for row in step.rows("cases")] == [1]
