"""What tests of hearings and referrals start from: units with their keys, and one partner."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.keyring import Keyring
from tests.complaints.filing import make_units
from tests.complaints.parties.hearings.making import Heard, heard_case
from tests.complaints.parties.referrals.making import make_partner


@pytest.fixture(autouse=True)
def offices(request: pytest.FixtureRequest) -> None:
    """For every test that has a database."""
    if "session" in request.fixturenames:
        session, sealer = request.getfixturevalue("session"), request.getfixturevalue("sealer")
        make_units(session, sealer)
        make_partner(session, sealer)


@pytest.fixture
def case(session: Session, sealer: Sealer, keyring: Keyring) -> Heard:
    """A case that is investigated, with consent to ask its agency, and a person there who can answer."""
    return heard_case(session, sealer, keyring)
