"""Officers by the API: the same acts as the pages, by version, within one's own unit."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.keyring import Keyring
from registry.officers.models import Officer, OfficerState
from registry.officers.rights import Role
from tests.api.desk.asking import Program, program_of
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


def test_an_officer_of_another_unit_is_not_there(program: Program, session: Session, keyring: Keyring) -> None:
    make_unit(session, "cz-invented-unit", "CZ")
    foreign = make_officer(session, keyring, Role.TRIAGE, unit="cz-invented-unit", email="cz@authority.example").officer
    assert program.send("POST", close(foreign), version=foreign.version).status_code == 404
    assert foreign.state is OfficerState.ACTIVE


def test_a_role_without_the_right_is_told_so_before_its_body_is_read(
    client: FlaskClient, session: Session, colleague: Officer
) -> None:
    theirs = program_of(client, session, colleague)
    response = theirs.send("POST", close(colleague), version="nonsense")
    assert (response.status_code, response.json["code"]) == (403, "forbidden")
