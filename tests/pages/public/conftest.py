"""Pages under test: every text must be there."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.transaction import services
from registry.i18n import languages
from registry.log.signing import sign_committed


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
