"""An officer's own page: tokens shown once, refused with what was typed still there; how he is told by mail."""

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.clock import now
from registry.keyring import Keyring
from registry.officers import notices, tokens
from registry.officers.models import NoticeChoice
from registry.officers.rights import Role
from tests.console.signed_in import Desk, desk_of, words_of
from tests.officers.making import make_officer, make_unit


@pytest.fixture
def desk(client: FlaskClient, session: Session, keyring: Keyring) -> Desk:
    make_unit(session)
    return desk_of(client, session, make_officer(session, keyring, Role.TRIAGE).officer)


def test_a_token_is_shown_once_works_and_is_revoked(desk: Desk, client: FlaskClient, session: Session) -> None:
    response = desk.post("/console/own/tokens", name="<b>export</b>", days="30")
    shown = re.search(r"<code class=\"long\">(rrt_[\w-]{43})</code>", response.get_data(as_text=True))
    assert shown is not None
    assert response.headers["Cache-Control"] == "no-store"
    asked = {"Authorization": f"Bearer {shown[1]}"}
    assert client.get("/api/v1/officers/me", headers=asked).json["officer_id"] == desk.officer.reference
    again = desk.get("/console/own").get_data(as_text=True)
    assert shown[1] not in again
    assert f"{shown[1][:8]}…" in again
    assert "&lt;b&gt;export&lt;/b&gt;" in again
    assert "<b>export" not in again
    address = re.search(r'action="(/console/own/tokens/\w+/revoke)"', again)
    assert address is not None
    assert desk.post(address[1]).status_code == 303
    assert client.get("/api/v1/officers/me", headers=asked).status_code == 401
    assert tokens.tokens_of(session, desk.officer, now().date()) == []


@pytest.mark.parametrize("days", ["", "0", "366", "x", "9" * 30, "٣٠"])
def test_what_is_refused_says_why_and_keeps_what_was_typed(desk: Desk, days: str) -> None:
    response = desk.post("/console/own/tokens", name="nightly export", days=days)
    assert response.status_code == 400
    assert "1 to 365 days" in words_of(response)
    assert 'value="nightly export"' in response.get_data(as_text=True)


def test_an_officer_chooses_how_he_is_told(desk: Desk, session: Session) -> None:
    assert desk.post("/console/own/notices", choice="daily").status_code == 303
    assert notices.choice_of(session, desk.officer) is NoticeChoice.DAILY
    assert '<option value="daily" selected>' in desk.get("/console/own").get_data(as_text=True)
    assert desk.post("/console/own/notices", choice="hourly").status_code == 303
    assert notices.choice_of(session, desk.officer) is NoticeChoice.DAILY
