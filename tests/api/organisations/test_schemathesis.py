"""Generated requests over the API for organisations' programs, with a key that opens all: answered as documented."""

from pathlib import Path

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from tests.api.fuzzing import asked_of, config_from, let_in, needs_a_key
from tests.make import make_api_key

pytestmark = pytest.mark.slow


CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_generated_request_is_answered_as_documented(app: Flask, client: FlaskClient, session: Session) -> None:
    def a_key() -> str:
        made = make_api_key(session)
        session.commit()
        return made

    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=config_from(CONFIG))
    let_in(schema, client, a_key, reads="/api/v1/organisation", ending={"rotateKey", "revokeKey"})
    assert (
        asked_of(schema.exclude(path_regex="^/api/v1/events/stream$").exclude(lambda context: not needs_a_key(context)))
        > 100
    )
