"""Officers by the API: the same acts as the pages, by version, within one's own unit."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.errors import NotSignedIn
from registry.core.keyring import Keyring
from registry.officers import accounts, sessions
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Role
from registry.officers.sessions import OFFICER_SESSIONS
from tests.api.officers.requests import Program, program_of
from tests.api.shapes import assert_as_documented
from tests.officers.making import make_officer, make_unit


@pytest.fixture
def program(client: FlaskClient, session: Session, keyring: Keyring) -> Program:
    make_unit(session)
    return program_of(client, session, make_officer(session, keyring, Role.SUPERVISOR).officer)


@pytest.fixture
def colleague(session: Session, keyring: Keyring, program: Program) -> Officer:
    return make_officer(session, keyring, Role.TRIAGE, email="colleague@authority.example").officer


def close(officer: Officer) -> str:
    return f"/api/v1/officers/{officer.reference}/close"


def test_an_account_is_closed_by_the_version_that_was_read(program: Program, colleague: Officer) -> None:
    for version, status in ((None, 428), ("*", 400), (colleague.version + 1, 412), (colleague.version, 204)):
        response = program.send("POST", close(colleague), version=version)
        assert response.status_code == status, version
        assert_as_documented(response, "closeOfficer")
    assert colleague.state is OfficerState.CLOSED
    assert program.send("POST", close(colleague), version=colleague.version).status_code == 409


def test_a_role_without_the_right_is_told_so_before_its_body_is_read(
    client: FlaskClient, session: Session, colleague: Officer
) -> None:
    theirs = program_of(client, session, colleague)
    response = theirs.send("POST", close(colleague), version="nonsense")
    assert (response.status_code, response.json["code"]) == (403, "forbidden")


def test_one_proposes_and_another_approves(
    client: FlaskClient, session: Session, keyring: Keyring, program: Program
) -> None:
    second = program_of(
        client, session, make_officer(session, keyring, Role.SUPERVISOR, email="b@authority.example").officer
    )
    body = {"name": "New Officer", "email": "new@authority.example", "roles": ["triage"]}
    change, again = (program.send("POST", "/api/v1/officers", body, once="0123456789abcdef").json for _ in range(2))
    assert again == change
    address = f"/api/v1/officer-changes/{change['change_id']}/approve"
    own = program.send("POST", address)
    assert (own.status_code, own.json["code"], own.json["reason"]) == (409, "act_refused", "own_proposal")
    assert_as_documented(own, "approveOfficerChange")
    approved = second.send("POST", address)
    assert approved.json["change"]["decided_by"] == second.officer.reference
    assert approved.json["join_code"].count("-") == 3
    again = second.send("POST", address)
    assert (again.status_code, again.json["reason"]) == (409, "decided")
    assert len([one for one in program.get("/api/v1/officers").json["items"] if one["name"] == "New Officer"]) == 1


def test_an_officer_is_invited_in_a_language_of_the_console(program: Program) -> None:
    body = {"name": "New Officer", "email": "new@authority.example", "roles": ["triage"]}
    refused = program.send("POST", "/api/v1/officers", body | {"language": "fr"})
    assert (refused.status_code, refused.json["errors"][0]["parameter"]) == (400, "language")
    assert_as_documented(refused, "proposeOfficer")
    assert program.send("POST", "/api/v1/officers", body | {"language": "it"}).status_code < 300


def test_no_officer_changes_their_own_account(
    client: FlaskClient, session: Session, keyring: Keyring, program: Program
) -> None:
    me = program.officer
    for act, body in (("roles", {"roles": ["decider"]}), ("reset", None)):
        response = program.send("POST", f"/api/v1/officers/{me.reference}/{act}", body, version=me.version)
        assert (response.status_code, response.json["reason"]) == (409, "about_yourself"), act
    second = program_of(
        client, session, make_officer(session, keyring, Role.SUPERVISOR, email="b@authority.example").officer
    )
    change = second.send(
        "POST", f"/api/v1/officers/{me.reference}/roles", {"roles": ["supervisor", "decider"]}, version=me.version
    ).json
    refused = program.send("POST", f"/api/v1/officer-changes/{change['change_id']}/approve")
    assert (refused.status_code, refused.json["reason"]) == (409, "about_yourself")
    assert accounts.own_roles(session, me) == {Role.SUPERVISOR}


def test_what_is_wrong_with_a_body_is_named(program: Program) -> None:
    response = program.send(
        "POST", "/api/v1/officers", {"name": "A", "email": "a@b.example", "roles": ["king"], "x": 1}
    )
    assert response.status_code == 400
    assert {fault["parameter"] for fault in response.json["errors"]} == {"x", "roles.0"}
    assert_as_documented(response, "proposeOfficer")


def test_a_lost_machine_is_signed_out_by_one_person(
    program: Program, client: FlaskClient, session: Session, colleague: Officer
) -> None:
    theirs = program_of(client, session, colleague)
    stored = OFFICER_SESSIONS.begin(session, colleague, now(), is_full=True)
    assert program.send("POST", f"/api/v1/officers/{colleague.reference}/sign-out").status_code == 204
    assert theirs.get("/api/v1/officers/me").status_code == 401
    with pytest.raises(NotSignedIn):
        sessions.authenticate(session, stored, now())


def test_a_role_is_lent_and_taken_back(
    program: Program, client: FlaskClient, session: Session, colleague: Officer
) -> None:
    today = now().date().isoformat()
    body = {"deputy_id": colleague.reference, "role": "supervisor", "from_on": today, "to_on": today}
    loan, again = (program.send("POST", "/api/v1/officers/me/loans", body, once="0123456789abcdef") for _ in range(2))
    assert again.json == loan.json
    assert len(program.get("/api/v1/officers/me/loans").json["items"]) == 1
    assert loan.status_code == 201
    theirs = program_of(client, session, colleague)
    assert theirs.get("/api/v1/officers/me").json["roles"] == ["supervisor", "triage"]
    # What was lent cannot be lent on.
    on = theirs.send("POST", "/api/v1/officers/me/loans", body | {"deputy_id": program.officer.reference})
    assert (on.status_code, on.json["reason"]) == (409, "not_yours")
    address = f"/api/v1/officers/me/loans/{loan.json['loan_id']}"
    assert [program.send("DELETE", address).status_code for _ in range(2)] == [204, 404]
    assert theirs.get("/api/v1/officers/me").json["roles"] == ["triage"]


def test_another_units_officers_are_in_no_list_and_take_no_role(
    program: Program, session: Session, keyring: Keyring
) -> None:
    make_unit(session, "cz-invented-unit", "CZ")
    foreign = make_officer(session, keyring, Role.TRIAGE, unit="cz-invented-unit", email="cz@authority.example").officer
    change = accounts.propose_roles(session, foreign, [Role.DECIDER], by="A", at=now())
    assert foreign.reference not in program.get("/api/v1/officers").get_data(as_text=True)
    assert change.reference not in program.get("/api/v1/officer-changes").get_data(as_text=True)
    today = now().date().isoformat()
    loan = {"deputy_id": foreign.reference, "role": "supervisor", "from_on": today, "to_on": today}
    assert program.send("POST", "/api/v1/officers/me/loans", loan).status_code == 404
