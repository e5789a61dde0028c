"""Transfers in the console: asked for on the case's tab, answered on the other unit's page, and rows for both while it waits."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.parties.models import Transfer
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState, TransferState
from tests.complaints.filing import ORDINARY, URGENT, file
from tests.make import make_agency
from tests.pages.officers.signed_in import OfficerClient, OfficerClientFor, words_of

OTHER = "cz-labour"
REASON = "The workshop is across the border."


@pytest.fixture
def officer(desk_for: OfficerClientFor) -> OfficerClient:
    return desk_for(Role.INVESTIGATOR, name="A Investigator")


@pytest.fixture
def receiver(desk_for: OfficerClientFor) -> OfficerClient:
    return desk_for(Role.TRIAGE, name="R Receiver", unit=OTHER)


def asked(officer: OfficerClient, session: Session, case: Case, **fields: object) -> Transfer:
    form = {"unit": OTHER, "reason": REASON, "version": case.version} | fields
    response = officer.post(f"/console/cases/{case.reference}/transfers", **form)
    assert response.status_code == 303, words_of(response)
    return session.scalars(select(Transfer).order_by(Transfer.id.desc())).first()


def to_do(desk: OfficerClient) -> str:
    return words_of(desk.get("/console/"))


def test_a_case_is_handed_over_by_two_presses(
    session: Session, sealer: Sealer, officer: OfficerClient, receiver: OfficerClient
) -> None:
    case = file(session, sealer, ORDINARY).case
    tab = words_of(officer.get(f"/console/cases/{case.reference}/transfers"))
    assert "Labour office of CZ" in tab
    transfer = asked(officer, session, case)
    assert "Another unit asks you to take a case" in to_do(receiver)
    page = words_of(receiver.get(f"/console/transfers/{transfer.reference}"))
    assert REASON in page
    assert ORDINARY["account"] not in page
    assert "Macro" not in page, "the frame names the officer's own unit"
    taken = receiver.post(f"/console/transfers/{transfer.reference}/accept", version=transfer.version)
    assert (taken.status_code, taken.location) == (303, f"/console/cases/{case.reference}")
    assert ORDINARY["account"] in words_of(receiver.get(f"/console/cases/{case.reference}"))
    assert officer.get(f"/console/cases/{case.reference}").status_code == 404
    assert case.reference in words_of(officer.get("/console/transfers"))
    assert case.reference not in words_of(officer.get("/console/cases"))
    assert case.reference not in words_of(officer.get(f"/console/search?q={case.reference[:6]}")).replace(
        f"Search: {case.reference[:6]}", ""
    )


def test_the_other_unit_does_not_learn_which_agency_a_case_is_about_before_it_takes_it(
    session: Session, sealer: Sealer, officer: OfficerClient, receiver: OfficerClient
) -> None:
    agency = make_agency(session)
    case = file(session, sealer, {**ORDINARY, "agency": {"agency_id": agency.agency_id}}).case
    transfer = asked(officer, session, case)
    name = agency.names[0].name
    assert name in to_do(officer)
    assert name not in to_do(receiver)
    for address in ("/console/transfers", f"/console/transfers/{transfer.reference}"):
        assert name not in words_of(receiver.get(address))
    receiver.post(f"/console/transfers/{transfer.reference}/accept", version=transfer.version)
    assert name in to_do(receiver)


def test_a_refused_request_keeps_what_was_typed(
    session: Session, sealer: Sealer, officer: OfficerClient, receiver: OfficerClient
) -> None:
    case = file(session, sealer, ORDINARY).case
    address = f"/console/cases/{case.reference}/transfers"
    refused = officer.post(address, unit="it-labour", reason=REASON, version=case.version)
    assert refused.status_code == 400
    assert "must be another unit than your own" in words_of(refused)
    assert REASON in words_of(refused)


def test_a_case_that_is_kept_says_why(
    session: Session, sealer: Sealer, officer: OfficerClient, receiver: OfficerClient
) -> None:
    case = file(session, sealer, ORDINARY).case
    case.state = CaseState.CLOSED
    session.flush()
    tab = words_of(officer.get(f"/console/cases/{case.reference}/transfers"))
    assert "only while it is new, in triage, investigated" in tab
    assert "Ask this unit" not in tab


def test_a_unit_declines_and_the_officer_who_asked_has_a_row(
    session: Session, sealer: Sealer, officer: OfficerClient, receiver: OfficerClient
) -> None:
    case = file(session, sealer, ORDINARY).case
    transfer = asked(officer, session, case)
    address = f"/console/transfers/{transfer.reference}"
    assert "must say something" in words_of(receiver.post(f"{address}/decline", version=transfer.version, reason=" "))
    receiver.post(f"{address}/decline", version=transfer.version, reason="Not our side of the border.")
    assert transfer.state is TransferState.DECLINED
    assert "The other unit declined the case" in to_do(officer)
    assert "Not our side of the border." in words_of(officer.get(f"/console/cases/{case.reference}/transfers"))
    assert receiver.get(address).status_code == 404


def test_a_request_of_danger_is_a_row_of_both_units_supervisors_at_once_and_others_after_two_days(
    session: Session, sealer: Sealer, officer: OfficerClient, desk_for: OfficerClientFor
) -> None:
    head = desk_for(Role.SUPERVISOR, name="H Head")
    other = desk_for(Role.SUPERVISOR, name="O Other", unit=OTHER)
    calm = asked(officer, session, file(session, sealer, ORDINARY).case)
    late = "The other unit has not answered"
    assert late not in to_do(head)
    calm.due_at = now() - timedelta(minutes=1)
    session.flush()
    assert to_do(head).count(late) == 1
    asked(officer, session, file(session, sealer, URGENT).case)
    assert to_do(head).count(late) == 2
    assert to_do(other).count("Another unit asks you to take a case") == 2
    assert late not in to_do(officer)


def test_what_comes_along_from_officers_of_the_former_unit_is_a_row_of_the_new_one(
    session: Session, sealer: Sealer, officer: OfficerClient, receiver: OfficerClient
) -> None:
    case = file(session, sealer, ORDINARY).case
    officer.post(f"/console/cases/{case.reference}/tasks", task="Call the worker", version=case.version)
    transfer = asked(officer, session, case)
    receiver.post(f"/console/transfers/{transfer.reference}/accept", version=transfer.version)
    assert "A Investigator" in words_of(receiver.get(f"/console/cases/{case.reference}/notes")), "and keeps their name"
    assert f"/console/cases/{case.reference}/notes" in receiver.get("/console/").get_data(as_text=True)
