"""What tests of sanctions stand on: keys, a desk, and a licence that answers yes."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from tests.supervision.sanctions.making import Licensed, make_desk, make_held


@pytest.fixture
def licensed(session: Session, sealer: Sealer) -> Licensed:
    make_desk(session, sealer)
    return make_held(session)
