"""Step 0157: what the former version made tells all types and opens from anywhere."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step

DAY = date(2026, 11, 30)


def test_a_key_of_the_former_version_opens_from_anywhere_and_is_counted_by_day(database: Database) -> None:
    step = Step(database, "0157")
    organisation = {
        "id": 1, "reference": "ORGANISATIO1", "name": "Invented Works", "country": "IT", "language": "en", "since_on": DAY,
        "keeps_every": False, "needs_second_step": False, "version": 1,
    }  # fmt: skip
    step.insert("organisations", organisation)
    key = {
        "id": 1, "reference": "KEY000000001", "organisation_id": 1, "name": "trial", "prefix": "rrk_0000",
        "digest": "d" * 64, "scopes": ["verify"], "made_on": DAY, "ends_on": DAY, "is_test": False,
    }  # fmt: skip
    step.insert("api_keys", key)
    step.run()
    (kept,) = step.rows("api_keys")
    assert (kept["networks"], kept["made_by"]) == (None, None)
    step.insert("api_key_usage", {"key_id": 1, "day": DAY, "requests": 7})
    step.undo()
    assert [row["reference"] for row in step.rows("api_keys")] == ["KEY000000001"]
