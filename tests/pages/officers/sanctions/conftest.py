"""As at the case desk, in a unit of the authority that licensed the agency."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.keyring import Keyring
from tests.supervision.sanctions.making import Licensed, make_desk, make_held


@pytest.fixture
def sealer(session: Session, keyring: Keyring) -> Sealer:
    sealer = Sealer(keyring)
    make_desk(session, sealer)
    return sealer


@pytest.fixture
def licensed(session: Session, sealer: Sealer) -> Licensed:
    return make_held(session)
