"""Step 0114: a case whose sanction is in force when the step runs says so, and none that is only prepared does."""

from datetime import date
from typing import Any

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row

SINCE = date(2026, 11, 5)


def decision_row(number: int) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"DECI{number:08}",
        "case_id": number,
        "box_id": number,
        "outcome": "upheld",
        "state": "made",
        "object_days": 30,
        "drafted_by": "a",
        "written_by": ["a"],
        "drafted_on": SINCE,
        "decided_by": "b",
        "decided_on": SINCE,
        "reasons_sealed": "sealed",
        "summary_sealed": "sealed",
    }


def sanction_row(number: int, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"SANC{number:08}",
        "agency": "AGEN00000001",
        "licence": "LICE00000001",
        "authority": "it-authority",
        "unit": "it-labour",
        "decision": f"DECI{number:08}",
        "is_urgent": False,
        "kind": "suspension",
        "state": state,
        "legal_ground": "Act 1",
        "effective_from": SINCE,
        "in_force_on": SINCE,
        "until": None,
        "proposed_by": "a",
        "proposed_on": SINCE,
        "version": 1,
    } | more


def test_a_case_says_where_its_sanction_stands(database: Database) -> None:
    step = Step(database, "0114")
    step.insert("cases", *(case_row(number, "sanction_pending") for number in (1, 2, 3)), case_row(4, "closed"))
    step.insert("boxes", *(box_row(number) for number in (1, 2, 3, 4)))
    step.insert("decisions", *(decision_row(number) for number in (1, 2, 3, 4)))
    step.insert(
        "sanctions",
        sanction_row(1, "in_force", until=date(2027, 5, 1)),
        sanction_row(2, "lifted"),
        sanction_row(3, "proposed", in_force_on=None),
        sanction_row(4, "in_force"),
    )

    step.run()
    assert [row["measure"] for row in step.rows("cases")] == ["in_force", "lifted", None, None]
    assert str(step.rows("cases")[0]["measure_until"]) == "2027-05-01"
