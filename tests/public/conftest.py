"""Pages under test: every text must be there, and the browser is the system's Chromium."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from registry.config import Settings
from registry.log.signing import sign_committed
from registry.web import languages
from registry.web.transaction import services


@pytest.fixture(autouse=True)
def strict_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "IS_STRICT", True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": "/usr/bin/chromium", "args": ["--no-sandbox"]}


@pytest.fixture
def publish(app: Flask, settings: Settings, session: Session) -> Callable[[], None]:
    """Commit what the test has written, and publish a head of the log over it."""

    def published() -> None:
        session.commit()
        sign_committed(settings, services(app).sessions)
        session.expire_all()

    return published
