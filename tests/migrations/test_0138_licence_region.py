"""Step 0138: the terms of the former version say no region, and stay."""

from tests.conftest import Database
from tests.migrations.chain import Step

TERM = {"id": 1, "licence_id": 1, "recorded_at": 1, "source": "zz-list", "retrieved_at": 1}
AGENCY = {"id": 1, "reference": "AGENCY000001"}
LICENCE = {
    "id": 1,
    "reference": "LICENCE00001",
    "agency_id": 1,
    "authority": "zz-labour",
    "country": "BE",
    "kind": "other_eu",
    "status_place": 1,
}


def test_terms_without_a_region_stay(database: Database) -> None:
    step = Step(database, "0138")
    step.insert("agencies", AGENCY)
    step.insert("licences", LICENCE)
    step.insert("licence_terms", TERM)
    step.run()
    assert [row["region"] for row in step.rows("licence_terms")] == [None]
    step.undo()
    assert [row["id"] for row in step.rows("licence_terms")] == [1]
