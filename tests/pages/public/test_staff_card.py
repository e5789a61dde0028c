"""The page behind the code of a staff card: what it says, in every language, and that an end or a suspension comes first."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.settings import Settings
from registry.proofs.credentials import rules
from registry.proofs.credentials.signing import cose_sign1, paper_text, read_paper
from registry.proofs.wallets import staff
from registry.proofs.wallets.card_codes import card_code, card_of_row, proof_of
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.models import StaffCard
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from tests.make import ZONES, changed, status_record
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import Page, read
from tests.proofs.wallets.making import agency_with_licence, call_of, order, with_wallets

URL = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Carried:
    """A card as its holder carries it."""

    agency: record.Agency
    row: StaffCard
    code: str
    """What stands behind the # of the printed address."""


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_wallets(settings)


@pytest.fixture
def issuer(settings: Settings) -> WalletIssuer:
    return WalletIssuer.of(settings)


@pytest.fixture
def carried(session: Session, publish: Callable[[], None], issuer: WalletIssuer) -> Carried:
    agency = agency_with_licence(session, number="VYMYSL/S1")
    publish()
    picture = io.BytesIO()
    Image.new("RGB", (60, 80), "#445566").save(picture, format="JPEG")
    row = order(session, issuer, agency, "小明", "王", portrait=picture.getvalue())
    session.commit()
    text = card_code(session, card_of_row(issuer.keyring, row), URL, issuer.signer())
    return Carried(agency, row, text.partition("#")[2])


def page_of(client: FlaskClient, code: str, language: str = "en") -> Page:
    response = client.post("/v", data={"code": code, "language": language})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return read(response)


def piece_of(client: FlaskClient, code: str, **changes: str) -> str:
    """What the script of the page gets, which sends neither code nor name."""
    claims = read_paper(code).claims
    form = {"card": claims[rules.SUB], "licence": claims[rules.LICENCE_ID], "proof": proof_of(claims)} | changes
    response = client.post("/en/cards/today", data=form)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return response.get_data(as_text=True)


def state(session: Session, agency: record.Agency, status: LicenceStatus) -> None:
    today = day_at(now(), ZONES["CZ"])
    history = (status_record(to=today - timedelta(days=1)), status_record(status, from_=today))
    one = changed(agency.licences[0], status_history=history)
    amend(session, changed(agency, licences=(one,)), Event("licence.amended"))


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_genuine_card_is_never_green_and_asks_to_compare(
    client: FlaskClient, carried: Carried, language: str
) -> None:
    page = page_of(client, carried.code, language)
    assert "王小明" in page.text
    assert carried.agency.names[0].name in page.text
    assert page.tone != "yes"
    assert page.tone != "no"


def test_the_page_says_that_a_code_can_be_copied_and_who_says_what_it_says(
    client: FlaskClient, carried: Carried
) -> None:
    text = page_of(client, carried.code).text
    assert "A code can be copied" in text
    assert "The registry only repeats it" in text
    assert "How the agency’s licence stands today" in text


def test_an_ended_card_is_told_first_and_names_no_one_from_the_register(
    client: FlaskClient, session: Session, carried: Carried
) -> None:
    staff.end(call_of(session, carried.agency), carried.row.reference)
    session.commit()
    page = page_of(client, carried.code)
    assert "This card has been ended" in page.text
    assert page.tone == "no"
    assert "data-portrait" not in piece_of(client, carried.code)


@pytest.mark.parametrize(
    ("status", "words", "tone"),
    [
        (LicenceStatus.SUSPENDED, "The agency’s licence is not in force today", "no"),
        (LicenceStatus.REVOKED, "The agency’s licence is not in force today", "no"),
        (LicenceStatus.DELISTED, "It is not known whether the agency’s licence is in force", "unknown"),
    ],
)
def test_a_licence_out_of_force_is_told_first(
    client: FlaskClient,
    session: Session,
    publish: Callable[[], None],
    carried: Carried,
    status: LicenceStatus,
    words: str,
    tone: str,
) -> None:
    state(session, carried.agency, status)
    publish()
    page = page_of(client, carried.code)
    assert words in page.text
    assert page.tone == tone


def test_the_portrait_is_shown_to_a_holder_of_the_code_alone(client: FlaskClient, carried: Carried) -> None:
    assert "data-portrait" in piece_of(client, carried.code)
    for wrong in ({"proof": ""}, {"proof": "A" * 43}, {"licence": "SENDNGRCNS2F"}, {"card": "SENDNGRCNS2F"}):
        assert "data-portrait" not in piece_of(client, carried.code, **wrong)


def test_a_card_that_the_register_does_not_know_as_it_is_shown_is_forged(
    client: FlaskClient, issuer: WalletIssuer, carried: Carried
) -> None:
    claims = read_paper(carried.code).claims | {rules.PERSON: "李小明"}
    forged = paper_text(URL, cose_sign1(claims, issuer.signer())).partition("#")[2]
    page = page_of(client, forged)
    assert "Not genuine" in page.text
    assert "李小明" not in page.text
    assert 'data-stands="differs"' in piece_of(client, forged)


def test_nothing_of_a_card_is_logged(client: FlaskClient, carried: Carried, capfd: pytest.CaptureFixture[str]) -> None:
    page_of(client, carried.code)
    piece_of(client, carried.code)
    printed = "".join(capfd.readouterr())
    for private in ("王小明", carried.code[:20], carried.row.reference):
        assert private not in printed


def test_where_wallets_are_off_a_genuine_code_has_an_unknown_status(
    make_app: Callable[[Settings], Flask], settings: Settings, carried: Carried
) -> None:
    client = make_app(replace(settings, wallets=None)).test_client()
    page = page_of(client, carried.code)
    assert "it is not known whether the card is valid today" in page.text
    assert page.tone == "unknown"
