"""Entries by the API: an agency asks about its own and no other's, and its own authority decides about what it read."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.case.units import agency_unit
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.vocabulary.register import LicenceStatus
from tests.api.officers.requests import Program, program_of
from tests.make import authority_of
from tests.officers.making import make_officer, make_unit
from tests.supervision.entries.making import entry

PATH = "/api/v1/entry-requests"


@pytest.fixture
def agency(session: Session) -> record.Agency:
    return entry(session, status=LicenceStatus.SUSPENDED)


def program(
    client: FlaskClient, session: Session, keyring: Keyring, role: Role, unit: str, email: str = "o@authority.example"
) -> Program:
    officer = make_officer(session, keyring, role, unit=unit, email=email).officer
    session.commit()
    return program_of(client, session, officer)


@pytest.fixture
def rep(client: FlaskClient, session: Session, keyring: Keyring, agency: record.Agency) -> Program:
    desk = agency_unit(session, Sealer(keyring), agency.agency_id, now().date()).reference
    return program(client, session, keyring, Role.AGENCY_REP, desk, "rep@agency.example")


@pytest.fixture
def official(client: FlaskClient, session: Session, keyring: Keyring) -> Program:
    make_unit(session, "cz-licensing", "CZ", authority=authority_of("CZ"))
    return program(client, session, keyring, Role.LICENSING, "cz-licensing")


def test_a_reply_is_read_by_everybody_while_it_is_let(
    client: FlaskClient, session: Session, agency: record.Agency, rep: Program, official: Program
) -> None:
    stated = {"kind": "reply", "text": "We have appealed."}
    requested, again = (rep.send("POST", PATH, stated, once="0123456789abcdef") for _ in range(2))
    assert again.json == requested.json
    assert requested.status_code == 201
    replies = f"/api/v1/agencies/{agency.agency_id}/replies"
    assert client.get(replies).json == {"items": []}
    one = f"{PATH}/{requested.json['request_id']}"
    stated = {"is_accepted": True, "answer": "Fair."}
    assert official.send("POST", f"{one}/decide", stated, version=1).status_code == 200
    assert official.send("POST", f"{one}/decide", stated, version=2).status_code == 409
    assert client.get(replies).json["items"][0]["text"] == "We have appealed."
    assert official.send("POST", f"{one}/take-down", {"answer": "No longer."}, version=2).status_code == 200
    assert client.get(replies).json == {"items": []}


def test_what_is_anothers_is_not_there(
    client: FlaskClient, session: Session, keyring: Keyring, rep: Program, official: Program
) -> None:
    one = (
        f"{PATH}/{rep.send('POST', PATH, {'kind': 'correction', 'part': 'name', 'text': 'Wrong.'}).json['request_id']}"
    )
    make_unit(session, "it-licensing", "IT", authority=authority_of("IT"))
    foreign = program(client, session, keyring, Role.LICENSING, "it-licensing", "f@authority.example")
    desk = agency_unit(session, Sealer(keyring), entry(session).agency_id, now().date()).reference
    other = program(client, session, keyring, Role.AGENCY_REP, desk, "other@agency.example")
    for stranger in (foreign, other):
        assert stranger.get(PATH).json == {"items": []}
        assert stranger.get(one).status_code == 404
    assert other.send("POST", f"{one}/withdraw", version=1).status_code == 404
    assert rep.send("POST", f"{one}/withdraw", version=1).json["state"] == "withdrawn"


def test_an_agency_that_is_not_there_has_no_replies(client: FlaskClient) -> None:
    assert client.get("/api/v1/agencies/23456789ABCB/replies").status_code == 404
