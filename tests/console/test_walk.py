"""The walk: every door of the console and of the API by every role, with what is one's own and what is another's."""

import re
from collections.abc import Callable
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.case_terms import ConsentKind
from registry.clock import now
from registry.complaints.sealing import Sealer
from registry.desk_terms import LicenceAct
from registry.ids import new_reference
from registry.keyring import Keyring
from registry.officers import accounts, tokens
from registry.officers.models import Officer, RoleHeld
from registry.officers.rights import RIGHTS, Role
from tests.complaints.hearings import making as hearings
from tests.complaints.openings import making as openings
from tests.complaints.referrals import making as referrals
from tests.console.signed_in import Desk, desk_of
from tests.console.walking import Door, doors, knock
from tests.licensing import making as licensing
from tests.make import told
from tests.officers.making import make_officer, make_unit
from tests.sanctions import making as sanctions


class Person(NamedTuple):
    """An officer with his browser and his program."""

    desk: Desk
    token: str

    @property
    def officer(self) -> Officer:
        return self.desk.officer


People = Callable[..., Person]


@pytest.fixture
def people(client: FlaskClient, session: Session, keyring: Keyring) -> People:
    def make(unit: str, *roles: Role, email: str = "walker@authority.example") -> Person:
        """With any roles, even such as nobody may have together."""
        officer = make_officer(session, keyring, Role.LICENSING, unit=unit, email=email).officer
        for held in session.query(RoleHeld).where(RoleHeld.officer_id == officer.id):
            session.delete(held)
        at = now()
        session.add_all([RoleHeld(officer_id=officer.id, role=role, since_on=at.date()) for role in roles])
        token = tokens.make(session, officer, "walk", 9, at=at, today=at.date())[1]
        return Person(desk_of(client, session, officer), token)

    return make


def test_the_table_alone_decides_for_programs_too(
    app: Flask, client: FlaskClient, session: Session, people: People
) -> None:
    make_unit(session)
    for role in Role:
        person = people("it-invented-unit", role, email=f"{role}@authority.example")
        for door in doors(app):
            if not door.is_api:
                continue
            address = door.address(**dict.fromkeys(door.arguments, new_reference()))
            status = knock(door, address, client, person.desk, person.token).status_code
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


@pytest.fixture
def things(session: Session, keyring: Keyring, people: People) -> dict[str, str]:
    """References of what belongs to a unit, an authority, an agency and a partner, by what they are."""
    sealer = Sealer(keyring)
    sanctions.make_desk(session, sealer)
    held = sanctions.make_held(session)
    case, decision = sanctions.decided_case(session, sealer, held)
    sanction = sanctions.proposed(session, sealer, held)
    agency = told(session, held.agency)
    proposal = licensing.proposed(session, LicenceAct.SUSPEND, agency.licences[0])
    heard = hearings.heard_case(session, sealer, keyring)
    hearing = hearings.served(session, sealer, heard)
    referrals.make_partner(session, sealer)
    referral = referrals.sent(session, sealer, referrals.told(session, sealer, consents=(ConsentKind.UNION,)))
    opening = openings.asked(session, sealer, heard.reference)
    owner = people(sanctions.UNIT, *Role, email="owner@authority.example")
    change = accounts.propose_roles(session, owner.officer, [Role.TRIAGE], by="somebody", at=now())
    (token,) = tokens.tokens_of(session, owner.officer, now().date())
    return {
        "case": case.case.reference,
        "decision": decision.reference,
        "sanction": sanction.reference,
        "licence": held.licence,
        "agency": held.agency,
        "proposal": proposal.reference,
        "hearing": hearing.reference,
        "referral": referral.reference,
        "opening": opening.reference,
        "officer": owner.officer.reference,
        "change": change.reference,
        "token": token.reference,
        "owner": owner.token,
    }


OF = (
    ("/licences/agencies/", "agency"),
    ("/licences/proposals/", "proposal"),
    ("/licences/", "licence"),
    ("/officers/changes/", "change"),
    ("/officers/", "officer"),
    ("/sanctions/", "sanction"),
    ("/hearings/", "hearing"),
    ("/referrals/", "referral"),
    ("/openings/", "opening"),
    ("/cases/", "case"),
)
"""What `<reference>` is a reference of, by the beginning of the address; other arguments say it by their names."""


def filled(door: Door, things: dict[str, str]) -> dict[str, str]:
    """Arguments of an address: of things that are there, or random where there is none of the kind."""
    path = door.rule.removeprefix("/console").removeprefix("/api/v1")
    kind = next((of for beginning, of in OF if path.startswith(beginning)), "")
    found = {}
    for name in door.arguments:
        named = kind if name == "reference" else name.removesuffix("_id")
        found[name] = "suspend" if name == "act" else things.get(named) or new_reference()
    return found


def telling(response: TestResponse, arguments: dict[str, str]) -> str:
    """What an answer says, without what differs between any two requests."""
    text = response.get_data(as_text=True)
    for reference in arguments.values():
        text = text.replace(reference, "")
    return f"{response.status_code} {response.location} {re.sub(r'[0-9a-f]{32}', '', text)}"


def test_what_is_anothers_is_as_what_never_was(
    app: Flask, client: FlaskClient, session: Session, people: People, things: dict[str, str]
) -> None:
    """Even for an officer with every role: the wall is no matter of roles."""
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
    assert seen >= {"/cases", "/sanctions", "/licences", "/licences/proposals", "/officers"}


def test_a_role_taken_away_ends_the_right_of_whoever_is_signed_in(
    client: FlaskClient, session: Session, people: People
) -> None:
    make_unit(session)
    person, at = people("it-invented-unit", Role.SUPERVISOR), now()
    asks = {"Authorization": f"Bearer {person.token}"}

    def statuses() -> list[int]:
        return [
            person.desk.get("/console/officers").status_code,
            client.get("/api/v1/officers", headers=asks).status_code,
        ]

    assert statuses() == [200, 200]
    change = accounts.propose_roles(session, person.officer, [Role.TRIAGE], by="A", at=at)
    accounts.approve(session, change, by="B", at=at, today=at.date())
    assert statuses() == [403, 403]


def test_a_lent_role_is_a_right_while_it_is_lent(client: FlaskClient, session: Session, people: People) -> None:
    make_unit(session)
    lender = people("it-invented-unit", Role.SUPERVISOR)
    deputy, today = people("it-invented-unit", Role.TRIAGE, email="deputy@authority.example"), now().date()
    lent = accounts.lend(session, lender.officer, deputy.officer, Role.SUPERVISOR, today, today, today)
    assert deputy.desk.get("/console/officers").status_code == 200
    # What his lender proposed he may approve: they are two. What is about himself he may not.
    own = accounts.propose_roles(session, deputy.officer, [Role.DECIDER], by=lender.officer.reference, at=now())
    assert deputy.desk.post(f"/console/officers/changes/{own.reference}/approve").status_code == 400
    assert accounts.own_roles(session, deputy.officer) == {Role.TRIAGE}
    accounts.end_loan(session, lender.officer, lent.reference, today)
    assert deputy.desk.get("/console/officers").status_code == 403
