"""Pages under test: every text must be there."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from registry.i18n import languages
from tests.conftest import CommittingClient


@pytest.fixture(autouse=True)
def strict_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "IS_STRICT", True)


class BrowsingClient(CommittingClient):
    """Follows where a sent form leads, as browsers do."""

    def post(self, *args: Any, **kwargs: Any) -> Any:
        return super().post(*args, **{"follow_redirects": True, **kwargs})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = BrowsingClient
    return app.test_client()
