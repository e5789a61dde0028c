"""Decisions and sanctions by the API: by the version that was read, within one's unit, and never one's own."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts
from registry.officers.rights import Role
from tests.api.officers.requests import Program, program_of
from tests.api.shapes import assert_as_documented
from tests.make import CZECH_AT_HOME
from tests.officers.making import make_officer
from tests.supervision.sanctions.making import LAW, UNIT, Licensed, drafted, looked_into, make_desk, make_held, today

BASE = "/api/v1/sanctions"


@pytest.fixture
def sealer(session: Session, keyring: Keyring) -> Sealer:
    sealer = Sealer(keyring)
    make_desk(session, sealer)
    return sealer


@pytest.fixture
def licensed(session: Session, sealer: Sealer) -> Licensed:
    return make_held(session)


@pytest.fixture
def lena(client: FlaskClient, session: Session, keyring: Keyring, licensed: Licensed) -> Program:
    return program(client, session, keyring, Role.LICENSING)


@pytest.fixture
def sara(client: FlaskClient, session: Session, keyring: Keyring, licensed: Licensed) -> Program:
    return program(client, session, keyring, Role.SUPERVISOR, Role.DECIDER)


def program(client: FlaskClient, session: Session, keyring: Keyring, *roles: Role, unit: str = UNIT) -> Program:
    email = f"{roles[0]}@{unit}.example"
    return program_of(client, session, make_officer(session, keyring, *roles, unit=unit, email=email).officer)


def proposal(existing: Licensed, **fields: object) -> dict[str, object]:
    stated = {"licence_id": existing.licence, "kind": "fine", "legal_ground": LAW, "effective_from": str(today())}
    return stated | fields


def test_it_is_approved_by_another_from_the_version_that_was_read(
    client: FlaskClient, licensed: Licensed, lena: Program, sara: Program
) -> None:
    key = "0123456789abcdef-sanction"
    made, again = (lena.send("POST", BASE, proposal(licensed, kind="revocation"), once=key) for _ in range(2))
    assert (made.status_code, again.status_code, again.json) == (201, 201, made.json)
    differs = lena.send("POST", BASE, proposal(licensed), once=key)
    assert (differs.status_code, differs.json["code"]) == (422, "repeat_differs")
    assert len(lena.get(BASE).json["items"]) == 1
    path = f"{BASE}/{made.json['sanction_id']}"
    refused = lena.send("POST", f"{path}/review", version=1)
    assert (refused.status_code, refused.json["code"]) == (409, "illegal_move")
    look = {"timing": "no_complaint", "teller": "The union"}
    version = lena.send("PUT", f"{path}/workers", look, version=1).json["version"]
    version = lena.send("POST", f"{path}/review", version=version).json["version"]
    assert lena.send("POST", f"{path}/approve", version=version).status_code == 403
    for sent, status in ((None, 428), (version - 1, 412), (version, 200), (version, 412), (version + 2, 409)):
        response = sara.send("POST", f"{path}/approve", version=sent)
        assert response.status_code == status, sent
        assert_as_documented(response, "approveSanction")
    answer = client.get("/api/v1/verify", query_string={"licence_number": licensed.number} | CZECH_AT_HOME).json
    assert answer is not None
    assert answer["verdict"] == "no"
    entry = sara.get(path).json["moves"][-1]["entry"]
    assert (
        client.get(f"/api/v1/agencies/{licensed.agency}/history").get_data(as_text=True).count(f'"index":{entry},') == 1
    )


def test_no_officer_approves_their_own_proposal_at_any_endpoint(licensed: Licensed, sara: Program) -> None:
    made = sara.send("POST", BASE, proposal(licensed)).json
    path = f"{BASE}/{made['sanction_id']}"
    version = sara.send("POST", f"{path}/review", version=made["version"]).json["version"]
    refused = sara.send("POST", f"{path}/approve", version=version)
    assert (refused.status_code, refused.json["code"]) == (409, "illegal_move")
    ways = {way["to"]: way["lacking"] for way in sara.get(path).json["ways"]}
    assert ways["approved"] == "own_proposal"


def test_what_is_anothers_is_not_there(
    client: FlaskClient,
    session: Session,
    keyring: Keyring,
    sealer: Sealer,
    licensed: Licensed,
    lena: Program,
    sara: Program,
) -> None:
    made = lena.send("POST", BASE, proposal(licensed)).json
    path = f"{BASE}/{made['sanction_id']}"
    foreign = program(client, session, keyring, Role.LICENSING, Role.DECIDER, unit="it-labour")
    assert foreign.get(BASE).json["items"] == []
    assert foreign.send("POST", BASE, proposal(licensed)).status_code == 400
    # An officer who reads no decisions learns of none, and one with an interest in the agency does nothing to it.
    case = looked_into(session, sealer, licensed)
    decision = drafted(session, sealer, case).reference
    on_it = proposal(licensed, decision_id=decision, case_version=case.case.version)
    assert lena.send("POST", BASE, on_it).status_code == 404
    assert lena.get(f"/api/v1/cases/{case.case.reference}/decisions").status_code == 403
    assert sara.send("POST", BASE, proposal(licensed, decision_id=decision)).status_code == 400
    assert sara.send("POST", BASE, on_it).status_code == 409
    accounts.declare_conflict(session, sara.officer, licensed.agency, now().date())
    assert sara.get(path).status_code == 403
    assert sara.get(f"/api/v1/cases/{case.case.reference}/decisions").status_code == 403


def test_a_decision_is_made_through_its_own_case_alone(
    session: Session, sealer: Sealer, licensed: Licensed, sara: Program
) -> None:
    case, other = looked_into(session, sealer, licensed), looked_into(session, sealer, licensed)
    decision = drafted(session, sealer, case).reference
    crossed = f"/api/v1/cases/{other.case.reference}/decisions/{decision}/make"
    assert sara.send("POST", crossed, version=case.case.version).status_code == 404
    made = sara.send(
        "POST", f"/api/v1/cases/{case.case.reference}/decisions/{decision}/make", version=case.case.version
    )
    assert (made.status_code, made.json["state"]) == (200, "made")
    assert made.headers["ETag"] == f'"{made.json["case_version"]}"'
    assert_as_documented(made, "makeDecision")
