"""Step 0136: a whole code of the former version stays good, and goes on being good after the step was undone."""

from tests.conftest import Database
from tests.migrations.chain import Step

OFFICER = {
    "id": 1,
    "reference": "OFFICER00001",
    "unit": "it-invented-unit",
    "name": "Invented Officer",
    "email": "officer@authority.example",
    "language": "en",
    "state": "invited",
    "version": 1,
}
CODE = {"id": 1, "digest": "d" * 64, "officer_id": 1, "ends_at": 2_000_000_000_000_000}


def test_codes_of_the_former_version_are_whole(database: Database) -> None:
    step = Step(database, "0136")
    step.insert("officers", OFFICER)
    step.insert("officer_join_codes", CODE)
    step.run()
    (code,) = step.rows("officer_join_codes")
    assert (code["digest"], code["half_digest"], code["good_from"]) == ("d" * 64, None, None)
    step.insert("officer_security_mails", {"id": 1, "officer_id": 1, "event": "reset", "made_at": 1})
    step.undo()
    assert [row["digest"] for row in step.rows("officer_join_codes")] == ["d" * 64]
    step.run()
    assert step.rows("officer_security_mails") == []
