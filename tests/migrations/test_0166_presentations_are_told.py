"""Step 0166: the end of a request to a wallet is an event and waits in the outbox; undone, what was queued before stays."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.conftest import Database
from tests.migrations.chain import Step

FINISHED = "presentation.finished"


def test_the_end_of_a_request_to_a_wallet_is_told(database: Database) -> None:
    step = Step(database, "0166")
    sanction = {"id": 1, "type": "sanction.lifted", "subject": "SANCTION0001"}
    suspended = {
        "id": 1, "reference": "EVENT0000001", "type": "licence.suspended", "at": 1, "data": {}, "once": "entry:1:0",
    }  # fmt: skip
    finished = suspended | {"id": 2, "reference": "EVENT0000002", "type": FINISHED, "once": "presentation:P1"}
    step.insert("outbox", sanction)
    step.insert("watch_events", suspended)
    with pytest.raises(IntegrityError):
        step.insert("watch_events", finished)

    step.run()
    assert [row["subject"] for row in step.rows("outbox")] == ["SANCTION0001"]
    step.insert("outbox", {"id": 2, "type": FINISHED, "subject": "PRESENTED22A", "details": {"state": "shown"}})
    step.insert("watch_events", finished)
    assert step.rows("outbox")[1]["details"] == {"state": "shown"}
    assert "ix_watch_events_agency_id" in step.indexes("watch_events")
    with pytest.raises(IntegrityError):
        step.insert("outbox", {"id": 3, "type": "what", "subject": "PRESENTED22A"})

    step.undo()
    assert [row["type"] for row in step.rows("watch_events")] == ["licence.suspended"]
    assert [row["type"] for row in step.rows("outbox")] == ["sanction.lifted"]
