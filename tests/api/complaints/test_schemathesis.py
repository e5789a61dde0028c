"""Generated requests over all of the complaints API with an open visit: each is answered as documented."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from flask import Flask
from schemathesis.config import SchemathesisConfig

from tests.api.fuzzing import asked_of, silence
from tests.complaints.complainant import Complainant

pytestmark = pytest.mark.slow

__all__ = ["silence"]

CONFIG = Path(__file__).with_name("schemathesis.toml")


@pytest.mark.usefixtures("silence")
def test_every_generated_request_is_answered_as_documented(app: Flask, somebody: Callable[[], Complainant]) -> None:
    schema = schemathesis.openapi.from_wsgi("/openapi.json", app, config=SchemathesisConfig.from_path(CONFIG))

    @schema.auth(refresh_interval=None)
    class Visiting:
        """A visit that is open; another once a request has ended it."""

        def __init__(self) -> None:
            self._filer = somebody().filed()

        def get(self, _case: Any, _context: Any) -> str:
            if self._filer.send("GET", "/mailbox").status == 401:
                self._filer = somebody().filed()
            return self._filer.token

        def set(self, case: Any, token: str, _context: Any) -> None:
            case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}

    assert asked_of(schema.exclude(path_regex="^/(?!api/v1/complaints)")) > 300
