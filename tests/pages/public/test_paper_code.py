"""The check of a printed code on the server: what it says of each code, in every language, and that it keeps none."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import cbor2
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import day_at, instant_text, now
from registry.core.keyring import Keyring, KeyState, Use
from registry.core.settings import Settings
from registry.http.credentials import paper_code
from registry.log.keys import change_state
from registry.pages.public.paper_code import _day
from registry.proofs.credentials.signing import cose_sign1, paper_text, read_paper
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import Language, LicenceStatus
from tests.make import ZONES, changed, licence_record, make_agency, make_licence, status_record
from tests.page_languages import PAGE_LANGUAGES
from tests.pages.public.reading import Page, read

NAME, NUMBER = "Smyšlená Agentura s.r.o.", "VYMYSL/9"

Publish = Callable[[], None]


@pytest.fixture
def holder(session: Session, publish: Publish) -> record.Agency:
    licence = licence_record(number=NUMBER, valid_to=date(2099, 12, 31), corridors=(record.Corridor(destination="CZ"),))
    agency = make_agency(session, name=NAME, licences=(licence,))
    publish()
    return agency


@pytest.fixture
def code(app: Flask, holder: record.Agency) -> str:
    return code_of(app, holder)


def code_of(app: Flask, holder: record.Agency) -> str:
    """What stands behind the # of the printed address."""
    with app.app_context():
        return paper_code(holder.licences[0].licence_id).partition("#")[2]


def page_of(client: FlaskClient, code: str, language: str = "en") -> Page:
    response = client.post("/v", data={"code": code, "language": language})
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    return read(response)


def stated(session: Session, holder: record.Agency, status: LicenceStatus) -> None:
    """The authority states another status from today on."""
    today = day_at(now(), ZONES["CZ"])
    history = (status_record(to=today - timedelta(days=1)), status_record(status, from_=today))
    licence = changed(holder.licences[0], status_history=history)
    amend(session, changed(holder, licences=(licence,)), Event("licence.amended"))


HEADLINES = {
    "en": "Genuine code, in force today",
    "zh-Hans": "二维码是真的，今天有效",
    "fr": "Code authentique, en vigueur aujourd’hui",
    "ro": "Cod autentic, în vigoare astăzi",
}


@pytest.mark.parametrize("language", PAGE_LANGUAGES)
def test_a_genuine_code_shows_what_was_signed_and_todays_status(
    client: FlaskClient, code: str, language: Language
) -> None:
    page = page_of(client, code, language)
    assert page.language == language
    for words in (HEADLINES[language], NAME, NUMBER, "2099"):
        assert words in page.text
    assert page.tone == "yes"


def test_a_genuine_code_never_stands_without_its_warning(client: FlaskClient, code: str) -> None:
    text = page_of(client, code).text
    assert "It does not prove that the paper is genuine" in text
    assert "Where they differ, the paper is false" in text


@pytest.mark.parametrize(
    ("status", "headline", "tone"),
    [
        (LicenceStatus.SUSPENDED, "Genuine, but not in force today", "no"),
        (LicenceStatus.REVOKED, "Genuine, but not in force today", "no"),
        (LicenceStatus.EXPIRED, "Genuine, but the term has ended", "no"),
        (LicenceStatus.DELISTED, "Genuine, but the status today is unknown", "unknown"),
    ],
)
def test_a_code_printed_before_a_change_shows_the_status_of_today(
    client: FlaskClient,
    session: Session,
    publish: Publish,
    holder: record.Agency,
    code: str,
    status: LicenceStatus,
    headline: str,
    tone: str,
) -> None:
    stated(session, holder, status)
    publish()
    page = page_of(client, code)
    assert headline in page.text
    assert page.tone == tone


def test_a_code_whose_term_is_over_says_so_whatever_the_register_says(
    client: FlaskClient, app: Flask, session: Session, publish: Publish
) -> None:
    stated = licence_record(number=NUMBER, valid_to=now().date() - timedelta(days=9))
    agency = make_agency(session, licences=(stated,))
    publish()
    page = page_of(client, code_of(app, agency))
    assert "Genuine, but the term has ended" in page.text
    assert page.tone == "no"


def test_the_natural_person_behind_a_licence_is_not_named(
    client: FlaskClient, app: Flask, session: Session, publish: Publish
) -> None:
    agency = make_agency(
        session, name="Smyslík", holder_kind="sole_trader", licences=(licence_record(number="OSOBNI/2"),)
    )
    publish()
    text = page_of(client, code_of(app, agency)).text
    assert "A natural person, named in the register alone" in text
    assert "Smyslík" not in text
    assert "OSOBNI" not in text


def forged(code: str, signer: Any, **claims: Any) -> str:
    labels = {"number": -65538, "name": -65539}
    stated = read_paper(code).claims | {labels[name]: value for name, value in claims.items()}
    return paper_text("http://127.0.0.1:8000", cose_sign1(stated, signer)).partition("#")[2]


