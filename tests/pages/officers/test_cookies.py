"""Cookies of a console with TLS, on the host of the public pages and on one of its own: browsers take each, and take it back."""

from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.accounts.sessions import form_token
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers.rights import Role
from tests.officers.making import PASSWORD, make_officer, make_unit

PUBLIC, OWN = "https://registry.example", "https://desk.example"


@pytest.fixture(params=[None, OWN], ids=["shared", "own"])
def console_url(request: pytest.FixtureRequest) -> str | None:
    url: str | None = request.param
    return url


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask], console_url: str | None) -> Flask:
    return make_app(replace(settings, public_url=PUBLIC, is_public_url_set=True, console_url=console_url))


def test_browsers_take_each_cookie_and_take_it_back(
    client: FlaskClient, session: Session, keyring: Keyring, console_url: str | None
) -> None:
    site = console_url or PUBLIC
    prefix, path = ("__Host-", "/") if console_url else ("__Secure-", "/console")
    make_unit(session)
    who = make_officer(session, keyring, Role.SUPERVISOR)

    def post(place: str, **fields: str) -> TestResponse:
        return client.post(f"/console/{place}", data=fields, base_url=site)

    # Asked for before anybody signed in, and led back to afterwards.
    answers = [client.get("/console/own", base_url=site)]
    answers += [post("sign-in", email=who.officer.email, password=PASSWORD), post("code", code=who.code(now()))]
    assert answers[-1].location == "/console/own"
    token = client.get_cookie(f"{prefix}console", domain=urlsplit(site).hostname or "", path=path)
    assert token is not None
    answers.append(post("own/notices", form=form_token(token.value), choice="daily"))
    # What was done is said on the next page, once.
    answers.append(client.get("/console/own", base_url=site))
    answers.append(post("sign-out", form=form_token(token.value)))
    given = [one for answer in answers for one in answer.headers.getlist("Set-Cookie")]
    for name in ("console", "console-next", "console-done"):
        assert sum(one.startswith(f"{prefix}{name}=") for one in given) >= 2, name
    # Of another form a browser takes none with such a prefix (RFC 6265bis): it would stay, or never be there.
    for one in given:
        assert one.startswith(prefix)
        assert {"Secure", "HttpOnly", f"Path={path}"} <= {*one.split("; ")}, one
        assert "Domain" not in one
