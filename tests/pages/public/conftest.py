"""Pages under test: every text must be there."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.transaction import services
from registry.i18n import languages
from registry.log.signing import sign_committed
from tests.conftest import CommittingClient


@pytest.fixture(autouse=True)
def strict_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "IS_STRICT", True)


@pytest.fixture
def publish(app: Flask, settings: Settings, session: Session) -> Callable[[], None]:
    """Commit what the test has written, and publish a head of the log over it."""

    def published() -> None:
        session.commit()
        sign_committed(settings, services(app).sessions)
        session.expire_all()

    return published


class BrowsingClient(CommittingClient):
    """Follows where a sent form leads, as browsers do."""

    def post(self, *args: Any, **kwargs: Any) -> Any:
        return super().post(*args, **{"follow_redirects": True, **kwargs})


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    app.test_client_class = BrowsingClient
    return app.test_client()
