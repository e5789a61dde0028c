"""Step 0112: overlays of the law have a table, and no one both proposes and approves one."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.conftest import Database
from tests.migrations.chain import Step

ROW = {
    "reference": "XVERLAY00001", "number": 1, "body": b"version = 1\n", "digest": "0" * 64, "kid": "k" * 16,
    "signature": "s" * 86, "state": "approved", "proposed_by": "one", "proposed_at": 1, "decided_by": "other",
    "decided_at": 2, "log_index": 3, "version": 2,
}  # fmt: skip


def test_an_overlay_is_kept_with_two_persons(database: Database) -> None:
    step = Step(database, "0112")
    step.run()
    step.insert("law_overlays", ROW | {"id": 1})
    with pytest.raises(IntegrityError):
        step.insert("law_overlays", ROW | {"id": 2, "reference": "XVERLAY00002", "decided_by": "one"})
    assert [bytes(row["body"]) for row in step.rows("law_overlays")] == [b"version = 1\n"]

    step.undo()
    step.run()
    assert step.rows("law_overlays") == []
