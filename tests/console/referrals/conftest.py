"""As at the case desk, with a partner organisation and its people."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing import Sealer
from tests.complaints.referrals.making import make_partner
from tests.console.cases.conftest import desk_for, sealer

__all__ = ["desk_for", "sealer"]


@pytest.fixture(autouse=True)
def partner(session: Session, sealer: Sealer) -> None:
    make_partner(session, sealer)
