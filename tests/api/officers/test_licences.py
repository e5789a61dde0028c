"""Licensing by the API: the verdict before and after, versions, two persons, and unit scoping."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.core.keyring import Keyring
from registry.officers.models import Conflict
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.supervision.licensing.models import Proposal
from tests.api.officers.requests import Program, program_of
from tests.make import CZECH_AT_HOME, make_licence, make_source
from tests.officers.making import make_officer, make_unit
from tests.supervision.licensing.making import GROUND, holder_of, today

PROPOSALS = "/api/v1/licence-proposals"

ProgramFor = Callable[..., Program]


@pytest.fixture
def program_for(client: FlaskClient, session: Session, keyring: Keyring) -> ProgramFor:
    make_unit(session, "cz-licensing", "CZ")
    make_unit(session)

    def make(name: str, *roles: Role, unit: str = "cz-licensing") -> Program:
        email = f"{name.lower()}@authority.example"
        made = make_officer(session, keyring, *(roles or (Role.LICENSING,)), unit=unit, name=name, email=email)
        return program_of(client, session, made.officer)

    return make


@pytest.fixture
def licence(session: Session) -> record.Licence:
    make_source(session, "IT")
    return make_licence(session)


def body(licence: record.Licence, act: str = "suspend", **stated: object) -> dict[str, object]:
    return {
        "act": act, "about": licence.licence_id, "legal_ground": GROUND, "effective_on": str(today()), "stated": stated
    }  # fmt: skip


def verdict(client: FlaskClient, licence: record.Licence) -> str:
    answer = client.get("/api/v1/verify", query_string={"licence_number": licence.number} | CZECH_AT_HOME)
    assert answer.json is not None
    return str(answer.json["verdict"])


def test_a_proposal_changes_the_verdict_once_another_approves_the_version_that_was_read(
    client: FlaskClient, program_for: ProgramFor, licence: record.Licence
) -> None:
    anna, boris = program_for("Anna"), program_for("Boris")
    made = anna.send("POST", PROPOSALS, body(licence))
    assert (made.status_code, made.headers["ETag"], verdict(client, licence)) == (201, '"1"', "yes")
    address = f"{PROPOSALS}/{made.json['proposal_id']}"
    own = anna.send("POST", f"{address}/approve", version=1)
    assert (own.status_code, own.json["code"], verdict(client, licence)) == (409, "act_refused", "yes")
    done = boris.send("POST", f"{address}/approve", version=1)
    assert (done.status_code, done.json["state"], verdict(client, licence)) == (200, "applied", "no")
    assert boris.send("POST", f"{address}/approve", version=2).status_code == 409


def test_what_is_wrong_names_the_field_and_nothing_is_written(
    session: Session, program_for: ProgramFor, licence: record.Licence
) -> None:
    anna = program_for("Anna")
    for stated, field in (
        ({"to_on": "soon"}, "to_on"),
        ({"to_on": 5}, "to_on"),
        ({"colour": "red"}, "colour"),
        ({"ground_text": "x\u202ey"}, "ground_text"),
        ({"ground_text": "x" * 2001}, "ground_text"),
    ):
        refused = anna.send("POST", PROPOSALS, body(licence, **stated))
        assert (refused.status_code, [one["parameter"] for one in refused.json["errors"]]) == (400, [field])
    assert session.execute(select(Proposal.id)).first() is None


def test_another_authority_finds_nothing_and_an_officer_with_an_interest_is_kept_out(
    session: Session, program_for: ProgramFor, licence: record.Licence
) -> None:
    anna, franco, boris = program_for("Anna"), program_for("Franco", unit="it-invented-unit"), program_for("Boris")
    made = anna.send("POST", PROPOSALS, body(licence)).json
    session.add(Conflict(officer_id=boris.officer.id, agency=made["agency_id"], since_on=today()))
    assert franco.get(PROPOSALS).json == {"items": []}
    assert boris.get(PROPOSALS).json == {"items": []}
    for who, status in ((franco, 404), (boris, 403)):
        assert who.send("POST", PROPOSALS, body(licence, "revoke")).status_code == status
    assert len(session.execute(select(Proposal)).scalars().all()) == 1
    assert holder_of(session, licence.licence_id).licences[0] == licence
