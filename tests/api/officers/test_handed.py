"""Hearings and referrals by the API: same rights as on the pages, and no change that was made meanwhile is lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.api.officers.referrals import RECEIVED_REFERRAL
from registry.complaints.parties.referrals.content import Handed, HandedFile
from registry.complaints.parties.referrals.portal import Listed, Received
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import ConsentKind, FileKind, ReferralState
from tests.api.officers.requests import Program, program_of
from tests.complaints.filing import make_units
from tests.complaints.parties.hearings.making import ALLEGATION, SPOKEN, WRITTEN, Heard, heard_case, served
from tests.complaints.parties.referrals.making import HIDDEN, UNION, file_with_name, make_partner
from tests.officers.making import make_officer

ProgramOf = Callable[..., Program]


@pytest.fixture
def sealer(session: Session, keyring: Keyring) -> Sealer:
    sealer = Sealer(keyring)
    make_units(session, sealer)
    return sealer


@pytest.fixture
def program_for(client: FlaskClient, session: Session, keyring: Keyring, sealer: Sealer) -> ProgramOf:
    def make(*roles: Role, unit: str = "it-labour", name: str = "Invented Officer") -> Program:
        email = f"{name.lower().replace(' ', '.')}@{unit}.example"
        program = program_of(
            client, session, make_officer(session, keyring, *roles, unit=unit, name=name, email=email).officer
        )
        session.commit()
        return program

    return make


@pytest.fixture
def case(session: Session, sealer: Sealer, keyring: Keyring) -> Heard:
    return heard_case(session, sealer, keyring)


def test_a_draft_that_is_sent_again_leads_to_the_one_that_was_made(
    session: Session, sealer: Sealer, case: Heard, program_for: ProgramOf
) -> None:
    make_partner(session, sealer)
    program, colleague = program_for(Role.INVESTIGATOR), program_for(Role.INVESTIGATOR, name="Second Officer")
    for noun, body, other in (
        ("hearings", {"allegation": ALLEGATION}, {"allegation": "Anew."}),
        (
            "referrals",
            {"partner": UNION, "expires_on": str(now().date() + timedelta(days=30)), "note": "Visit."},
            {"partner": UNION, "expires_on": str(now().date() + timedelta(days=30)), "note": "Do not."},
        ),
        (
            "decisions",
            {"outcome": "upheld", "reasons": "Found so.", "summary": "It was.", "object_days": 60},
            {"outcome": "upheld", "reasons": "Otherwise.", "summary": "It was.", "object_days": 60},
        ),
    ):
        path, key = f"/api/v1/cases/{case.reference}/{noun}", f"{noun}-0123456789abcdef"
        version = int(program.get(path).headers["ETag"].strip('"'))
        # What is refused takes no key: the same is sent again once it is put right.
        assert program.send("POST", path, body, version=version + 7, once=key).status_code == 412, noun
        made = program.send("POST", path, body, version=version, once=key)
        assert made.status_code == 201, made.json
        # The connection broke off: it knows neither what was made nor that the case has another version now.
        again = program.send("POST", path, body, version=version, once=key)
        (reference,) = {name: one for name, one in made.json.items() if name in _IDS}.values()
        assert (again.status_code, again.json) == (201, made.json), noun
        differs = program.send("POST", path, other, version=version, once=key)
        assert (differs.status_code, differs.json["code"]) == (422, "repeat_differs"), noun
        assert program.send("POST", path, body, once=key).status_code == 428
        assert program.send("POST", path, body, version=version).status_code in (409, 412), (
            "without a key it is another"
        )
        # Another's key is another key, and says nothing of this one.
        assert colleague.send("POST", path, body, version=version, once=key).status_code in (409, 412)
        assert [one for item in program.get(path).json["items"] for one in item.values()].count(reference) == 1
    version = int(program.get(f"/api/v1/cases/{case.reference}/hearings").headers["ETag"].strip('"'))
    path, body = (
        f"/api/v1/cases/{case.reference}/access-grants/break-glass",
        {"hours": 2, "reason": "She is in danger."},
    )
    requested, again = (program.send("POST", path, body, version=version, once="0123456789abcdef") for _ in range(2))
    assert (requested.status_code, again.json) == (201, requested.json)
    assert program.send("POST", path, body, version=version).status_code in (409, 412)


_IDS = ("hearing_id", "referral_id", "decision_id")


def test_a_text_that_tells_who_complained_is_refused_by_line_and_never_quoted(
    case: Heard, program_for: ProgramOf
) -> None:
    program = program_for(Role.INVESTIGATOR)
    cases = f"/api/v1/cases/{case.reference}/hearings"
    version = program.get(cases).headers["ETag"].strip('"')
    refused = program.send("POST", cases, {"allegation": f"So it is:\n{SPOKEN}"}, version=int(version))
    assert refused.status_code == 400
    [fault] = refused.json["errors"]
    assert fault["parameter"] == "allegation"
    assert fault["detail"].startswith("line 2 repeats")
    assert "passport" not in refused.get_data(as_text=True)


def test_no_officer_approves_an_own_draft(
    session: Session, sealer: Sealer, case: Heard, program_for: ProgramOf
) -> None:
    both = program_for(Role.INVESTIGATOR, Role.SUPERVISOR)
    cases = f"/api/v1/cases/{case.reference}/hearings"
    version = int(both.get(cases).headers["ETag"].strip('"'))
    made = both.send("POST", cases, {"allegation": ALLEGATION, "could_complain": 9}, version=version)
    path = f"/api/v1/hearings/{made.json['hearing_id']}"
    assert both.send("POST", f"{path}/hand-in", version=1).status_code == 200
    own = both.send("POST", f"{path}/approve", {}, version=2)
    assert (own.status_code, own.json["code"]) == (409, "illegal_move")
    other = program_for(Role.SUPERVISOR, name="Second Officer")
    assert other.send("POST", f"{path}/approve", {}, version=2).status_code == 200
    assert other.send("POST", f"{path}/approve", {}, version=3).status_code == 409


def test_an_agency_reads_the_hearing_and_nothing_else(
    session: Session, sealer: Sealer, keyring: Keyring, case: Heard, program_for: ProgramOf
) -> None:
    hearing = served(session, sealer, case)
    hearing.answer_by = now().date()
    rep = program_for(Role.AGENCY_REP, unit=case.desk, name="Agency Person")
    path = f"/api/v1/served-hearings/{hearing.reference}"
    displayed = rep.get(path)
    text = displayed.get_data(as_text=True) + rep.get("/api/v1/served-hearings").get_data(as_text=True)
    assert ALLEGATION in text
    for canary in (case.reference, case.filed.box.reference, SPOKEN, WRITTEN, "A. Anna", "C. Carla"):
        assert canary not in text
    other = program_for(Role.AGENCY_REP, unit=heard_case(session, sealer, keyring).desk, name="Other Person")
    version = int(displayed.headers["ETag"].strip('"'))
    assert other.get(path).status_code == 404
    assert other.send("PUT", f"{path}/draft", {"text": "x"}, version=version).status_code == 404
    assert other.send("POST", f"{path}/answer", {"text": "x"}, version=version).status_code == 404
    assert other.get("/api/v1/served-hearings").json == {"items": []}
    for officers in (f"/api/v1/hearings/{hearing.reference}", f"/api/v1/cases/{case.reference}/hearings"):
        assert rep.get(officers).status_code == 404
    assert rep.send("POST", f"{path}/answer", {"text": "No."}, version=version).status_code == 200
    officer = program_for(Role.INVESTIGATOR)
    assert officer.get(path).status_code == 403
    assert officer.get(f"/api/v1/hearings/{hearing.reference}").json["answer"] == "No."


def test_a_referral_of_another_partner_is_not_there(session: Session, sealer: Sealer, program_for: ProgramOf) -> None:
    for partner in (UNION, "it-ngo"):
        make_partner(session, sealer, partner)
    case = file_with_name(session, sealer, consents=(ConsentKind.UNION,))
    own = program_for(Role.INVESTIGATOR, Role.SUPERVISOR)
    cases = f"/api/v1/cases/{case.reference}/referrals"
    body = {"partner": UNION, "expires_on": str(now().date() + timedelta(days=9)), "answers": [case.piece("account")]}
    version = int(own.get(cases).headers["ETag"].strip('"'))
    reference = own.send("POST", cases, body, version=version).json["referral_id"]
    path = f"/api/v1/referrals/{reference}"
    partner, other = program_for(Role.PARTNER, unit=UNION), program_for(Role.PARTNER, unit="it-ngo")
    received = f"/api/v1/received-referrals/{reference}"
    assert partner.get(received).status_code == 404
    assert own.send("POST", f"{path}/send", version=2).status_code == 200
    text = partner.get(received).get_data(as_text=True)
    for canary in (case.reference, HIDDEN, "wx-her", "A. Anna"):
        assert canary not in text
    assert other.get(received).status_code == 404
    for step, body in (("accept", None), ("decline", {"reason": "x"}), ("reports", {"text": "x"})):
        assert other.send("POST", f"{received}/{step}", body, version=3).status_code == 404, step
        assert partner.get(path).status_code == 403


def test_an_officer_with_an_interest_in_the_agency_reads_no_referral(
    session: Session, sealer: Sealer, case: Heard, program_for: ProgramOf
) -> None:
    program = program_for(Role.INVESTIGATOR, Role.SUPERVISOR)
    accounts.declare_conflict(session, program.officer, case.agency, now().date())
    session.commit()
    assert program.get(f"/api/v1/cases/{case.reference}/referrals").status_code == 403


def test_the_key_of_a_file_that_goes_along_is_in_no_answer() -> None:
    handed = Handed("note", files=(HandedFile("23456789ABCD", "note.txt", FileKind.TXT, "00ff" * 16),))
    listed = Listed("23456789ABCD", ReferralState.ACCEPTED, now().date(), now().date(), {"en": "Invented Unit"})
    answer = RECEIVED_REFERRAL.write(Received(listed, 1, handed, {}, []))
    assert answer["handed"]["files"] == [{"file_id": "23456789ABCD", "name": "note.txt", "kind": FileKind.TXT}]
    assert "00ff" not in str(answer)
