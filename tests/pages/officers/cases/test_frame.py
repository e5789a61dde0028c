"""The frame of a case's pages: unit scoping and an officer's own interests are checked before anything is shown."""

import re

from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.officers import accounts
from registry.officers.rights import Role
from tests.complaints.filing import file
from tests.make import make_agency
from tests.pages.officers.signed_in import OfficerClientFor, words_of


def test_a_case_has_its_header_and_stands_in_the_queue(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    case = file(session, sealer, {"country": "IT", "in_danger": "yes"}, at=now()).case
    desk = desk_for(Role.TRIAGE)
    assert case.reference in words_of(desk.get("/console/cases"))
    displayed = words_of(desk.get(f"/console/cases/{case.reference}"))
    assert f"Case {case.reference} P0 Received Italy" in displayed
    assert "First look:" in displayed


def test_another_units_case_is_as_one_that_never_was(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    case = file(session, sealer, {"country": "CZ", "deception": "yes"}, at=now()).case
    desk = desk_for(Role.SUPERVISOR)
    foreign, none = desk.get(f"/console/cases/{case.reference}"), desk.get("/console/cases/222222222222")
    assert (foreign.status_code, none.status_code) == (404, 404)
    assert telling(foreign, case.reference) == telling(none, "222222222222")
    assert case.reference not in words_of(desk.get("/console/cases"))


def test_an_officer_with_an_interest_in_the_agency_is_kept_out(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    agency = make_agency(session)
    given = {"country": "IT", "deception": "yes", "agency": {"agency_id": agency.agency_id}}
    case = file(session, sealer, given, at=now()).case
    desk = desk_for(Role.SUPERVISOR)
    assert desk.get(f"/console/cases/{case.reference}").status_code == 200
    accounts.declare_conflict(session, desk.officer, agency.agency_id, now().date())
    refused = desk.get(f"/console/cases/{case.reference}")
    assert refused.status_code == 403


def telling(response: TestResponse, reference: str) -> str:
    """The words of a page, without what differs between any two requests."""
    return re.sub(r"[0-9a-f]{32}", "", words_of(response).replace(reference, ""))
