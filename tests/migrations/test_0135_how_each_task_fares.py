"""Step 0135: a notice of the former version is none of danger, and what waits still waits."""

from tests.conftest import Database
from tests.migrations.chain import Step, tables_of

OFFICER = {
    "id": 1, "reference": "OFFICER00001", "unit": "it-1", "name": "One", "email": "one@example.org", "language": "it",
    "state": "active", "version": 1,
}  # fmt: skip


def notice(number: int) -> dict[str, object]:
    return {"id": number, "officer_id": 1, "kind": "assigned", "made_at": 1}


def test_notices_of_the_former_version_wait_and_are_none_of_danger(database: Database) -> None:
    step = Step(database, "0135")
    step.insert("officers", OFFICER)
    step.insert("officer_notices", notice(1))
    step.run()
    # The former version goes on writing its own.
    step.insert("officer_notices", notice(2))
    assert [bool(row["is_danger"]) for row in step.rows("officer_notices")] == [False, False]
    assert step.rows("worker_tasks") == []
    step.undo()
    assert [row["id"] for row in step.rows("officer_notices")] == [1, 2]
    assert "worker_tasks" not in tables_of(database)
