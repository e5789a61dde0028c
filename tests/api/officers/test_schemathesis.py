"""Generated requests over all of the officers' API with nearly every right: each is answered as documented."""

import itertools
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.officers.rights import Role
from tests.api.fuzzing import asked_of, needs_an_officer, silence
from tests.api.officers.requests import Program, program_of
from tests.officers.making import make_officer, make_unit

pytestmark = pytest.mark.slow

__all__ = ["silence"]

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_generated_request_is_answered_as_documented(
    app: Flask, client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    make_unit(session)
    numbers = itertools.count()

    def somebody() -> Program:
        roles = (Role.SUPERVISOR, Role.INVESTIGATOR, Role.LICENSING)
        officer = make_officer(session, keyring, *roles, email=f"{next(numbers)}@authority.example").officer
        program = program_of(client, session, officer)
        session.commit()
        return program

    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=SchemathesisConfig.from_path(CONFIG))

    @schema.auth(refresh_interval=None)
    class WithToken:
        """An officer's token; another officer's once a request has revoked it, or closed the account."""

        def __init__(self) -> None:
            self._program = somebody()

        def get(self, _case: Any, _context: Any) -> str:
            if self._program.get("/api/v1/officers/me").status_code == 401:
                self._program = somebody()
            return self._program.token

        def set(self, case: Any, token: str, _context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    assert asked_of(schema.exclude(lambda context: not needs_an_officer(context))) > 100
