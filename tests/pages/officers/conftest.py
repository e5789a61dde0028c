"""The console in a test's client, served beside the other edges; a unit of Italy with its keys, and officers signed in."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers.rights import Role
from tests.complaints.filing import make_units
from tests.officers.making import make_officer
from tests.pages.officers.kept_things import things_of
from tests.pages.officers.signed_in import UNIT, OfficerClient, OfficerClientFor, desk_of, with_console
from tests.pages.officers.walking import People, make_things, people_maker


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_console(settings)


@pytest.fixture
def sealer(session: Session, keyring: Keyring) -> Sealer:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    return sealer


@pytest.fixture
def desk_for(client: FlaskClient, session: Session, keyring: Keyring, sealer: Sealer) -> OfficerClientFor:
    """A signed-in desk for roles; each officer has an own name and address."""

    def make(*roles: Role, name: str = "Invented Officer", unit: str = UNIT) -> OfficerClient:
        email = f"{name.lower().replace(' ', '.')}@{unit}.example"
        officer = make_officer(session, keyring, *roles, unit=unit, name=name, email=email).officer
        return desk_of(client, session, officer)

    return make


@pytest.fixture
def people(client: FlaskClient, session: Session, keyring: Keyring) -> People:
    return people_maker(client, session, keyring)


@pytest.fixture
def things(session: Session, settings: Settings, keyring: Keyring, people: People) -> dict[str, str]:
    """References of what belongs to a unit, an authority, an agency and a partner, by what they are."""
    return things_of(session, settings, lambda: make_things(session, keyring, people))
