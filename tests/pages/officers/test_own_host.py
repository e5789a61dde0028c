"""A console with a host of its own: it is on no other, and its cookie is no other's."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers.rights import Role
from tests.api.officers.requests import program_of
from tests.make import make_agency
from tests.officers.making import PASSWORD, make_officer, make_unit

PUBLIC, OWN = "https://registry.example", "https://desk.example"


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    return make_app(replace(settings, public_url=PUBLIC, is_public_url_set=True, console_url=OWN))


@pytest.mark.parametrize(
    ("path", "on_public", "on_own"),
    [
        ("/console/sign-in", 421, 200),
        ("/console", 421, 303),
        ("/api/v1/officers/me", 421, 401),
        ("/api/v1/coverage", 200, 200),
        ("/en/", 200, 421),
        ("/log/vkey", 404, 421),
        ("/health", 200, 200),
    ],
)
def test_each_host_serves_its_own(client: FlaskClient, path: str, on_public: int, on_own: int) -> None:
    hosts = (PUBLIC, OWN, "https://desk.example.evil.example", "https://desk.example:8443")
    statuses = [client.get(path, base_url=host).status_code for host in hosts]
    elsewhere = 200 if path == "/health" else 421
    assert statuses == [on_public, on_own, elsewhere, elsewhere]


def test_signing_in_there_gives_a_cookie_of_that_host_alone(
    client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    make_unit(session)
    who = make_officer(session, keyring, Role.SUPERVISOR)
    stated = {"email": who.officer.email, "password": PASSWORD}
    first = client.post("/console/sign-in", data=stated, base_url=OWN)
    stored = str(first.headers["Set-Cookie"])
    assert stored.startswith("__Host-console=")
    for part in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert part in stored.split("; ")
    assert "Domain" not in stored
    assert client.post("/console/code", data={"code": who.code(now())}, base_url=OWN).location == "/console/"
    assert client.get("/console/", base_url=OWN).status_code == 200
    # A cookie that the public host could set is not looked at.
    session_token = client.get_cookie("__Host-console", domain="desk.example")
    assert session_token is not None
    client.delete_cookie("__Host-console", domain="desk.example")
    client.set_cookie("console", session_token.value, domain="desk.example", path="/console")
    assert client.get("/console/", base_url=OWN).location == "/console/sign-in"


def test_what_the_public_sees_is_led_to_on_its_own_host(
    client: FlaskClient, session: Session, keyring: Keyring
) -> None:
    agency = make_agency(session)
    make_unit(session, agency=agency.agency_id)
    who = make_officer(session, keyring, Role.AGENCY_REP)
    client.post("/console/sign-in", data={"email": who.officer.email, "password": PASSWORD}, base_url=OWN)
    client.post("/console/code", data={"code": who.code(now())}, base_url=OWN)
    page = client.get("/console/entry", base_url=OWN).get_data(as_text=True)
    assert f'href="{PUBLIC}/en/agencies/{agency.agency_id}"' in page


def test_signing_out_takes_the_cookie_back(client: FlaskClient) -> None:
    taken = str(client.post("/console/sign-out", base_url=OWN).headers["Set-Cookie"])
    assert taken.startswith("__Host-console=;")
    assert "Secure" in taken


def test_an_officers_program_comes_there(client: FlaskClient, session: Session, keyring: Keyring) -> None:
    make_unit(session)
    program = program_of(client, session, make_officer(session, keyring, Role.TRIAGE).officer)
    questions = {"Authorization": f"Bearer {program.token}"}
    statuses = [
        client.get("/api/v1/officers/me", base_url=host, headers=questions).status_code for host in (OWN, PUBLIC)
    ]
    assert statuses == [200, 421]
