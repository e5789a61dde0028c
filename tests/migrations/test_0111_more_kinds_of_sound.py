"""Step 0111: attachments may be sound as browsers record it; those that are there stay as they are."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from tests.conftest import Database
from tests.migrations.chain import Step
from tests.migrations.unread_rows import box_row, case_row


def attachment_row(number: int, kind: str) -> dict[str, Any]:
    return {
        "id": number,
        "reference": f"FILE{number:08}",
        "case_id": 1,
        "box_id": 1,
        "kept_on": date(2026, 11, 3),
        "kind": kind,
        "size": 1,
        "once": str(number),
        "facts_sealed": "sealed",
        "state": "kept",
        "attempts": 0,
        "clean_key": "key",
    }


def test_sound_of_browsers_is_taken_from_then_on_and_other_words_are_not(database: Database) -> None:
    step = Step(database, "0111")
    step.insert("cases", case_row(1))
    step.insert("boxes", box_row(1))
    step.insert("attachments", attachment_row(1, "mp3"))
    with pytest.raises(IntegrityError):
        step.insert("attachments", attachment_row(2, "webm"))

    step.run()
    step.insert(
        "attachments", *(attachment_row(n, kind) for n, kind in enumerate(("ogg", "webm", "wav", "aac"), start=2))
    )
    with pytest.raises(IntegrityError):
        step.insert("attachments", attachment_row(9, "exe"))
    assert [row["kind"] for row in step.rows("attachments")] == ["mp3", "ogg", "webm", "wav", "aac"]

    step.undo()
    assert [row["kind"] for row in step.rows("attachments")] == ["mp3"]
    with pytest.raises(IntegrityError):
        step.insert("attachments", attachment_row(2, "webm"))
    step.run()
    step.insert("attachments", attachment_row(2, "webm"))
