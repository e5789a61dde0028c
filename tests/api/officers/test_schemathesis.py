"""Generated requests over all of the officers' API with nearly every right: each is answered as documented."""

import itertools
from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.officers.rights import Role
from tests.api.fuzzing import asked_of, config_from, let_in, needs_an_officer
from tests.api.officers.requests import program_of
from tests.officers.making import make_officer, make_unit

pytestmark = pytest.mark.slow


CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.thorough
@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_generated_request_is_answered_as_documented(
    app: Flask, client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    make_unit(session)
    numbers = itertools.count()

    def a_token() -> str:
        roles = (Role.SUPERVISOR, Role.INVESTIGATOR, Role.LICENSING)
        officer = make_officer(session, keyring, *roles, email=f"{next(numbers)}@authority.example").officer
        token = program_of(client, session, officer).token
        session.commit()
        return token

    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config_from(CONFIG))
    ending = frozenset({"closeOfficer", "signOutOfficer", "revokeMyToken", "revokeOfficerToken"})
    let_in(schema, client, a_token, reads="/api/v1/officers/me", ending=ending)
    assert asked_of(schema.exclude(lambda context: not needs_an_officer(context))) > 100
