"""An agency's representative at the console: offers to wallets, staff cards ordered and ended, and a wallet that is let in."""

import html
import io
import json
import re
import secrets
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import select

from registry.audit.models import AuditEntry
from registry.complaints.case import units
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge
from registry.http.logs import SINK
from registry.officers.rights import Role
from registry.proofs.credentials.rules import PERSON
from registry.proofs.wallets import metadata, staff
from registry.proofs.wallets.card_codes import read_card_code
from registry.proofs.wallets.models import StaffCard, UsedOnce, WalletGrant
from registry.vocabulary.register import Answer
from registry.vocabulary.supervision import GrantStep
from tests.officers.making import make_officer
from tests.pages.officers.signed_in import desk_of, words_of
from tests.proofs.wallets.making import agency_with_licence, with_wallets
from tests.proofs.wallets.wallet import BACK, CLIENT_ID, Provider, Wallet

QR_CODES = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
"""Alone looked for: now and then squares of a code look like a bar code of another kind."""

FORM = "recruitment-licence"
CANARY = "Zephyrina"


@pytest.fixture
def provider():
    return Provider()


@pytest.fixture
def settings(settings, provider, tmp_path):
    root = provider.write_root(tmp_path / "providers.pem")
    return replace(with_wallets(settings, providers=(root,)), edges=frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE}))


@pytest.fixture
def agency(session, publish):
    agency = agency_with_licence(session)
    publish()
    return agency


def rep_of(client, session, settings, agency, email="rep@agency.example"):
    keys = Keyring(settings.keys)
    unit = units.agency_unit(session, Sealer(keys), agency.agency_id, now().date())
    who = make_officer(session, keys, Role.AGENCY_REP, unit=unit.reference, name="R Rep", email=email)
    return desk_of(client, session, who.officer)


@pytest.fixture
def rep(client, session, settings, agency):
    return rep_of(client, session, settings, agency)


def order(rep, agency, **facts):
    fields = {"licence": agency.licences[0].licence_id, "given_name": CANARY, "family_name": "Esempio"} | facts
    return rep.post("/console/wallets/cards", **fields)


def test_cards_are_ordered_shown_and_ended_by_one_press(session, rep, agency, capfd):
    assert "/console/wallets" in rep.get("/console/entry").get_data(as_text=True)
    assert order(rep, agency).location == "/console/wallets"
    page = rep.get("/console/wallets")
    assert CANARY in words_of(page)
    [end] = re.findall(r'action="(/console/wallets/cards/[0-9A-Z]{12}/end)"', page.get_data(as_text=True))
    assert rep.post_once(end).location == "/console/wallets"
    page = rep.get("/console/wallets")
    assert "Name and portrait are deleted" in words_of(page)
    assert CANARY not in page.get_data(as_text=True)
    acts = set(session.execute(select(AuditEntry.act)).scalars())
    assert {"staff_card.ordered", "staff_card.ended"} <= acts
    assert CANARY not in "".join(session.execute(select(AuditEntry.detail)).scalars())
    # Neither is it in a line of the process.
    SINK.flush()
    assert CANARY not in capfd.readouterr().out


def test_what_is_typed_wrong_is_said_and_stays(rep, agency):
    answer = order(rep, agency, given_name="x" * 81)
    assert answer.status_code == 400
    assert "Given name" in words_of(answer)
    assert 'value="Esempio"' in answer.get_data(as_text=True)


def test_a_file_that_is_no_portrait_is_refused_and_what_was_typed_stays(session, rep, agency):
    answer = order(rep, agency, portrait=(io.BytesIO(b"%PDF-1.7\n%%EOF"), "face.jpg"))
    assert answer.status_code == 400
    assert 'value="Esempio"' in answer.get_data(as_text=True)
    assert session.execute(select(StaffCard)).all() == []


def test_a_photograph_of_a_telephone_is_taken(session, rep, agency):
    """They have megabytes, more than other forms."""
    body = io.BytesIO()
    Image.effect_noise((1600, 1200), 100).save(body, format="JPEG", quality=95)
    assert len(body.getvalue()) > 1024 * 1024
    assert order(rep, agency, portrait=(io.BytesIO(body.getvalue()), "face.jpg")).status_code == 303
    assert session.execute(select(StaffCard.portrait_digest)).scalar_one() is not None


def test_others_write_while_a_portrait_is_cleaned(session, rep, agency, database, monkeypatch):
    """It takes seconds. SQLite lets one transaction write at a time, and others are refused when they waited too long."""
    engine, clean = engine_for(database.url, timeout=1), staff.clean_portrait

    def clean_slowly(body):
        with sessions_for(engine).begin() as other:
            other.add(UsedOnce(digest="d", until=now()))
        return clean(body)

    monkeypatch.setattr(staff, "clean_portrait", clean_slowly)
    answer = order(rep, agency, portrait=face())
    engine.dispose()
    assert answer.status_code == 303
    assert session.execute(select(UsedOnce.digest)).scalars().all() == ["d"]


def test_another_agency_ends_no_card(client, session, settings, publish, rep, agency):
    order(rep, agency)
    [reference] = session.execute(select(StaffCard.reference)).scalars()
    stranger = rep_of(client, session, settings, agency_with_licence(session), "other@agency.example")
    assert stranger.post(f"/console/wallets/cards/{reference}/end").status_code == 404
    fields = {"licence": agency.licences[0].licence_id, "card": reference}
    assert stranger.post("/console/wallets/offers", **fields).status_code == 404
    assert CANARY not in stranger.get("/console/wallets").get_data(as_text=True)


