"""Signing in with a provider of other hands than the first: Django OAuth Toolkit in a process of its own, over its real pages."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.officers.models import ProviderLink, ProviderVisit
from registry.officers.rights import Role
from tests.officers.django_provider import CLIENT, SECRET, Browser, running
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.ministries import linked, ministry_of, there, way_back
from tests.pages.officers.signed_in import OfficerClient, desk_of, words_of

# What a provider says does not depend on the database.
pytestmark = [pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True), pytest.mark.slow]

HERE = "http://127.0.0.1:8000"
"""The console's address unless a test says otherwise: the client is registered with it once."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with running(f"{HERE}/console/sign-in/back", f"{HERE}/console/sign-in") as address:
        yield address


@pytest.fixture
def app(
    settings: Settings, make_app: Callable[[Settings], Flask], issuer: str, monkeypatch: pytest.MonkeyPatch
) -> Flask:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    assert settings.console_address == HERE
    settings.prepare_home()
    (settings.home / "ministry.secret").write_text(SECRET)
    (settings.home / "providers.toml").write_text(
        f'[it]\nname = "Ministry"\nissuer = "{issuer}"\nclient_id = "{CLIENT}"\nsecret_file = "ministry.secret"\n'
        'authority = "it-invented-authority"\namr = ["otp"]\n'
    )
    return make_app(settings)


@pytest.fixture
def ministry(issuer: str) -> Browser:
    return Browser(issuer)


@pytest.fixture
def desk(client: FlaskClient, session: Session, keyring: Keyring) -> OfficerClient:
    make_unit(session)
    return desk_of(client, session, make_officer(session, keyring, Role.TRIAGE).officer)


def test_an_account_there_is_linked_opens_after_our_second_factor_and_is_signed_out_of(
    client: FlaskClient, desk: OfficerClient, ministry: Browser, issuer: str, session: Session
) -> None:
    linked(desk, ministry)
    (link,) = session.query(ProviderLink)
    assert (link.issuer, link.subject) == (issuer, "1")
    back = way_back(client, ministry)
    # It says nothing of a second factor, so ours is asked.
    assert there(client.get(back).get_data(as_text=True)) == "/console/code"
    assert client.get("/console/").location == "/console/sign-in"
    assert client.get(back).status_code == 400, "a visit brings one back"
    # It never heard of the words by which another would have said so.
    way = ministry_of(client.application)
    assert way.farewell(f"{HERE}/console/sign-in").startswith(f"{issuer}/logout/?client_id={CLIENT}&")
    out = client.post("/console/sign-out")
    # Its own page asks whether one means it, and leads back.
    assert ministry.visit(there(out.get_data(as_text=True))) == "/console/sign-in?"
    signed_in_anew = ministry.session.get(f"{issuer}/authorize/", allow_redirects=False, timeout=10)
    assert "/in/" in signed_in_anew.headers["Location"], "there it is over too"


def test_what_it_refuses_opens_nothing(
    app: Flask, client: FlaskClient, desk: OfficerClient, ministry: Browser, session: Session
) -> None:
    linked(desk, ministry)

    def refused(back: str) -> None:
        answer = client.get(back)
        assert (answer.status_code, "did not confirm" in words_of(answer)) == (403, True)

    # The same code in another visit; a verifier that is not the one that was sent; a nonce of another visit.
    first, second = way_back(client, ministry), way_back(client, ministry)
    code = parse_qs(urlsplit(first).query)["code"][0]
    refused(re.sub(r"code=[^&]+", f"code={code}", second))
    for column in ("verifier", "nonce"):
        back = way_back(client, ministry)
        session.execute(update(ProviderVisit).values({column: "x" * 48}))
        session.commit()
        refused(back)
    # A client that it does not know by its secret.
    way = ministry_of(app)
    back = way_back(client, ministry)
    object.__setattr__(way.provider, "secret", "not it")
    refused(back)
