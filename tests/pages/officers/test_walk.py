"""Every page of the console and endpoint of the API by every role, with own objects and those of others."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.ids import new_reference
from registry.officers import accounts, loans
from registry.officers.rights import RIGHTS, Role
from tests.officers.making import make_unit
from tests.pages.officers.signed_in import desk_of
from tests.pages.officers.walking import People, doors, filled, knock


@pytest.mark.thorough
# Every door by every role is many requests, and what the table says no database changes.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_the_table_alone_decides_for_programs_too(
    app: Flask, client: FlaskClient, session: Session, people: People
) -> None:
    make_unit(session)
    # It leaves the test's own session alone, which `client` commits and reads anew at each of a thousand requests.
    program = FlaskClient(app, app.response_class, use_cookies=True)
    for role in Role:
        person = people("it-invented-unit", role, email=f"{role}@authority.example")
        session.commit()
        for door in doors(app):
            if not door.is_api:
                continue
            address = door.address(**dict.fromkeys(door.arguments, new_reference()))
            status = knock(door, address, program, person.desk, person.token).status_code
            is_allowed = role in RIGHTS.get((door.resource, door.act), frozenset())
            assert (status != 403) == is_allowed, (str(door), role, status)
            assert status != 401, (str(door), role)
            assert status < 500, (str(door), role, status)


def test_without_a_token_no_program_gets_anything(app: Flask, client: FlaskClient, session: Session) -> None:
    for door in doors(app):
        if door.is_api:
            address = door.address(**dict.fromkeys(door.arguments, new_reference()))
            response = client.open(address, method=door.method, json={})
            assert (response.status_code, response.json["code"]) == (401, "not_signed_in"), str(door)


def telling(response: TestResponse, arguments: dict[str, str]) -> str:
    """What an answer says, without what differs between any two requests."""
    text = response.get_data(as_text=True)
    for reference in arguments.values():
        text = text.replace(reference, "")
    return f"{response.status_code} {response.location} {re.sub(r'[0-9a-f]{32}', '', text)}"


def test_what_is_anothers_is_as_what_never_was(
    app: Flask, client: FlaskClient, session: Session, people: People, things: dict[str, str]
) -> None:
    """Even for an officer with every role: unit scoping is no matter of roles."""
    make_unit(session, "it-other", "IT")
    stranger = people("it-other", *Role)
    walked = [door for door in doors(app) if door.arguments]
    assert len(walked) > 60
    for door in walked:
        there = filled(door, things)
        nowhere = {name: word if name == "act" else new_reference() for name, word in there.items()}
        answers = [
            telling(knock(door, door.address(**one), client, stranger.desk, stranger.token), one)
            for one in (there, nowhere)
        ]
        assert answers[0] == answers[1], str(door)
        assert answers[0].startswith(("404 ", "400 ", "415 ", "303 /console/own")), (str(door), answers[0][:90])


def test_the_things_of_the_walk_are_there_for_their_owner(
    app: Flask, client: FlaskClient, session: Session, things: dict[str, str]
) -> None:
    """Otherwise the walk would find the same nothing twice."""
    owner = accounts.officer_named(session, things["officer"])
    desk = desk_of(client, session, owner)
    known = {*things.values(), "suspend"}
    walked = [(door, filled(door, things)) for door in doors(app) if door.method == "GET" and door.arguments]
    seen = {
        door.rule.removeprefix("/console").removeprefix("/api/v1").split("/<")[0]
        for door, there in walked
        if set(there.values()) <= known
        and knock(door, door.address(**there), client, desk, things["owner"]).status_code == 200
    }
    assert seen >= {
        "/cases",
        "/sanctions",
        "/licences",
        "/licences/proposals",
        "/officers",
        "/channel-changes",
        "/collisions",
    }


def test_a_role_taken_away_ends_the_right_of_a_signed_in_officer(
    client: FlaskClient, session: Session, people: People
) -> None:
    make_unit(session)
    person, at = people("it-invented-unit", Role.SUPERVISOR), now()
    questions = {"Authorization": f"Bearer {person.token}"}

    def statuses() -> list[int]:
        return [
            person.desk.get("/console/officers").status_code,
            client.get("/api/v1/officers", headers=questions).status_code,
        ]

    assert statuses() == [200, 200]
    change = accounts.propose_roles(session, person.officer, [Role.TRIAGE], by="A", at=at)
    accounts.approve(session, change, by="B", at=at, today=at.date())
    assert statuses() == [403, 403]


def test_a_lent_role_is_a_right_while_it_is_lent(client: FlaskClient, session: Session, people: People) -> None:
    make_unit(session)
    lender = people("it-invented-unit", Role.SUPERVISOR)
    deputy, today = people("it-invented-unit", Role.TRIAGE, email="deputy@authority.example"), now().date()
    lent = loans.lend(Call(session, lender.officer, now()), deputy.officer, Role.SUPERVISOR, today, today)
    assert deputy.desk.get("/console/officers").status_code == 200
    # A deputy may approve what the lender proposed: they are two. Not what is about the deputy.
    own = accounts.propose_roles(session, deputy.officer, [Role.DECIDER], by=lender.officer.reference, at=now())
    assert deputy.desk.post(f"/console/officers/changes/{own.reference}/approve").status_code == 409
    assert accounts.own_roles(session, deputy.officer) == {Role.TRIAGE}
    loans.end_loan(session, lender.officer, lent.reference, today)
    assert deputy.desk.get("/console/officers").status_code == 403
