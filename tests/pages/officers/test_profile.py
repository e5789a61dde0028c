"""An officer's own page: tokens shown once, notices by mail, another password."""

import hashlib
import html
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.accounts.passwords import STOLEN
from registry.audit.models import AuditEntry
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import factors, notices, signing_in, tokens
from registry.officers.models import NoticeChoice, RecoveryCode, SecurityEvent, SecurityMail
from registry.officers.rights import Role
from registry.officers.signing_in import Browser, Step
from tests.officers.making import PASSWORD, make_officer, make_unit
from tests.pages.officers.signed_in import OfficerClient, desk_of, words_of


@pytest.fixture
def desk(client: FlaskClient, session: Session, keyring: Keyring) -> OfficerClient:
    make_unit(session)
    return desk_of(client, session, make_officer(session, keyring, Role.TRIAGE).officer)


def test_a_token_is_shown_once_works_and_is_revoked(desk: OfficerClient, client: FlaskClient, session: Session) -> None:
    response = desk.post("/console/own/tokens", name="<b>export</b>", days="30", password=PASSWORD)
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


def test_an_officer_chooses_the_language_of_pages_and_mails(desk: OfficerClient, session: Session) -> None:
    assert '<option value="it" lang="it">' in desk.get("/console/own").get_data(as_text=True)
    assert desk.post("/console/own/language", language="it").status_code == 303
    assert '<html lang="it">' in desk.get("/console/own").get_data(as_text=True)
    session.refresh(desk.officer)
    assert desk.officer.language == "it"
    for wrong in ("fr", "", "xx"):
        assert desk.post("/console/own/language", language=wrong).status_code == 400
    session.refresh(desk.officer)
    assert desk.officer.language == "it"


@pytest.mark.parametrize("days", ["", "0", "366", "x", "9" * 30, "٣٠"])
def test_what_is_refused_says_why_and_keeps_what_was_typed(desk: OfficerClient, days: str) -> None:
    response = desk.post("/console/own/tokens", name="nightly export", days=days, password=PASSWORD)
    assert response.status_code == 400
    assert "1 to 365 days" in words_of(response)
    assert 'value="nightly export"' in response.get_data(as_text=True)


def test_an_officer_chooses_the_way_of_notices(desk: OfficerClient, session: Session) -> None:
    assert desk.post("/console/own/notices", choice="daily").status_code == 303
    assert notices.choice_of(session, desk.officer) is NoticeChoice.DAILY
    assert '<option value="daily" selected>' in desk.get("/console/own").get_data(as_text=True)
    assert desk.post("/console/own/notices", choice="hourly").status_code == 400
    assert notices.choice_of(session, desk.officer) is NoticeChoice.DAILY


