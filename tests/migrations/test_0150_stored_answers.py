"""Step 0150: answers come and go beside the keys of the former version, which have none."""

from datetime import date

from tests.conftest import Database
from tests.migrations.chain import Step


def test_keys_of_the_former_version_stay_and_have_no_answer(database: Database) -> None:
    step = Step(database, "0150")
    step.insert("repeats", {"id": 1, "digest": "d" * 64, "question": "q" * 64, "expires_on": date(2027, 1, 1)})
    step.run()
    assert [row["answer_sealed"] for row in step.rows("repeats")] == [None]
    step.undo()
    assert [row["digest"] for row in step.rows("repeats")] == ["d" * 64]
