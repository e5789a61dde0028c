"""Channels, clones and previews by the API: unit scoping, versions as they were read, idempotency."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.core.ids import new_reference
from registry.core.keyring import Keyring
from registry.officers.models import Conflict
from registry.officers.rights import Role
from registry.register.agencies import record
from registry.register.agencies.models import PendingChannelChange
from registry.register.agencies.storage import row_ids
from registry.supervision.collisions.models import Collision, CollisionState
from registry.supervision.collisions.rules import Sign
from registry.supervision.licensing.models import DepositLine, Proposal
from tests.api.officers.requests import Program, program_of
from tests.make import licence_record, make_agency, public_record_of
from tests.officers.making import make_officer, make_unit
from tests.supervision.licensing.making import GROUND, today

ProgramFor = Callable[..., Program]
SITE = {"kind": "website", "value": "https://agency.example"}


@pytest.fixture
def program_for(client: FlaskClient, session: Session, keyring: Keyring) -> ProgramFor:
    make_unit(session, "cz-licensing", "CZ")
    make_unit(session)

    def make(name: str, unit: str = "cz-licensing") -> Program:
        email = f"{name.lower()}@authority.example"
        return program_of(
            client, session, make_officer(session, keyring, Role.LICENSING, unit=unit, name=name, email=email).officer
        )

    return make


@pytest.fixture
def agency(session: Session) -> record.Agency:
    return make_agency(session, licences=(licence_record(),))


@pytest.fixture
def pair(session: Session, agency: record.Agency) -> Collision:
    other = make_agency(session, country="IT", licences=(licence_record(country="IT"),))
    first, second = row_ids(session, [agency.agency_id, other.agency_id]).values()
    found = Collision(
        reference=new_reference(), first_id=first, second_id=second, signs=[Sign.ADDRESS], rank=15,
        state=CollisionState.OPEN, found_at=now(),
    )  # fmt: skip
    session.add(found)
    session.flush()
    return found


def test_a_preview_says_what_would_be_and_writes_nothing(
    client: FlaskClient, session: Session, program_for: ProgramFor, agency: record.Agency
) -> None:
    anna, franco = program_for("Anna"), program_for("Franco", unit="it-invented-unit")
    licence = agency.licences[0]
    body = {"act": "suspend", "about": licence.licence_id, "legal_ground": GROUND, "effective_on": str(today())}
    address = "/api/v1/licence-proposals"
    seen = anna.send("POST", "/api/v1/licence-previews", body).json
    assert (seen["licence"]["may_recruit_before"], seen["licence"]["may_recruit_after"]) == ("yes", "no")
    assert seen["before"] == client.get(f"/api/v1/agencies/{agency.agency_id}").json
    assert [one["status"] for one in seen["after"]["licences"][0]["status_history"]] == ["active", "suspended"]
    assert public_record_of(session, agency.agency_id) == agency
    assert session.execute(select(Proposal.id)).first() is None
    refused = anna.send("POST", "/api/v1/licence-previews", body | {"act": "reinstate"})
    assert (refused.status_code, refused.json["code"]) == (409, "illegal_move")
    assert franco.send("POST", "/api/v1/licence-previews", body).status_code == 404
    made = anna.send("POST", address, body).json["proposal_id"]
    later = anna.get(f"{address}/{made}/preview")
    assert (later.json["licence"], later.headers["ETag"]) == (seen["licence"], '"1"')
    # A change that came between is found before anyone approves something unseen.
    other = anna.send("POST", address, body | {"act": "amend", "stated": {"valid_to": "2030-01-01"}}).json
    boris = program_for("Boris")
    assert boris.send("POST", f"{address}/{other['proposal_id']}/approve", version=1).status_code == 200
    assert boris.get(f"{address}/{made}/preview").status_code == 409


def test_an_officer_of_another_authority_or_with_an_interest_reaches_nothing(
    session: Session, program_for: ProgramFor, agency: record.Agency, pair: Collision
) -> None:
    anna, boris = program_for("Anna"), program_for("Boris")
    make_unit(session, "ro-unit", "RO")
    stranger = program_for("Radu", unit="ro-unit")
    made = anna.send("POST", "/api/v1/channel-changes", SITE | {"agency_id": agency.agency_id})
    assert made.status_code == 201
    assert anna.send("POST", f"/api/v1/clone-warnings/{agency.agency_id}", {"text": "A."}).status_code == 201
    session.add(Conflict(officer_id=boris.officer.id, agency=agency.agency_id, since_on=today()))
    session.flush()
    for who, status in ((stranger, 404), (boris, 403)):
        for listed in ("channel-changes", "collisions", "clone-warnings"):
            assert who.get(f"/api/v1/{listed}").json == {"items": []}, listed
        for path, body in (
            ("channel-changes", SITE | {"agency_id": agency.agency_id}),
            (f"clone-warnings/{agency.agency_id}", {"text": "B."}),
        ):
            assert who.send("POST", f"/api/v1/{path}", body).status_code == status, path


def test_nothing_is_done_over_what_was_not_read(
    session: Session, program_for: ProgramFor, agency: record.Agency, pair: Collision
) -> None:
    anna, boris = program_for("Anna"), program_for("Boris")
    change = anna.send("POST", "/api/v1/channel-changes", SITE | {"agency_id": agency.agency_id})
    address, etag = f"/api/v1/channel-changes/{change.json['change_id']}", change.headers["ETag"]
    assert boris.send("POST", f"{address}/approve").status_code == 428
    assert boris.send("POST", f"{address}/approve", version=etag).json["state"] == "approved"
    assert boris.send("POST", f"{address}/refuse", version=etag).status_code == 412
    assert session.execute(select(PendingChannelChange.state)).scalar_one() == "approved"
    read = boris.get(f"/api/v1/collisions/{pair.reference}").headers["ETag"]
    pair.signs = [*pair.signs, Sign.PHONE]
    session.flush()
    refused = boris.send("POST", f"/api/v1/collisions/{pair.reference}/dismiss", {"text": "No."}, version=read)
    assert (refused.status_code, pair.state) == (412, CollisionState.OPEN)
    first = anna.send("POST", f"/api/v1/clone-warnings/{agency.agency_id}", {"text": "A."})
    anna.send("POST", f"/api/v1/clone-warnings/{agency.agency_id}", {"text": "B."})
    lift = f"/api/v1/clone-warnings/{agency.agency_id}/lift"
    assert boris.send("POST", lift, {"number": 1}, version=first.headers["ETag"]).status_code == 412
    assert [one.text for one in public_record_of(session, agency.agency_id).clone_warnings] == ["A.", "B."]


def test_what_is_sent_again_with_its_key_is_written_once(
    session: Session, program_for: ProgramFor, agency: record.Agency
) -> None:
    anna, boris = program_for("Anna"), program_for("Boris")
    paid = {
        "kind": "paid_in", "amount": "100", "currency": "CZK", "held_as": "cash", "held_by": "Invented Bank",
        "note": "Receipt 7", "happened_on": str(today()),
    }  # fmt: skip

    def enter(who: Program, body: object) -> int:
        headers = {"Authorization": f"Bearer {who.token}", "Idempotency-Key": "receipt-7-of-november"}
        return who.client.post(f"/api/v1/deposits/{agency.agency_id}", json=body, headers=headers).status_code

    assert enter(anna, {"kind": "paid_in"}) == 400
    assert [enter(anna, paid), enter(anna, paid), enter(anna, paid | {"amount": "9"})] == [201, 201, 422]
    assert session.execute(select(func.count()).select_from(DepositLine)).scalar_one() == 1
    # Another's key is another key.
    assert enter(boris, paid) == 201
