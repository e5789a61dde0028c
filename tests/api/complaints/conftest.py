"""An open intake: one unit for Italy, which is the default one, with keys; and an admission that costs little work."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.intake import rules
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from tests.complaints.complainant import Complainant, by_client

UNIT = "it-invented-unit"


@pytest.fixture(autouse=True)
def little_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tested is who gets in, not how fast a machine hashes."""
    monkeypatch.setattr(rules, "TRIES", 3)


@pytest.fixture
def unit(session: Session, sealer: Sealer) -> str:
    return make_unit(session, sealer)


@pytest.fixture
def somebody(client: FlaskClient, unit: str) -> Callable[[], Complainant]:
    """Makes people who file by the API of an open intake."""
    return lambda: Complainant(by_client(client))


def make_unit(session: Session, sealer: Sealer, reference: str = UNIT, country: str = "IT") -> str:
    authority = f"{country.lower()}-invented-authority"
    details = units.UnitDetails(reference, country, authority, {"en": "Invented unit"}, email=None)
    units.add(session, sealer, details, now().date()).authority_zone = "UTC"
    session.commit()
    return reference
