"""Step 0125: keys that were there are live keys."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step


def test_keys_that_were_there_are_live_keys(database: Database) -> None:
    step = Step(database, "0125")
    step.insert(
        "organisations",
        {
            "id": 1,
            "reference": "A",
            "name": "Invented",
            "country": "IT",
            "language": "en",
            "since_on": date(2026, 1, 1),
            "version": 1,
        },
    )
    step.insert(
        "api_keys",
        {
            "id": 1, "reference": "K", "organisation_id": 1, "name": "nightly", "prefix": "rrk_abcd", "digest": "d",
            "scopes": [], "made_on": date(2026, 1, 1), "ends_on": date(2027, 1, 1),
        },
    )  # fmt: skip
    step.run()
    assert [bool(row["is_test"]) for row in step.rows("api_keys")] == [False]