def test_an_officer_is_told_by_ntfy_or_matrix_where_the_operator_has_a_server(
    make_app: Callable[[Settings], Flask],
    settings: Settings,
    client: FlaskClient,
    session: Session,
    desk: OfficerClient,
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


LASTING = [
    ("/console/own/tokens", {"name": "export", "days": "30"}),
    ("/console/own/recovery-codes", {}),
    ("/console/own/calendar", {}),
    ("/console/own/apps", {"name": "other app"}),
    ("/console/own/keys", {"name": "blue key"}),
]
"""Forms that make what outlasts the session."""


def acts_of(session: Session) -> list[str]:
    return [entry.act for entry in session.query(AuditEntry).order_by(AuditEntry.index)]


@pytest.mark.parametrize(("path", "fields"), LASTING)
@pytest.mark.parametrize("password", [{}, {"password": ""}, {"password": "another walnut cobalt"}])
def test_an_open_session_alone_makes_nothing_that_outlasts_it(
    desk: OfficerClient, session: Session, path: str, fields: dict[str, str], password: dict[str, str]
) -> None:
    left = factors.RECOVERY_CODES.count_left(session, desk.officer)
    codes = session.scalars(select(RecoveryCode.digest)).all()
    refused = desk.post(path, **fields, **password)
    assert refused.status_code == 400
    assert "is another one" in words_of(refused)
    assert tokens.tokens_of(session, desk.officer, now().date()) == []
    assert tokens.calendar_made_on(session, desk.officer) is None
    assert factors.APPS.find_begun(session, desk.officer) is None
    assert session.scalars(select(RecoveryCode.digest)).all() == codes
    assert left == 10


@pytest.mark.parametrize(("path", "fields"), LASTING)
def test_passwords_are_not_tried_at_the_forms_of_an_open_session(
    desk: OfficerClient, path: str, fields: dict[str, str]
) -> None:
    statuses = [desk.post(path, **fields, password=f"guess number {number}").status_code for number in range(7)]
    assert statuses == [400] * 5 + [429] * 2


@pytest.mark.parametrize(
    ("path", "fields", "act", "event"),
    [
        (*LASTING[0], "officer.token_made", SecurityEvent.TOKEN_MADE),
        (*LASTING[1], "officer.recovery_codes_made", SecurityEvent.RECOVERY_CODES_MADE),
        (*LASTING[2], "officer.calendar_made", SecurityEvent.CALENDAR_MADE),
    ],
)
def test_what_outlasts_the_session_is_in_the_audit_trail_and_mailed(
    desk: OfficerClient, session: Session, path: str, fields: dict[str, str], act: str, event: SecurityEvent
) -> None:
    assert desk.post(path, **fields, password=PASSWORD).status_code == 200
    assert acts_of(session)[-1] == act
    assert session.scalars(select(SecurityMail.event)).all() == [event]


def test_new_recovery_codes_are_shown_and_the_former_open_nothing(desk: OfficerClient, session: Session) -> None:
    former = set(session.scalars(select(RecoveryCode.digest)))
    page = desk.post("/console/own/recovery-codes", password=PASSWORD).get_data(as_text=True)
    assert len(set(re.findall(r"<code>([2-9A-Z]{5}-[2-9A-Z]{5})</code>", page))) == 10
    session.expire_all()
    assert not former & set(session.scalars(select(RecoveryCode.digest)))


@pytest.mark.parametrize("is_kept", [False, True])
@pytest.mark.parametrize("way", ["sessions", "password"])
def test_tokens_and_the_calendar_end_with_the_other_sessions_unless_they_are_kept(
    desk: OfficerClient, client: FlaskClient, session: Session, way: str, is_kept: bool
) -> None:
    token = re.search(
        r"rrt_[\w-]{43}",
        desk.post("/console/own/tokens", name="export", days="30", password=PASSWORD).get_data(as_text=True),
    )
    assert token is not None
    assert desk.post("/console/own/calendar", password=PASSWORD).status_code == 200
    page = html.unescape(words_of(desk.get("/console/own")))
    assert page.count("Tokens that end with it: 1. The calendar's address ends too.") == 2
    choice = {"keep_programs": "yes"} if is_kept else {}
    if way == "sessions":
        done = desk.post("/console/own/sessions/end", **choice)
    else:
        done = desk.post("/console/own/password", old=PASSWORD, new=NEW, again=NEW, **choice)
    assert done.status_code == 200
    assert ("Tokens that ended: 1." in words_of(done)) is not is_kept
    requested = {"Authorization": f"Bearer {token[0]}"}
    assert client.get("/api/v1/officers/me", headers=requested).status_code == (200 if is_kept else 401)
    session.expire_all()
    assert (tokens.calendar_made_on(session, desk.officer) is not None) is is_kept
    assert acts_of(session)[-1] == {"sessions": "officer.signed_out", "password": "officer.password_changed"}[way]


NEW = "granite violin harvest ninety-one"


def change(desk: OfficerClient, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> TestResponse:
    return desk.post("/console/own/password", old=old, new=new, again=new if again is None else again)


def test_a_changed_password_signs_out_everywhere_else(
    desk: OfficerClient, client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    elsewhere = desk_of(client, session, desk.officer)
    response = change(desk)
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert "Everywhere else you are signed out" in words_of(response)
    assert elsewhere.get("/console/").location == "/console/sign-in"
    assert desk.get("/console/").status_code == 200
    email, at_door = desk.officer.email, Call(session, Browser(), now())
    assert signing_in.sign_in(at_door, keyring, email, PASSWORD).step is Step.REFUSED
    assert signing_in.sign_in(at_door, keyring, email, NEW).step is Step.SECOND_FACTOR
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
def test_a_password_is_not_changed_so(desk: OfficerClient, session: Session, said: dict[str, str], says: str) -> None:
    stored = desk.officer.password
    response = change(desk, **said)
    assert response.status_code == 400
    assert says in words_of(response)
    assert not any(word in response.get_data(as_text=True) for word in (PASSWORD, NEW))
    session.refresh(desk.officer)
    assert desk.officer.password == stored


def test_a_stolen_password_is_refused(desk: OfficerClient, settings: Settings) -> None:
    digest = hashlib.sha1(NEW.encode(), usedforsecurity=False).hexdigest().upper()
    (settings.home / STOLEN).write_text(f"{digest}:9\n", encoding="ascii")
    assert "data breach" in words_of(change(desk))


def test_who_sits_at_an_open_session_cannot_try_passwords(desk: OfficerClient) -> None:
    statuses = [change(desk, old=f"guess number {number}").status_code for number in range(7)]
    assert statuses == [400] * 5 + [429] * 2
    # Even the right one waits now.
    assert change(desk).status_code == 429
