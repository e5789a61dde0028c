"""Two officers of the licensing desk of the invented Czech authority, signed in."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.officers.rights import Role
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.signed_in import OfficerClient, desk_of

DeskFor = Callable[..., OfficerClient]


@pytest.fixture
def desk_for(client: FlaskClient, session: Session, keyring: Keyring) -> DeskFor:
    make_unit(session, "cz-licensing", "CZ")

    def make(name: str, *roles: Role, unit: str = "cz-licensing") -> OfficerClient:
        email = f"{name.lower()}@authority.example"
        made = make_officer(session, keyring, *(roles or (Role.LICENSING,)), unit=unit, name=name, email=email)
        return desk_of(client, session, made.officer)

    return make
