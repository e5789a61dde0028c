"""Step 0163: grants of the former version stay, and name no status list."""

from tests.conftest import Database
from tests.migrations.chain import Step


def test_grants_of_the_former_version_name_no_list(database: Database) -> None:
    step = Step(database, "0163")
    grant = {
        "id": 1, "form": "recruitment-licence", "step": "open", "agency": "AGENCY000001", "licence": "LICENCE00001",
        "made_by": "USER00000001", "made_at": 1, "tries": 0,
    }  # fmt: skip
    step.insert("wallet_grants", grant)
    step.run()
    assert [(row["listed"], row["lists_read_at"]) for row in step.rows("wallet_grants")] == [(None, None)]
    step.undo()
    assert [row["step"] for row in step.rows("wallet_grants")] == ["open"]
