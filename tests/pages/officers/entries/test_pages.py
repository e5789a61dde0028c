"""Requests from agencies in the console: who speaks for an agency, what it asks, and what the licensing desk decides."""

import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from registry.complaints.case import units
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.supervision.entries.models import EntryRequest
from registry.vocabulary.register import LicenceStatus
from tests.make import authority_of
from tests.officers.making import make_officer, make_unit
from tests.pages.officers.signed_in import OfficerClient, desk_of, words_of
from tests.supervision.entries.making import entry

SCRIPT = "<script>alert(1)</script>"
ESCAPED = "&lt;script&gt;alert(1)"
OFFICE = "cz-licensing"


@pytest.fixture
def agency(session: Session) -> record.Agency:
    return entry(session, status=LicenceStatus.SUSPENDED)


@pytest.fixture
def keys(settings) -> Keyring:
    return Keyring(settings.keys)


@pytest.fixture
def rep(client: FlaskClient, session: Session, keys: Keyring, agency: record.Agency) -> OfficerClient:
    desk = units.agency_unit(session, Sealer(keys), agency.agency_id, now().date())
    who = make_officer(session, keys, Role.AGENCY_REP, unit=desk.reference, name="R Rep", email="rep@agency.example")
    return desk_of(client, session, who.officer)


def official(client: FlaskClient, session: Session, keys: Keyring, name: str, country: str = "CZ") -> OfficerClient:
    unit = f"{country.lower()}-licensing"
    who = make_officer(session, keys, Role.LICENSING, unit=unit, name=name, email=f"{name[0].lower()}@{unit}.example")
    return desk_of(client, session, who.officer)


@pytest.fixture
def desk(client: FlaskClient, session: Session, keys: Keyring) -> OfficerClient:
    make_unit(session, OFFICE, "CZ", authority=authority_of("CZ"))
    return official(client, session, keys, "Licensing Officer")


@pytest.fixture
def foreign(client: FlaskClient, session: Session, keys: Keyring) -> OfficerClient:
    make_unit(session, "it-licensing", "IT", authority=authority_of("IT"))
    return official(client, session, keys, "Foreign Officer", "IT")


def version_on(desk: OfficerClient, path: str) -> str:
    found = re.search(r'name="version" value="(\d+)"', desk.get(path).get_data(as_text=True))
    assert found is not None, path
    return found[1]


def first_request_path(desk: OfficerClient) -> str:
    """The path of the first request that waits."""
    found = re.search(r'href="(/console/entries/[A-Z0-9]{12})"', desk.get("/console/entries").get_data(as_text=True))
    assert found is not None
    return found[1]


def test_the_answer_to_a_request_is_a_row_of_the_agencys_people_for_a_fortnight(
    client: FlaskClient, session: Session, agency: record.Agency, rep: OfficerClient, desk: OfficerClient
) -> None:
    row = "Your request about your entry was decided: read the answer"
    assert rep.post("/console/entry/correction", part="name", text="Wrong").status_code == 303
    assert row not in words_of(rep.get("/console/"))
    path = first_request_path(desk)
    decided = {"version": version_on(desk, path), "decision": "refuse", "answer": "It is so in the register."}
    assert desk.post(f"{path}/decide", **decided).status_code == 303
    assert row in words_of(rep.get("/console/"))
    assert row not in words_of(desk.get("/console/"))
    session.execute(update(EntryRequest).values(decided_on=now().date() - timedelta(days=16)))
    session.commit()
    assert row not in words_of(rep.get("/console/"))


def test_a_correction_is_asked_decided_and_answered(
    agency: record.Agency, rep: OfficerClient, desk: OfficerClient
) -> None:
    assert rep.post("/console/entry/correction", part="name", text=f"Wrong {SCRIPT}").status_code == 303
    page = rep.get("/console/entry").get_data(as_text=True)
    assert f"Wrong {ESCAPED}" in page
    assert "correction requested" in page
    path = first_request_path(desk)
    assert f"Wrong {ESCAPED}" in desk.get(path).get_data(as_text=True)
    version = version_on(desk, path)
    empty = desk.post(f"{path}/decide", version=version, decision="accept", answer=" ")
    assert empty.status_code == 400
    assert desk.post(f"{path}/decide", version=version, decision="accept", answer=f"Done {SCRIPT}").status_code == 303
    late = desk.post(f"{path}/decide", version=version, decision="refuse", answer="Kept words")
    assert late.status_code == 409
    page = rep.get("/console/entry").get_data(as_text=True)
    assert f"Done {ESCAPED}" in page
    assert "correction requested" not in page
    assert SCRIPT not in page


