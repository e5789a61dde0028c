"""As for case pages, with a case under investigation about an agency that has an account."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.keyring import Keyring
from tests.complaints.parties.hearings.making import Heard, heard_case


@pytest.fixture
def case(session: Session, sealer: Sealer, keyring: Keyring) -> Heard:
    return heard_case(session, sealer, keyring)
