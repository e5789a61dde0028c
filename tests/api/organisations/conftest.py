"""Organisations' programs in a test's client: `program` is one with every scope, `foreign` one of another organisation."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.organisations.models import Organisation
from registry.vocabulary.organisations import Scope
from tests.make import make_api_key, make_organisation


@dataclass(frozen=True, slots=True)
class Program:
    """It comes with its key; `organisation` is whose it is."""

    client: FlaskClient
    key: str
    organisation: Organisation

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.send("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> TestResponse:
        return self.send("POST", path, body, **more)

    def send(self, method: str, path: str, body: Any = None, **more: Any) -> TestResponse:
        """`more` goes to the test client; `headers` are added to the key's."""
        headers = {"Authorization": f"Bearer {self.key}", **more.pop("headers", {})}
        return self.client.open(path, method=method, json=body, headers=headers, **more)


def program_of(client: FlaskClient, session: Session, *scopes: Scope, name: str = "Invented Works") -> Program:
    """A program of a new organisation, with a key of these scopes; every one unless some are named."""
    organisation = make_organisation(session, name)
    return Program(client, make_api_key(session, organisation, *scopes), organisation)


@pytest.fixture
def program(client: FlaskClient, session: Session) -> Program:
    return program_of(client, session)


@pytest.fixture
def foreign(client: FlaskClient, session: Session) -> Program:
    return program_of(client, session, name="Invented Others")