def test_a_code_of_a_foreign_key_is_not_genuine(client: FlaskClient, code: str, settings: Settings) -> None:
    stranger = Keyring(settings.home / "stranger").make(Use.CREDENTIAL, instant_text(now()))
    page = page_of(client, forged(code, stranger))
    assert "Not genuine" in page.text
    assert "It was not signed by this registry." in page.text
    assert NAME not in page.text


def test_a_changed_content_is_not_genuine(client: FlaskClient, code: str) -> None:
    from base64 import b32decode, b32encode
    from zlib import compress, decompress

    body = decompress(b32decode(code + "=" * (-len(code) % 8)))
    other = body.replace(NUMBER.encode(), b"VYMYSL/8")
    assert other != body
    page = page_of(client, b32encode(compress(other)).decode().rstrip("="))
    assert "somebody changed the content" in page.text
    assert page.tone == "no"
    assert "VYMYSL/8" not in page.text


def test_a_stolen_key_that_says_what_the_log_does_not_is_not_genuine(
    client: FlaskClient, code: str, settings: Settings
) -> None:
    signer = Keyring(settings.keys).signer(Use.CREDENTIAL)
    page = page_of(client, forged(code, signer, name="Zloděj s.r.o."))
    assert "Not genuine" in page.text
    assert "Zloděj" not in page.text


def test_a_code_of_a_compromised_key_proves_nothing_beyond_the_last_good_index(
    client: FlaskClient, session: Session, publish: Publish, code: str, settings: Settings
) -> None:
    keyring = Keyring(settings.keys)
    keyring.keep(change_state(session, keyring.active(Use.CREDENTIAL), KeyState.COMPROMISED, 0))
    publish()
    assert "signed with a key that is no longer trusted" in page_of(client, code).text


@pytest.mark.parametrize("text", ["A", "ABCDEFG", "é", "\0", "x" * 10_000, "MFRGG===", "' OR 1=1", "https://x/v#ABC"])
def test_what_is_no_code_of_ours_cannot_be_read(client: FlaskClient, text: str) -> None:
    page = page_of(client, text)
    assert "The code cannot be read" in page.text
    assert "Do not rely on this paper" in page.text


def test_a_bomb_is_refused(client: FlaskClient) -> None:
    from base64 import b32encode
    from zlib import compress

    bomb = b32encode(compress(cbor2.dumps(b"\0" * 5_000_000), 9)).decode().rstrip("=")
    assert "The code cannot be read" in page_of(client, bomb[:8192]).text


def test_without_a_code_the_page_says_so_and_takes_a_number(client: FlaskClient) -> None:
    page = page_of(client, "")
    assert "There is no code in this address" in page.text
    assert "subject" in page.ids


def test_the_page_speaks_the_browsers_language_and_can_be_switched(client: FlaskClient) -> None:
    response = client.get("/v", headers={"Accept-Language": "it"})
    assert read(response).language == "it"
    assert "Accept-Language" in response.headers["Vary"]
    assert "/v?language=zh-Hant" in read(response).links
    assert read(client.get("/v?language=zh-Hant", headers={"Accept-Language": "it"})).language == "zh-Hant"
    assert read(client.get("/v")).language == "zh-Hans"
    assert read(client.get("/v?language=xx")).language == "zh-Hans"


def test_the_page_lets_its_script_ask_this_registry_alone(client: FlaskClient) -> None:
    response = client.get("/v")
    policy = response.headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "connect-src 'self'" in policy
    assert "unsafe" not in policy


def test_a_code_that_is_checked_here_is_not_logged(
    client: FlaskClient, code: str, capfd: pytest.CaptureFixture[str]
) -> None:
    page_of(client, code)
    page_of(client, code[:-5])
    printed = "".join(capfd.readouterr())
    assert code[:20] not in printed
    assert NUMBER not in printed


@pytest.mark.parametrize("zone", [*ZONES.values(), "Atlantic/Azores", "America/Los_Angeles"])
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 7, 1), date(2026, 10, 25), date(2026, 12, 31)])
def test_the_day_of_a_midnight_is_the_authoritys_own_wherever_it_sits(zone: str, day: date) -> None:
    from datetime import datetime, time
    from zoneinfo import ZoneInfo

    midnight = int(datetime.combine(day, time.min, ZoneInfo(zone)).timestamp())
    assert _day(midnight, 1) == day
    assert _day(midnight, -1) == day - timedelta(days=1)


def test_the_piece_about_today_opened_by_itself_leads_to_the_agency(client: FlaskClient, session: Session) -> None:
    licence = make_licence(session)
    address = f"/en/licences/{licence.licence_id}/today"
    assert 'data-stands="in_force"' in client.get(address).get_data(as_text=True)
    opened = client.get(address, headers={"Sec-Fetch-Dest": "document"})
    assert opened.status_code == 303
    assert opened.location.startswith("/en/agencies/")