def test_what_is_refused_keeps_what_was_typed_in_its_own_form(rep: OfficerClient) -> None:
    bad = rep.post("/console/entry/correction", part="weather", text=f"Kept {SCRIPT}")
    assert bad.status_code == 400
    assert bad.get_data(as_text=True).count(f"Kept {ESCAPED}") == 1
    assert rep.post("/console/entry/immunity", text="x").status_code == 404
    rep.post("/console/entry/correction", part="name", text="First")
    assert rep.post("/console/entry/correction", part="name", text="Second").status_code == 409


def test_a_reply_is_let_through_and_taken_down(
    client: FlaskClient, agency: record.Agency, rep: OfficerClient, desk: OfficerClient
) -> None:
    assert rep.post("/console/entry/reply", text="We have appealed.").status_code == 303
    public = f"/en/agencies/{agency.agency_id}"
    assert "We have appealed." not in client.get(public).get_data(as_text=True)
    path = first_request_path(desk)
    desk.post(f"{path}/decide", version=version_on(desk, path), decision="accept", answer="Fair.")
    assert "We have appealed." in client.get(public).get_data(as_text=True)
    assert "as it is shown" in words_of(rep.get("/console/entry"))
    gone = desk.post(f"{path}/take-down", version=version_on(desk, path), answer="It names a worker.")
    assert gone.status_code == 303
    assert "We have appealed." not in client.get(public).get_data(as_text=True)


def test_a_request_is_taken_back_by_its_own_agency_alone(
    client: FlaskClient, session: Session, keys: Keyring, agency: record.Agency, rep: OfficerClient
) -> None:
    rep.post("/console/entry/clone_report", text="Somebody uses our stamp.")
    found = re.search(
        r"/console/entry/requests/([A-Z0-9]{12})/withdraw", rep.get("/console/entry").get_data(as_text=True)
    )
    assert found is not None
    other = units.agency_unit(session, Sealer(keys), entry(session).agency_id, now().date()).reference
    who = make_officer(session, keys, Role.AGENCY_REP, unit=other, name="O Other", email="other@agency.example")
    stranger = desk_of(client, session, who.officer)
    assert "stamp" not in words_of(stranger.get("/console/entry"))
    assert stranger.post(found[0], version=1).status_code == 404
    assert rep.post(found[0], version=7).status_code == 409
    assert rep.post(found[0], version=1).status_code == 303


def test_another_authority_sees_and_does_nothing(
    agency: record.Agency, rep: OfficerClient, desk: OfficerClient, foreign: OfficerClient
) -> None:
    rep.post("/console/entry/correction", part="name", text="Wrong")
    path = first_request_path(desk)
    assert "No agency asks" in words_of(foreign.get("/console/entries"))
    assert foreign.get(path).status_code == 404
    assert (
        foreign.post(
            "/console/entries/invitations", agency=agency.agency_id, name="S Spy", email="s@x.example"
        ).status_code
        == 404
    )
    for refused in ("/console/entries", path):
        assert rep.get(refused).status_code == 403
    assert desk.get("/console/entry").status_code == 403


def test_two_officers_let_somebody_speak_for_an_agency(
    client: FlaskClient, session: Session, keys: Keyring, agency: record.Agency, desk: OfficerClient
) -> None:
    second = official(client, session, keys, "Second Officer")
    wrong = desk.post("/console/entries/invitations", agency="nothing", name="Kept Name", email="n@agency.example")
    assert (wrong.status_code, "Kept Name" in wrong.get_data(as_text=True)) == (400, True)
    form = {"agency": agency.names[0].name, "name": f"N {SCRIPT}", "email": "new@agency.example", "language": "zh-Hans"}
    assert desk.post("/console/entries/invitations", **form).status_code == 303
    page = second.get("/console/entries").get_data(as_text=True)
    assert f"N {ESCAPED}" in page
    found = re.search(r"/console/entries/invitations/[A-Z0-9]{12}", page)
    assert found is not None
    assert desk.post(f"{found[0]}/approve").status_code == 409
    done = second.post(f"{found[0]}/approve")
    assert (done.status_code, "<code>" in done.get_data(as_text=True)) == (200, True)
    assert second.post(f"{found[0]}/approve").status_code == 409


def test_an_officer_with_an_interest_decides_nothing(
    session: Session, agency: record.Agency, rep: OfficerClient, desk: OfficerClient
) -> None:
    rep.post("/console/entry/correction", part="name", text="Wrong")
    path = first_request_path(desk)
    accounts.declare_conflict(session, desk.officer, agency.agency_id, now().date())
    session.commit()
    assert desk.get(path).status_code == 403
    form = {"agency": agency.agency_id, "name": "N", "email": "n@agency.example"}
    assert desk.post("/console/entries/invitations", **form).status_code == 403
