"""The intake under test: a unit that takes complaints, and one telephone."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.intake import rules
from registry.complaints.sealing.sealer import Sealer
from tests.complaints.filing import make_units
from tests.pages.intake.phone import Phone


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    # Who gets in is tested, not how fast a machine hashes.
    monkeypatch.setattr(rules, "TRIES", 2)


@pytest.fixture
def units(session: Session, sealer: Sealer) -> Iterator[None]:
    make_units(session, sealer)
    session.commit()
    return


@pytest.fixture
def phone(units: None, client: FlaskClient) -> Phone:
    return Phone(client)


@pytest.fixture
def other(units: None, app: Flask, client: FlaskClient) -> Phone:
    """Another telephone: it shares no cookie with the first."""
    return Phone(app.test_client())
