"""Step 0160: the table of requests to wallets comes and goes, and a token leads to one of them."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.conftest import Database
from tests.migrations.chain import Step


def test_a_token_leads_to_one_request(database: Database) -> None:
    step = Step(database, "0160")
    step.run()
    asked = {
        "id": 1, "reference": "ASKED0000001", "token": "t" * 64, "ask": "card", "purpose": "trial", "verifier": "Invented",
        "job": {}, "sealed": "sealed", "state": "waiting", "until": 1,
    }  # fmt: skip
    step.insert("presentations", asked)
    with pytest.raises(IntegrityError):
        step.insert("presentations", asked | {"id": 2, "reference": "ASKED0000002"})
    with pytest.raises(IntegrityError):
        step.insert(
            "presentations", asked | {"id": 3, "reference": "ASKED0000003", "token": "u" * 64, "refusal": "why not"}
        )
    step.undo()
