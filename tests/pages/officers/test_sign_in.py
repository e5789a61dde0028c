"""Signing in at the console by HTTP: both steps, the cookie, joining, and what a stranger or another site gets."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.accounts import passwords, second_factors
from registry.audit.models import AuditEntry
from registry.core.clock import day_at, now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers import accounts, factors
from registry.officers.rights import Role
from tests.officers.making import PASSWORD, Joined, make_officer, make_unit
from tests.officers.soft_key import SoftKey
from tests.pages.officers.signed_in import desk_of, words_of

EMAIL = "officer@authority.example"


@pytest.fixture
def joined(session: Session, keyring: Keyring) -> Joined:
    make_unit(session)
    return make_officer(session, keyring, Role.SUPERVISOR)


def cookie(response) -> str:  # type: ignore[no-untyped-def]
    return str(response.headers["Set-Cookie"])


def test_an_officer_signs_in_with_two_proofs(client: FlaskClient, joined: Joined) -> None:
    first = client.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert (first.status_code, first.location) == (303, "/console/code")
    half = cookie(first)
    assert "HttpOnly" in half
    assert "SameSite=Strict" in half
    assert "Path=/console" in half
    assert client.get("/console/").location == "/console/sign-in"
    second = client.post("/console/code", data={"code": joined.code(now())})
    assert (second.status_code, second.location) == (303, "/console/")
    # The token of the first step is not the one that opens: a planted cookie opens nothing.
    assert cookie(second).split(";")[0] != half.split(";")[0]
    home = client.get("/console/")
    assert home.status_code == 200
    assert joined.officer.name in words_of(home)
    assert home.headers["Cache-Control"] == "no-store"


def test_a_planted_cookie_is_not_taken_up(client: FlaskClient, joined: Joined) -> None:
    client.set_cookie("console", "planted", path="/console")
    client.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD})
    client.post("/console/code", data={"code": joined.code(now())})
    here = client.get_cookie("console", path="/console")
    assert here is not None
    assert here.value != "planted"
    client.set_cookie("console", "planted", path="/console")
    assert client.get("/console/").location == "/console/sign-in"


def test_after_signing_out_the_old_cookie_opens_nothing(client: FlaskClient, session: Session, joined: Joined) -> None:
    desk = desk_of(client, session, joined.officer)
    assert desk.get("/console/").status_code == 200
    out = desk.post("/console/sign-out")
    assert out.location == "/console/sign-in"
    assert desk.get("/console/").location == "/console/sign-in"


@pytest.mark.parametrize(
    "fields",
    [
        {"email": EMAIL, "password": "wrong"},
        {"email": "nobody@authority.example", "password": PASSWORD},
        {"email": "", "password": ""},
        {},
        {"email": "x" * 5000, "password": "y" * 5000},
        {"email": "' OR 1=1 --", "password": "\x00"},
    ],
)
def test_every_failure_looks_alike(client: FlaskClient, joined: Joined, fields: dict[str, str]) -> None:
    response = client.post("/console/sign-in", data=fields)
    assert response.status_code == 403
    assert "did not match" in words_of(response)
    assert "Set-Cookie" not in response.headers


def test_failures_are_counted_even_if_the_asker_breaks_off(client: FlaskClient, joined: Joined) -> None:
    for _ in range(passwords.FREE_FAILURES):
        client.post("/console/sign-in", data={"email": EMAIL, "password": "wrong"})
    response = client.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD})
    assert response.status_code == 429
    assert 0 < int(response.headers["Retry-After"]) <= 31


def test_no_one_who_knows_an_address_keeps_its_officer_out(client: FlaskClient, app: Flask, joined: Joined) -> None:
    right = {"email": EMAIL, "password": PASSWORD}
    client.post("/console/sign-in", data=right)
    client.post("/console/code", data={"code": joined.code(now())})
    client.post("/console/sign-out")
    other = app.test_client()
    for _ in range(passwords.FREE_FAILURES):
        other.post("/console/sign-in", data={"email": EMAIL, "password": "wrong"})
    assert other.post("/console/sign-in", data=right).status_code == 429
    # The browser from which the officer signed in before is counted apart: it is let in, and has to wait for its own failures.
    assert client.post("/console/sign-in", data=right).location == "/console/code"
    for _ in range(passwords.FREE_FAILURES):
        client.post("/console/sign-in", data={"email": EMAIL, "password": "wrong"})
    assert client.post("/console/sign-in", data=right).status_code == 429


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
@pytest.mark.parametrize("path", ["/console/sign-in", "/console/code", "/console/join", "/console/sign-out"])
def test_no_other_site_signs_anybody_in_or_out(
    client: FlaskClient, joined: Joined, path: str, headers: dict[str, str]
) -> None:
    response = client.post(path, data={"email": EMAIL, "password": PASSWORD}, headers=headers)
    assert response.status_code == 409
    assert "Set-Cookie" not in response.headers


def test_signing_in_leads_to_the_page_that_was_asked_for_and_nowhere_else(client: FlaskClient, joined: Joined) -> None:
    response = client.get("/console/officers?next=https://elsewhere.example")
    assert response.location == "/console/sign-in"
    client.post("/console/sign-in?next=https://elsewhere.example", data={"email": EMAIL, "password": PASSWORD})
    into = client.post("/console/code?next=//elsewhere.example", data={"code": joined.code(now())})
    assert into.location == "/console/officers?next=https://elsewhere.example"
    assert client.get_cookie("console-next", path="/console") is None


def test_somebody_joins_with_a_code_and_an_app(client: FlaskClient, session: Session, keyring: Keyring) -> None:
    make_unit(session)
    at = now()
    officer, code = accounts.add_first(
        session,
        accounts.Invitation("it-invented-unit", "New <b>Officer</b>", EMAIL, [Role.TRIAGE], "en"),
        at,
        day_at(at, None),
    )
    response = client.post("/console/join", data={"join_code": code, "password": PASSWORD, "again": PASSWORD})
    assert response.status_code == 200
    typed = re.search(r"<code>([A-Z2-7 ]+)</code>", response.get_data(as_text=True))
    assert typed is not None
    session.expire_all()
    (app,) = [factors.APPS.find_begun(session, officer)]
    assert app is not None
    assert typed[1] == second_factors.typed_form(factors.APPS.secret_of(keyring, app))
    wrong = client.post("/console/join", data={"join_code": code, "app_code": "000000"})
    assert wrong.status_code == 400
    # The same secret is shown again: what was scanned before a mistake stays good.
    assert typed[1] in wrong.get_data(as_text=True)
    joined = Joined(officer, factors.APPS.secret_of(keyring, app), [])
    done = client.post("/console/join", data={"join_code": code, "app_code": joined.code(now())})
    recovery = re.findall(r"<code>([2-9A-Z]{5}-[2-9A-Z]{5})</code>", done.get_data(as_text=True))
    assert len(recovery) == 10
    again = client.post("/console/join", data={"join_code": code, "password": PASSWORD, "again": PASSWORD})
    assert again.status_code == 400
    client.post("/console/sign-in", data={"email": EMAIL, "password": PASSWORD})
    later = joined.code(now() + timedelta(seconds=second_factors.STEP))
    assert client.post("/console/code", data={"code": later}).location == "/console/"
    home = client.get("/console/").get_data(as_text=True)
    assert html.escape("New <b>Officer</b>") in home
    assert "New <b>" not in home


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"join_code": "WRONG", "password": PASSWORD, "again": PASSWORD}, "code is not good"),
        ({"password": "short", "again": "short"}, "12 characters"),
        ({"password": PASSWORD, "again": PASSWORD + "x"}, "differ"),
        ({}, "not good"),
        ({"join_code": "", "app_code": "123456"}, "not good"),
    ],
)
def test_joining_says_what_is_wrong(client: FlaskClient, session: Session, fields: dict[str, str], says: str) -> None:
    make_unit(session)
    at = now()
    _, code = accounts.add_first(
        session, accounts.Invitation("it-invented-unit", "A", EMAIL, [Role.TRIAGE], "en"), at, at.date()
    )
    stated = {"join_code": code, **fields} if fields else fields
    response = client.post("/console/join", data=stated)
    assert response.status_code == 400
    assert says in words_of(response)
    assert PASSWORD not in response.get_data(as_text=True)


def test_a_failed_sign_in_stands_in_the_audit_though_it_was_refused(
    client: FlaskClient, session: Session, joined: Joined
) -> None:
    client.post("/console/sign-in", data={"email": EMAIL, "password": "wrong"})
    client.post("/console/sign-in", data={"email": "nobody@authority.example", "password": "wrong"})
    acts = [one.act for one in session.scalars(select(AuditEntry).order_by(AuditEntry.index))]
    assert acts.count("officer.sign_in_refused") == 1


# What a key signs is checked the same on any database.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_somebody_joins_with_a_security_key_alone(
    settings: Settings, make_app: Callable[[Settings], Flask], session: Session
) -> None:
    app = make_app(replace(settings, public_url="http://localhost", is_public_url_set=True))
    browser, stranger, key = app.test_client(), app.test_client(), SoftKey("http://localhost", "localhost")
    make_unit(session)

    def invited(name: str) -> str:
        who = f"{name}@authority.example"
        at = now()
        code = accounts.add_first(
            session, accounts.Invitation("it-invented-unit", name, who, [Role.TRIAGE], "en"), at, at.date()
        )[1]
        session.commit()
        return code

    def requested(code: str, client: FlaskClient = browser, **more: str) -> TestResponse:
        return client.post("/console/join/key", data={"join_code": code, "name": "blue key", **more})

    def wanted(page: TestResponse) -> str:
        found = re.search(r'data-wanted="([^"]+)"', page.get_data(as_text=True))
        assert found is not None, words_of(page)
        return html.unescape(found[1])

    code, other = invited("Anna"), invited("Boris")
    for one in (code, other):
        app_page = browser.post("/console/join", data={"join_code": one, "password": PASSWORD, "again": PASSWORD})
        assert "Or a security key" in words_of(app_page)
    first = wanted(requested(code))
    # Neither by a browser that was asked nothing, nor for another's code, nor what another site had signed, nor twice.
    assert requested(code, stranger, answer=key.made(first)).status_code == 400
    assert requested(other, answer=key.made(first)).status_code == 400
    assert (
        requested(code, answer=replace(key, origin="http://evil.example").made(wanted(requested(code)))).status_code
        == 400
    )
    assert requested("AAAA-BBBB").status_code == 400
    assert browser.get("/console/").location == "/console/sign-in"
    answer = key.made(wanted(requested(code)))
    done = requested(code, answer=answer)
    assert (done.status_code, "recovery" in words_of(done).lower()) == (200, True), words_of(done)
    assert requested(code, answer=answer).status_code == 400
    # In by password and key, and by nothing else.
    half = browser.post("/console/sign-in", data={"email": "anna@authority.example", "password": PASSWORD})
    assert half.location == "/console/code"
    assert browser.post("/console/code", data={"code": "000000"}).status_code == 403
    signed = key.signed(wanted(browser.get("/console/code")))
    assert browser.post("/console/code/key", data={"answer": signed}).location == "/console/"
    assert "Anna" in words_of(browser.get("/console/"))
