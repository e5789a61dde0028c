"""Who is this person? A worker's phone shows a code, a wallet answers, and the phone says for whom the person acts."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.http.credentials import verifier
from registry.http.transaction import keyring
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.models import Presentation
from registry.proofs.wallets.presentations import link_of
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import Page, read
from tests.proofs.wallets import answering
from tests.proofs.wallets.making import Held, agency_with_licence, card_in_wallet, order, with_wallets

NAMES = ("given_name", "family_name", "portrait_digest")
JOB = {"origin": "CN", "country": "CZ"}


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_wallets(settings)


@pytest.fixture
def issuer(settings: Settings) -> WalletIssuer:
    return WalletIssuer.of(settings)


@pytest.fixture
def card(session: Session, publish: Callable[[], None], issuer: WalletIssuer) -> Held:
    agency = agency_with_licence(session)
    publish()
    picture = io.BytesIO()
    Image.new("RGB", (60, 80), "#445566").save(picture, format="JPEG")
    return card_in_wallet(session, issuer, order(session, issuer, agency, portrait=picture.getvalue()))


def begun(client: FlaskClient, language: str = "en") -> str:
    """The address on which the worker waits."""
    response = client.post(f"/{language}/person", data=JOB, follow_redirects=False)
    assert response.status_code == 303
    assert response.headers["Cache-Control"] == "no-store"
    return str(response.headers["Location"])


def request_of(app: Flask, client: FlaskClient, session: Session) -> answering.Request:
    """What the wallet that scanned the code is asked."""
    asked = session.execute(select(Presentation)).scalar_one()
    with app.app_context():
        return answering.fetch(client, link_of(keyring(), verifier(), asked))


def page_of(client: FlaskClient, address: str) -> Page:
    response = client.get(address)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return read(response)


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_worker_sees_for_whom_a_person_acts_and_is_told_to_compare(
    app: Flask, client: FlaskClient, session: Session, card: Held, language: str
) -> None:
    address = begun(client, language)
    waiting = client.get(address)
    assert waiting.headers["Refresh"] == "3"
    assert "data:image/svg+xml" in waiting.get_data(as_text=True)
    request = request_of(app, client, session)
    assert answering.answer(client, request, card=answering.shown(card, request, NAMES)).status_code == 200
    response = client.get(address)
    page = read(response)
    assert "Refresh" not in response.headers
    assert "Ada Esempio" in page.text
    assert page.tone != "yes"
    body = response.get_data(as_text=True)
    assert "data:image/jpeg;base64," in body
    assert "<script" not in body


def test_what_is_not_genuine_is_told_without_a_name(
    app: Flask, client: FlaskClient, session: Session, card: Held
) -> None:
    address = begun(client)
    request = request_of(app, client, session)
    token = answering.shown(card, request, NAMES, nonce="of another request")
    assert answering.answer(client, request, card=token).status_code == 400
    page = page_of(client, address)
    assert "not genuine" in page.text
    assert "Pay nothing" in page.text
    assert "Esempio" not in page.text
    assert page.tone == "no"


def test_an_answer_is_read_at_its_own_address_alone(
    app: Flask, client: FlaskClient, session: Session, card: Held
) -> None:
    begun(client)
    request = request_of(app, client, session)
    answering.answer(client, request, card=answering.shown(card, request, NAMES))
    assert "This check is over" in page_of(client, "/en/person/guessed").text


def test_the_page_says_that_the_person_must_stand_there(client: FlaskClient, card: Held) -> None:
    for address in ("/en/person", begun(client)):
        assert "Only if the person stands before you" in read(client.get(address)).text


def test_where_wallets_are_off_there_is_no_such_page(make_app: Callable[[Settings], Flask], settings: Settings) -> None:
    client = make_app(replace(settings, wallets=None)).test_client()
    assert client.get("/en/person").status_code == 404
    assert client.post("/en/person", data=JOB).status_code == 404
    assert client.get("/presentations/x").status_code == 404
    assert client.get("/.well-known/lote").status_code == 404
