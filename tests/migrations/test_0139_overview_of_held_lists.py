"""Step 0139: a list that the former version holds has no overview, and waits as before."""

from tests.conftest import Database
from tests.migrations.chain import Step

AUTHORITY = {
    "id": 1,
    "reference": "zz-1",
    "country": "ZZ",
    "time_zone": "UTC",
    "names": {"en": "Labour Office"},
    "website": None,
}


def held(number: int) -> dict[str, object]:
    return {
        "id": number, "reference": f"HELD0000000{number}", "source_id": 1, "file": f"{number}.list", "digest": "0" * 64,
        "fetched_at": 1, "reason": "rows were rejected", "counts": {"read": 3},
    }  # fmt: skip


def test_lists_of_the_former_version_wait_without_an_overview(database: Database) -> None:
    step = Step(database, "0139")
    step.insert("authorities", AUTHORITY)
    source = {"id": 1, "reference": "zz-list", "authority_id": 1, "is_full": False, "is_national": False}
    step.insert("sources", source | {"fresh_for_days": 30, "kinds": [], "prints": [], "mapping": {}})
    step.insert("pending_imports", held(1))
    step.run()
    # The former version goes on holding its own.
    step.insert("pending_imports", held(2))
    assert [row["overview"] for row in step.rows("pending_imports")] == [None, None]
    step.undo()
    assert [row["id"] for row in step.rows("pending_imports")] == [1, 2]
