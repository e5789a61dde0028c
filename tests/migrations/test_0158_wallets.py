"""Step 0158: the tables of credentials for wallets come and go, and no place of a status list is given twice."""

import pytest
from sqlalchemy.exc import IntegrityError

from tests.conftest import Database
from tests.migrations.chain import Step


def test_a_place_of_a_status_list_is_given_once(database: Database) -> None:
    step = Step(database, "0158")
    step.run()
    card = {
        "id": 1, "reference": "CARD00000001", "agency": "AGENCY000001", "licence": "LICENCE00001", "person": "sealed",
        "portrait": None, "portrait_digest": None, "ordered_by": "USER00000001", "ordered_at": 1,
    }  # fmt: skip
    step.insert("staff_cards", card)
    issued = {
        "id": 1, "list_number": 0, "place": 7, "form": "recruiter-staff-card", "licence": "LICENCE00001",
        "staff_card_id": 1, "content": "c", "issued_at": 1, "expires_at": 2,
    }  # fmt: skip
    step.insert("wallet_credentials", issued)
    with pytest.raises(IntegrityError):
        step.insert("wallet_credentials", issued | {"id": 2})
    step.insert("wallet_credentials", issued | {"id": 3, "list_number": 1})
    step.undo()
