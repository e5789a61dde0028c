"""As at the case desk, with an investigated case about an agency of which somebody has an account."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing import Sealer
from registry.keyring import Keyring
from tests.complaints.hearings.making import Heard, heard_case
from tests.console.cases.conftest import desk_for, sealer

__all__ = ["desk_for", "sealer"]


@pytest.fixture
def case(session: Session, sealer: Sealer, keyring: Keyring) -> Heard:
    return heard_case(session, sealer, keyring)
