"""A unit of Italy with its keys, complaints filed to it, and officers who have signed in."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.keyring import Keyring
from registry.officers.rights import Role
from tests.complaints.filing import make_units
from tests.officers.making import make_officer
from tests.pages.officers.signed_in import Desk, desk_of

UNIT = "it-labour"
DeskOf = Callable[..., Desk]


@pytest.fixture
def sealer(session: Session, keyring: Keyring) -> Sealer:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    return sealer


@pytest.fixture
def desk_for(client: FlaskClient, session: Session, keyring: Keyring, sealer: Sealer) -> DeskOf:
    """A signed-in desk for roles; each officer has an own name and address."""

    def make(*roles: Role, name: str = "Invented Officer", unit: str = UNIT) -> Desk:
        email = f"{name.lower().replace(' ', '.')}@{unit}.example"
        officer = make_officer(session, keyring, *roles, unit=unit, name=name, email=email).officer
        return desk_of(client, session, officer)

    return make
