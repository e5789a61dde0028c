"""The code of a staff card: what it says, what the register of staff says of it, and what could be shown instead."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import cbor2
import cwt
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import delete
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.keyring import Keyring, Signer, Use
from registry.log.queries import logged_keys
from registry.proofs.credentials import rules
from registry.proofs.credentials.paper import read_paper_code
from registry.proofs.credentials.signing import cose_sign1, paper_text, read_paper
from registry.proofs.wallets import staff
from registry.proofs.wallets.card_codes import (
    CardState,
    card_code,
    card_content,
    card_of_row,
    find_card,
    full_name,
    proof_of,
    read_card_code,
)
from registry.proofs.wallets.issuing import WalletIssuer
from registry.proofs.wallets.models import StaffCard, WalletCredential
from registry.proofs.wallets.rules import CODE_LIFE
from registry.register.agencies import record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import Answer
from tests import make
from tests.proofs.credentials import reading as read
from tests.proofs.wallets.making import agency_with_licence, call_of, order, state_status, value_at
from tests.thorough import thorough


@pytest.fixture(params=["sqlite", *thorough("postgresql")])
def database_kind(request: pytest.FixtureRequest) -> str:
    """What a code says and what could be shown instead is no matter of SQL."""
    return str(request.param)


URL = "http://127.0.0.1:8000"


@pytest.fixture
def agency(session: Session, publish: Callable[[], None]) -> record.Agency:
    made = agency_with_licence(session, number="VYMYSL/S1")
    publish()
    return made


@pytest.fixture
def row(session: Session, issuer: WalletIssuer, agency: record.Agency) -> StaffCard:
    picture = io.BytesIO()
    Image.new("RGB", (60, 80), "#445566").save(picture, format="JPEG")
    made = order(session, issuer, agency, "小明", "王", portrait=picture.getvalue())
    session.commit()
    return made


@pytest.fixture
def signer(issuer: WalletIssuer) -> Signer:
    return issuer.signer()


@pytest.fixture
def code(session: Session, issuer: WalletIssuer, row: StaffCard, signer: Signer) -> str:
    return card_code(session, card_of_row(issuer.keyring, row), URL, signer)


def found(session: Session, keyring: Keyring, code: str, **changes: object) -> CardState:
    """What the register says to somebody who holds the code."""
    claims = read_paper(code).claims
    stated = {"reference": claims[rules.SUB], "licence_id": claims[rules.LICENCE_ID], "proof": proof_of(claims)}
    asked: dict[str, Any] = {"issuer": URL, "at": now(), **stated, **changes}
    return find_card(session, keyring, **asked).state


def test_a_code_says_agency_person_licence_and_the_digest_of_the_portrait(
    session: Session, issuer: WalletIssuer, row: StaffCard, code: str, agency: record.Agency
) -> None:
    checked = read_card_code(session, code)
    assert checked is not None
    assert checked.genuine is Answer.YES
    content = card_content(checked.claims)
    portrait = staff.portrait_on(issuer.keyring, row)
    assert portrait is not None
    assert (content.person, content.agency, content.number) == ("王小明", agency.names[0].name, "VYMYSL/S1")
    assert (content.licence_id, content.agency_id) == (row.licence, row.agency)
    assert content.portrait == hashlib.sha256(portrait).digest()
    assert content.expires_at - content.issued_at == CODE_LIFE.total_seconds()
    assert len(code) < 1000


def test_a_place_in_a_status_list_says_whether_card_and_licence_hold(
    client: FlaskClient,
    session: Session,
    publish: Callable[[], None],
    issuer: WalletIssuer,
    row: StaffCard,
    code: str,
    agency: record.Agency,
) -> None:
    """A list has 131,072 places: who fetches it tells no one whose card is looked at."""
    listed = read_paper(code).claims[rules.STATUS]["status_list"]
    assert value_at(client, listed) == 0
    make.suspend(session, agency.agency_id)
    publish()
    assert value_at(client, listed) == 2
    state_status(session, agency)
    amend(session, make.changed(agency, names=(make.name_record("Nové Jméno s.r.o."),)), Event("agency.amended"))
    publish()
    # A code is true under any name that the agency bore.
    issuer.settle(session, now() + timedelta(seconds=1))
    assert value_at(client, listed) == 0
    staff.end(call_of(session, agency), row.reference)
    assert value_at(client, listed) == 1


def test_a_code_from_before_codes_had_a_place_is_still_read(
    session: Session, issuer: WalletIssuer, row: StaffCard, signer: Signer
) -> None:
    session.execute(delete(WalletCredential))
    former = card_code(session, card_of_row(issuer.keyring, row), URL, signer)
    assert rules.STATUS not in read_paper(former).claims
    assert found(session, issuer.keyring, former) is CardState.LIVE


def test_a_code_is_read_by_the_libraries_of_others(session: Session, code: str) -> None:
    cose = read.cose_of(code)
    kid = cbor2.loads(cbor2.loads(cose).value[0])[4]
    public = logged_keys(session)[read.base64url(kid)].public
    x, y = read.unbase64url(public["x"]), read.unbase64url(public["y"])
    claims = cwt.decode(cose, cwt.COSEKey.new({1: 2, 2: kid, 3: -7, -1: 1, -2: x, -3: y}))
    assert claims[-65540] == "S"
    assert claims[-65547] == "王小明"


def test_names_are_written_as_people_write_them() -> None:
    assert full_name("小明", "王") == "王小明"
    assert full_name("Ada", "Esempio") == "Ada Esempio"
    assert full_name("小明", "Wang") == "小明 Wang"


def test_the_code_of_a_card_is_none_of_a_licence_and_the_other_way_round(
    app, session: Session, code: str, agency: record.Agency
) -> None:
    from registry.http.credentials import paper_code

    assert read_paper_code(session, code).genuine is Answer.NO
    with app.app_context():
        assert read_card_code(session, paper_code(agency.licences[0].licence_id)) is None


def test_only_a_holder_of_the_code_is_shown_the_portrait(
    session: Session, issuer: WalletIssuer, row: StaffCard, code: str
) -> None:
    claims = read_paper(code).claims
    proof = proof_of(claims)
    shown = find_card(session, issuer.keyring, row.reference, row.licence, proof, URL, now())
    assert (shown.state, shown.is_proven) == (CardState.LIVE, True)
    assert hashlib.sha256(shown.portrait or b"").digest() == claims[rules.PORTRAIT]
    for guess in ("", "x", "é", proof[:-1]):
        hidden = find_card(session, issuer.keyring, row.reference, row.licence, guess, URL, now())
        assert (hidden.state, hidden.portrait) == (CardState.DIFFERS, None)


def test_an_ended_card_says_so_and_nothing_of_the_person_is_left(
    session: Session, issuer: WalletIssuer, row: StaffCard, code: str, agency: record.Agency
) -> None:
    staff.end(call_of(session, agency), row.reference)
    session.commit()
    assert found(session, issuer.keyring, code) is CardState.ENDED
    assert (row.person, row.portrait) == (None, None)


def test_a_code_is_over_after_a_year_and_an_unknown_one_is_unknown(
    session: Session, issuer: WalletIssuer, code: str
) -> None:
    assert found(session, issuer.keyring, code, at=now() + CODE_LIFE) is CardState.EXPIRED
    assert found(session, issuer.keyring, code, reference="SENDNGRCNS2F") is CardState.UNKNOWN


def test_a_code_outlives_the_renaming_of_its_agency(
    session: Session,
    publish: Callable[[], None],
    issuer: WalletIssuer,
    row: StaffCard,
    code: str,
    agency: record.Agency,
    signer: Signer,
) -> None:
    amend(session, make.changed(agency, names=(make.name_record("Nové Jméno s.r.o."),)), Event("agency.amended"))
    publish()
    assert found(session, issuer.keyring, code) is CardState.LIVE
    renewed = card_code(session, card_of_row(issuer.keyring, row), URL, signer)
    assert read_paper(renewed).claims[rules.NAME] == "Nové Jméno s.r.o."
    assert found(session, issuer.keyring, renewed) is CardState.LIVE


@pytest.mark.parametrize(
    "changes",
    [
        {rules.PERSON: "李小明"},
        {rules.NAME: "Zloděj s.r.o."},
        {rules.NUMBER: "VYMYSL/S2"},
        {rules.PORTRAIT: bytes(32)},
        {rules.EXP: 2**33},
        {rules.AGENCY_ID: "SENDNGRCNS2F"},
        {rules.LICENCE_ID: "SENDNGRCNS2F"},
    ],
)
def test_a_stolen_key_cannot_say_what_the_register_denies(
    session: Session, issuer: WalletIssuer, code: str, signer: Signer, changes: dict[int, object]
) -> None:
    forged = paper_text(URL, cose_sign1(read_paper(code).claims | changes, signer))
    assert found(session, issuer.keyring, forged) is CardState.DIFFERS


@pytest.mark.parametrize(
    "changes",
    [
        {rules.PERSON: None},
        {rules.EXP: None},
        {rules.PORTRAIT: b"short"},
        {rules.PORTRAIT: "text"},
        {rules.NAME: 5},
        {rules.PAPER_VERSION: 2},
        {rules.LICENCE_ID: 7},
    ],
)
def test_a_code_of_another_form_is_refused(
    session: Session, code: str, signer: Signer, changes: dict[int, object]
) -> None:
    claims = {label: value for label, value in (read_paper(code).claims | changes).items() if value is not None}
    checked = read_card_code(session, paper_text(URL, cose_sign1(claims, signer)))
    assert checked is not None
    assert (checked.genuine, checked.flaw) == (Answer.NO, "malformed")


def test_a_foreign_key_and_one_for_another_use_are_refused(
    session: Session, issuer: WalletIssuer, code: str, tmp_path
) -> None:
    claims = read_paper(code).claims
    stranger = Keyring(tmp_path / "stranger").make(Use.CREDENTIAL, "2026-11-30T00:00:00Z")
    for signer, flaw in ((stranger, "unknown_key"), (issuer.keyring.signer(Use.STATUS), "wrong_use")):
        checked = read_card_code(session, paper_text(URL, cose_sign1(claims, signer)))
        assert checked is not None
        assert (checked.genuine, checked.flaw) == (Answer.NO, flaw)


def test_the_same_card_has_the_same_code(
    session: Session, issuer: WalletIssuer, row: StaffCard, code: str, signer: Signer
) -> None:
    assert card_code(session, card_of_row(issuer.keyring, row), URL, signer) == code
