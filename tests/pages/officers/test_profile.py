"""An officer's own page: tokens shown once, notices by mail, another password."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.audit.models import AuditEntry
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import notices, signing_in, tokens
from registry.officers.models import NoticeChoice
from registry.officers.passwords import STOLEN
from registry.officers.rights import Role
from registry.officers.signing_in import Step
from tests.officers.making import PASSWORD, make_officer, make_unit
from tests.pages.officers.signed_in import Desk, desk_of, words_of


@pytest.fixture
def desk(client: FlaskClient, session: Session, keyring: Keyring) -> Desk:
    make_unit(session)
    return desk_of(client, session, make_officer(session, keyring, Role.TRIAGE).officer)


def test_a_token_is_shown_once_works_and_is_revoked(desk: Desk, client: FlaskClient, session: Session) -> None:
    response = desk.post("/console/own/tokens", name="<b>export</b>", days="30")
    output = re.search(r"<code class=\"long\">(rrt_[\w-]{43})</code>", response.get_data(as_text=True))
    assert output is not None
    assert response.headers["Cache-Control"] == "no-store"
    requested = {"Authorization": f"Bearer {output[1]}"}
    assert client.get("/api/v1/officers/me", headers=requested).json["officer_id"] == desk.officer.reference
    again = desk.get("/console/own").get_data(as_text=True)
    assert output[1] not in again
    assert f"{output[1][:8]}…" in again
    assert "&lt;b&gt;export&lt;/b&gt;" in again
    assert "<b>export" not in again
    address = re.search(r'action="(/console/own/tokens/\w+/end)"', again)
    assert address is not None
    assert desk.post(address[1]).status_code == 303
    assert client.get("/api/v1/officers/me", headers=requested).status_code == 401
    assert tokens.tokens_of(session, desk.officer, now().date()) == []


@pytest.mark.parametrize("days", ["", "0", "366", "x", "9" * 30, "٣٠"])
def test_what_is_refused_says_why_and_keeps_what_was_typed(desk: Desk, days: str) -> None:
    response = desk.post("/console/own/tokens", name="nightly export", days=days)
    assert response.status_code == 400
    assert "1 to 365 days" in words_of(response)
    assert 'value="nightly export"' in response.get_data(as_text=True)


def test_an_officer_chooses_the_way_of_notices(desk: Desk, session: Session) -> None:
    assert desk.post("/console/own/notices", choice="daily").status_code == 303
    assert notices.choice_of(session, desk.officer) is NoticeChoice.DAILY
    assert '<option value="daily" selected>' in desk.get("/console/own").get_data(as_text=True)
    assert desk.post("/console/own/notices", choice="hourly").status_code == 400
    assert notices.choice_of(session, desk.officer) is NoticeChoice.DAILY


def test_an_officer_is_told_by_ntfy_or_matrix_where_the_operator_has_a_server(
    make_app: Callable[[Settings], Flask], settings: Settings, client: FlaskClient, session: Session, desk: Desk
) -> None:
    assert 'name="way"' not in desk.get("/console/own").get_data(as_text=True)
    urls = {"ntfy_url": "https://:tk_secret@ntfy.example", "matrix_url": "https://:tk_secret@matrix.example"}
    app = make_app(replace(settings, **urls))
    app.test_client_class, app.extensions["test_session"] = type(client), session
    there = desk_of(app.test_client(), session, desk.officer)
    there.post("/console/own/notices", choice="at_once", way="ntfy")
    page = there.get("/console/own").get_data(as_text=True)
    topic = re.search(r"<code>(registry-[0-9a-f]{24})</code>", page)
    assert topic is not None
    assert "https://ntfy.example" in page
    assert "tk_secret" not in page
    session.rollback()
    assert notices.push_of(session, desk.officer) == f"ntfy:{topic[1]}"
    wrong = there.post("/console/own/notices", choice="at_once", way="matrix", room="#name:matrix.example")
    assert "like !abc:matrix.example" in words_of(wrong)
    there.post("/console/own/notices", choice="at_once", way="matrix", room=" !abc:matrix.example ")
    session.rollback()
    assert notices.push_of(session, desk.officer) == "matrix:!abc:matrix.example"
    there.post("/console/own/notices", choice="at_once", way="mail")
    session.rollback()
    assert notices.push_of(session, desk.officer) is None


NEW = "granite violin harvest ninety-one"


def change(desk: Desk, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> TestResponse:
    return desk.post("/console/own/password", old=old, new=new, again=new if again is None else again)


def test_a_changed_password_signs_out_everywhere_else(
    desk: Desk, client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    elsewhere = desk_of(client, session, desk.officer)
    response = change(desk)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert "Everywhere else you are signed out" in words_of(response)
    assert elsewhere.get("/console/").location == "/console/sign-in"
    assert desk.get("/console/").status_code == 200
    email, at = desk.officer.email, now()
    assert signing_in.sign_in(session, keyring, email, PASSWORD, at).step is Step.REFUSED
    assert signing_in.sign_in(session, keyring, email, NEW, at).step is Step.SECOND_FACTOR
    acts = [entry.act for entry in session.query(AuditEntry).order_by(AuditEntry.index)]
    assert "officer.password_changed" in acts


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ({"old": "another walnut cobalt"}, "is another one"),
        ({"again": "something else"}, "differ"),
        ({"new": "short"}, "12 characters"),
        ({"new": "passwordpassword"}, "easily guessed"),
        ({"new": PASSWORD}, "choose another"),
    ],
)
def test_a_password_is_not_changed_so(desk: Desk, session: Session, said: dict[str, str], says: str) -> None:
    stored = desk.officer.password
    response = change(desk, **said)
    assert response.status_code == 400
    assert says in words_of(response)
    assert not any(word in response.get_data(as_text=True) for word in (PASSWORD, NEW))
    session.refresh(desk.officer)
    assert desk.officer.password == stored


def test_a_stolen_password_is_refused(desk: Desk, settings: Settings) -> None:
    digest = hashlib.sha1(NEW.encode(), usedforsecurity=False).hexdigest().upper()
    (settings.home / STOLEN).write_text(f"{digest}:9\n", encoding="ascii")
    assert "stolen" in words_of(change(desk))


def test_who_sits_at_an_open_session_cannot_try_passwords(desk: Desk) -> None:
    statuses = [change(desk, old=f"guess number {number}").status_code for number in range(7)]
    assert statuses == [400] * 5 + [429] * 2
    # Even the right one waits now.
    assert change(desk).status_code == 429
