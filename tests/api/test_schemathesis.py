"""Generated requests over all of the API, well-formed and not, against the real application with testing off."""

from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.transaction import services
from tests.api import example_registry
from tests.api.fuzzing import asked_of, config_from, needs_a_key, needs_an_officer
from tests.proofs.wallets.making import with_wallets

pytestmark = pytest.mark.slow

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With wallets, whose addresses are served nowhere else."""
    return with_wallets(settings)


@pytest.mark.thorough
@pytest.mark.usefixtures("silence")
def test_every_generated_request_is_answered_as_documented(app: Flask, settings: Settings, session: Session) -> None:
    example_registry.build(session)
    session.commit()
    example_registry.publish(settings, services(app).sessions)
    assert app.testing is False
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config_from(CONFIG))
    # What needs a token is asked by one who has one: test_schemathesis.py in complaints/, desk/ and employers/.
    schema = schema.exclude(path_regex="^/api/v1/complaints").exclude(needs_an_officer).exclude(needs_a_key)
    # The fixed keys of the examples name no operator, so no list is signed: tests/proofs/wallets/test_trust_list.py reads one.
    schema = schema.exclude(path="/.well-known/lote")
    assert asked_of(schema) > 1000
