"""Step 0127: an attachment may have no copy because it is harmful; undone, it has none because it is damaged."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row


def attachment_row(number: int, no_copy: str | None) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"FILE{number:08}",
        "case_id": 1,
        "box_id": 1,
        "kept_on": date(2026, 11, 3),
        "kind": "txt",
        "size": 1,
        "once": str(number),
        "facts_sealed": "sealed",
        "state": "no_clean_copy" if no_copy else "kept",
        "no_copy": no_copy,
        "attempts": 0,
        "clean_key": "key",
    }


def test_a_harmful_file_has_no_copy_and_says_why(database: Database) -> None:
    step = Step(database, "0127")
    step.insert("cases", case_row(1))
    step.insert("boxes", box_row(1))
    step.insert("attachments", attachment_row(1, "locked"))
    with pytest.raises(IntegrityError):
        step.insert("attachments", attachment_row(2, "harmful"))

    step.run()
    step.insert("attachments", attachment_row(2, "harmful"), attachment_row(3, None))
    with pytest.raises(IntegrityError):
        step.insert("attachments", attachment_row(9, "dull"))

    step.undo()
    assert [row["no_copy"] for row in step.rows("attachments")] == ["locked", "damaged", None]
