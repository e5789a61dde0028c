"""Organisations' pages in a test's client, and the mails that the worker sends of them."""

import email
from collections.abc import Callable
from email.policy import default

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.transaction import services
from registry.worker.schedule import send_account_letters


@pytest.fixture
def mails(app: Flask, settings: Settings, session: Session) -> Callable[[], list[tuple[str, str, str]]]:
    """Lets the worker send, and gives address, subject and text of each mail since the last time."""

    def sent() -> list[tuple[str, str, str]]:
        app.extensions["test_session"].commit()
        send_account_letters(settings, services(app).sessions)
        found = []
        for path in sorted((settings.home / "mail").glob("*.eml")):
            message = email.message_from_bytes(path.read_bytes(), policy=default)
            found.append((str(message["To"]), str(message["Subject"]), message.get_content()))
            path.unlink()
        return found

    return sent