def test_an_offer_shows_the_symbol_and_the_number_once(session, rep, agency):
    page = rep.post("/console/wallets/offers", licence=agency.licences[0].licence_id)
    body = page.get_data(as_text=True)
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert 'src="data:image/svg+xml' in body
    [link] = re.findall(r'href="(haip-vci:[^"]+)"', body)
    [number] = re.findall(r"<code>([0-9]{6})</code>", body)
    assert number not in html.unescape(link)
    [grant] = session.execute(select(WalletGrant)).scalars()
    assert grant.step is GrantStep.OFFERED
    assert number not in str(grant.tx_code)


def offered_state(rep, agency) -> str:
    """What the symbol of an offer with sign-in holds for the wallet."""
    page = rep.post("/console/wallets/offers", licence=agency.licences[0].licence_id, flow="sign_in")
    [link] = re.findall(r'href="haip-vci:([^"]+)"', page.get_data(as_text=True))
    [stated] = parse_qs(urlsplit(html.unescape(link)).query)["credential_offer"]
    return json.loads(stated)["grants"]["authorization_code"]["issuer_state"]


def test_a_wallet_is_let_in_by_the_representative_alone(client, session, settings, rep, agency, provider):
    wallet, verifier = Wallet(client, provider), secrets.token_urlsafe(32)
    request_uri = wallet.push(FORM, verifier, issuer_state=offered_state(rep, agency)).json["request_uri"]
    asked = {"client_id": CLIENT_ID, "request_uri": request_uri}
    address = f"/console/wallets/authorize?client_id={CLIENT_ID}&request_uri={request_uri}"
    client.delete_cookie("console", path="/console")
    assert client.get(address).location.startswith("/console/sign-in")
    stranger = rep_of(client, session, settings, agency_with_licence(session), "other@agency.example")
    assert stranger.get(address).status_code == 404
    assert stranger.post("/console/wallets/authorize", **asked, decision="allow").status_code == 404
    page = rep.get(address)
    assert CLIENT_ID in words_of(page)
    assert agency.licences[0].number in words_of(page)
    assert f"form-action 'self' {CLIENT_ID}" in page.headers["Content-Security-Policy"]
    answer = rep.post("/console/wallets/authorize", **asked, decision="allow")
    assert answer.status_code == 303
    assert answer.location.startswith(f"{BACK}?")
    back = parse_qs(urlsplit(answer.location).query)
    form = {
        "grant_type": "authorization_code", "code": back["code"][0], "redirect_uri": BACK, "code_verifier": verifier,
    }  # fmt: skip
    assert wallet.token(**form).status_code == 200
    assert rep.get(address).status_code == 404


def test_a_wallet_that_is_refused_is_told_so(client, rep, agency, provider):
    state = offered_state(rep, agency)
    request_uri = Wallet(client, provider).push(FORM, "v", issuer_state=state).json["request_uri"]
    asked = {"client_id": CLIENT_ID, "request_uri": request_uri}
    answer = rep.post("/console/wallets/authorize", **asked, decision="deny")
    assert parse_qs(urlsplit(answer.location).query)["error"] == ["access_denied"]
    assert rep.post("/console/wallets/authorize", **asked, decision="allow").status_code == 404


def test_where_it_is_off_the_console_says_nothing_of_it(client, session, settings, agency, make_app):
    app = make_app(replace(settings, wallets=None))
    rep = rep_of(app.test_client(), session, settings, agency)
    assert "/console/wallets" not in rep.get("/console/entry").get_data(as_text=True)
    assert rep.get("/console/wallets").status_code == 404
    assert metadata.AUTHORIZE.startswith("/console/wallets/")


def face():
    """A photograph as it is uploaded."""
    picture = io.BytesIO()
    Image.new("RGB", (120, 160), "#7799aa").save(picture, format="JPEG")
    return io.BytesIO(picture.getvalue()), "face.jpg"


def test_a_card_is_printed_and_drawn_for_a_phone_with_a_code_that_a_camera_reads(
    session, settings, client, rep, agency, publish
):
    rep.post(
        "/console/wallets/cards",
        licence=agency.licences[0].licence_id,
        given_name="小明",
        family_name="王",
        portrait=face(),
    )
    page = rep.get("/console/wallets").get_data(as_text=True)
    [printed] = re.findall(r'href="(/console/wallets/cards/[0-9A-Z]{12}/card\.pdf)"', page)
    phone = printed.replace("card.pdf", "phone.png")
    paper, picture = rep.get(printed), rep.get(phone)
    for response, kind in ((paper, "application/pdf"), (picture, "image/png")):
        assert (response.status_code, response.mimetype) == (200, kind)
        assert response.headers["Cache-Control"] == "no-store"
    text = "".join(one.extract_text() for one in PdfReader(io.BytesIO(paper.get_data())).pages)
    assert "王小明" in text
    assert agency.names[0].name in text
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.get_data())), formats=QR_CODES)
    checked = read_card_code(session, found.text)
    assert checked is not None
    assert (checked.genuine, checked.claims[PERSON]) == (Answer.YES, "王小明")
    # Nothing of it lies anywhere.
    assert not any("王" in path.name for path in settings.home.rglob("*"))
    stranger = rep_of(client, session, settings, agency_with_licence(session), "other@agency.example")
    assert stranger.get(printed).status_code == 404
