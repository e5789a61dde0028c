"""As at the case desk, with a partner organisation and its people."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from tests.complaints.parties.referrals.making import make_partner


@pytest.fixture(autouse=True)
def partner(session: Session, sealer: Sealer) -> None:
    make_partner(session, sealer)
