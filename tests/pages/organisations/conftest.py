"""Organisations' pages in a test's client, and the mails that the worker sends of them."""

import email
import re
from collections.abc import Callable
from datetime import datetime
from email.policy import default
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.accounts.sessions import form_token
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.http.transaction import services
from registry.organisations.models import Member, Organisation
from registry.organisations.sessions import MEMBER_SESSIONS
from registry.vocabulary.organisations import MemberRole, MemberState
from registry.worker.schedule import send_account_letters
from tests.make import make_organisation
from tests.officers.making import kept_password


def make_member(
    session: Session,
    organisation: Organisation | None = None,
    role: MemberRole = MemberRole.OWNER,
    email: str = "owner@works.example",
    **facts: Any,
) -> Member:
    """A person of an organisation (a new one if none is named) who has a password."""
    organisation = organisation or make_organisation(session)
    stated = {"name": "Invented Owner", "language": "en", "state": MemberState.ACTIVE, "password": kept_password()}
    member = Member(
        reference=new_reference(), organisation_id=organisation.id, email=email, role=role, **(stated | facts)
    )
    session.add(member)
    session.flush()
    return member


class MemberClient:
    """A member at a browser; several share the client, and each brings an own cookie."""

    def __init__(self, client: FlaskClient, session: Session, member: Member, at: datetime) -> None:
        self.client, self.member = client, member
        self.token = MEMBER_SESSIONS.begin(session, member, at, is_full=True)
        session.commit()

    def get(self, path: str) -> TestResponse:
        return self._asks().get(path)

    def post(self, path: str, **fields: Any) -> TestResponse:
        return self._asks().post(path, data={"form": form_token(self.token), **fields})

    def _asks(self) -> FlaskClient:
        self.client.set_cookie("account", self.token, path="/account")
        return self.client


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


def link_in(text: str) -> str:
    """The path of the link that a mail holds."""
    found = re.search(r"https?://[^/\s]+(/account/\S+)", text)
    assert found is not None
    return found[1]
