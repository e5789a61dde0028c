"""Generated requests over the API for organisations' programs, with a key that opens all: answered as documented."""

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from schemathesis.config import SchemathesisConfig
from sqlalchemy.orm import Session

from tests.api.fuzzing import asked_of, needs_a_key, silence
from tests.make import make_api_key

pytestmark = pytest.mark.slow

__all__ = ["silence"]

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.usefixtures("silence")
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_every_generated_request_is_answered_as_documented(app: Flask, client: FlaskClient, session: Session) -> None:
    def a_key() -> str:
        made = make_api_key(session)
        session.commit()
        return made

    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=SchemathesisConfig.from_path(CONFIG))

    @schema.auth(refresh_interval=None)
    class WithKey:
        """A key; another organisation's once a request has revoked it."""

        def __init__(self) -> None:
            self._key = a_key()

        def get(self, _case: Any, _context: Any) -> str:
            headers = {"Authorization": f"Bearer {self._key}"}
            if client.get("/api/v1/organisation", headers=headers).status_code == 401:
                self._key = a_key()
            return self._key

        def set(self, case: Any, key: str, _context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {key}"}

    assert (
        asked_of(schema.exclude(path_regex="^/api/v1/events/stream$").exclude(lambda context: not needs_a_key(context)))
        > 100
    )
