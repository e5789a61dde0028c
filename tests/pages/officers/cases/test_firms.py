"""Further agencies and employers of a case: sealed, of one unit, found by filter, search and interest, gone with the case."""

import re

import pytest
from sqlalchemy import func, select

from registry.complaints.case.models import Case
from registry.complaints.casework.models import CaseAgency, CaseEmployer, Employer
from registry.complaints.retention import purging
from registry.core.clock import now
from registry.http.transaction import services
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseState
from tests.complaints.filing import file
from tests.make import make_agency
from tests.pages.officers.signed_in import words_of

TOLD = {
    "country": "IT", "deception": "yes", "account": "Invented.", "employer": "Invented  Sewing SRL",
    "consent_agency": "yes",
}  # fmt: skip


@pytest.fixture
def agency(session):
    return make_agency(session)


@pytest.fixture
def filed(session, sealer, agency):
    return file(session, sealer, TOLD | {"agency": {"agency_id": agency.agency_id}}, at=now())


@pytest.fixture
def other(session):
    return make_agency(session, name="Second Invented Agency")


def address(case: Case) -> str:
    return f"/console/cases/{case.reference}"


def add(desk, case, agency, part="sender"):
    return desk.post(f"{address(case)}/agencies", agency=agency.agency_id, part=part, version=case.version)


def link(desk, case, **fields):
    return desk.post(f"{address(case)}/employers", employer_part="employer", version=case.version, **fields)


def test_a_further_agency_is_sealed_found_by_the_filter_and_leaves_the_first_the_main_one(
    session, filed, agency, other, desk_for
):
    desk, case = desk_for(Role.INVESTIGATOR), filed.case
    assert add(desk, case, other).status_code == 303
    row = session.scalars(select(CaseAgency)).one()
    assert other.agency_id not in row.sealed + row.digest
    page = words_of(desk.get(f"{address(case)}/firms"))
    assert page.index("main one") < page.index("Sending agency")
    for found in (agency, other):
        assert case.reference in words_of(desk.get(f"/console/cases?agency={found.agency_id}"))
    assert add(desk, case, other).status_code == 400, "twice"
    assert add(desk, case, agency).status_code == 400, "the main one"
    unknown = desk.post(f"{address(case)}/agencies", agency="Nobody Knows Ltd", part="sender", version=case.version)
    assert unknown.status_code == 400
    assert 'value="Nobody Knows Ltd"' in unknown.get_data(as_text=True)
    case.state = CaseState.INVESTIGATING
    session.commit()
    hearing = desk.get(f"{address(case)}/hearings/new").get_data(as_text=True)
    assert re.findall(r'<option value="(\w{12})"', hearing) == [agency.agency_id, other.agency_id]
    removed = desk.post(f"{address(case)}/agencies/{row.reference}/remove", version=case.version)
    assert removed.status_code == 303
    assert case.reference not in words_of(desk.get(f"/console/cases?agency={other.agency_id}"))


def test_an_interest_in_a_further_agency_closes_the_case(session, filed, other, desk_for):
    desk, colleague = desk_for(Role.INVESTIGATOR), desk_for(Role.SUPERVISOR, name="Carla")
    accounts.declare_conflict(session, colleague.officer, other.agency_id, now().date())
    assert colleague.get(address(filed.case)).status_code == 200
    assert link(desk, filed.case, name="Invented Sewing").status_code == 303
    assert add(desk, filed.case, other).status_code == 303
    employer = session.scalars(select(Employer)).one()
    for path in ("", "/firms", "/notes", "/events", "/hearings"):
        assert colleague.get(address(filed.case) + path).status_code == 403, path
    assert filed.case.reference in words_of(desk.get(f"/console/employers/{employer.reference}"))
    assert filed.case.reference not in words_of(colleague.get(f"/console/employers/{employer.reference}"))


def test_an_employer_links_the_cases_of_its_unit_and_is_suggested_by_its_folded_name(
    session, sealer, filed, agency, desk_for
):
    desk, case = desk_for(Role.INVESTIGATOR), filed.case
    details = {"name": "ＩＮＶＥＮＴＥＤ sewing Srl", "country": "IT", "place": "Prato", "register_number": "PO-123456"}
    assert link(desk, case, **details).status_code == 303
    employer = session.scalars(select(Employer)).one()
    assert "Prato" not in employer.sealed
    second = file(session, sealer, TOLD, at=now()).case
    page = desk.get(f"{address(second)}/firms").get_data(as_text=True)
    assert f'name="employer" value="{employer.reference}"' in page, "called like the words of the complainant"
    assert link(desk, second, employer=employer.reference).status_code == 303
    shown = words_of(desk.get(f"/console/employers/{employer.reference}"))
    assert case.reference in shown
    assert second.reference in shown
    for typed in ("sewing", "po 123456"):
        found = desk.get(f"/console/search?q={typed}")
        assert employer.reference in found.headers.get("Location", "") + found.get_data(as_text=True), typed


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": " "}, "Name"),
        ({"name": "x" * 10_000}, "Name"),
        ({"name": "Another", "country": "Mars"}, "Country"),
        ({"name": "Invented Sewing"}, "Name"),
        ({"name": "Another", "register_number": "PO 123456"}, "Register number"),
        ({"employer": "NXSUCHFIRM22"}, "Reference, if it is known already"),
    ],
)
def test_an_employer_that_is_wrong_or_known_is_refused(session, filed, desk_for, fields, wrong):
    desk = desk_for(Role.INVESTIGATOR)
    assert link(desk, filed.case, name="Invented Sewing", register_number="PO-123456").status_code == 303
    refused = link(desk, filed.case, **fields)
    assert refused.status_code == 400
    assert f"{wrong} :" in words_of(refused) or f"{wrong}:" in words_of(refused)
    assert session.scalar(select(func.count()).select_from(Employer)) == 1


def test_another_unit_sees_no_employer(session, sealer, filed, desk_for):
    assert link(desk_for(Role.INVESTIGATOR), filed.case, name="Invented Sewing").status_code == 303
    employer = session.scalars(select(Employer)).one()
    foreign = desk_for(Role.SUPERVISOR, unit="cz-labour", name="Foreign")
    case = file(session, sealer, TOLD | {"country": "CZ", "employer": "Invented Sewing"}, at=now()).case
    assert foreign.get(f"/console/employers/{employer.reference}").status_code == 404
    assert link(foreign, case, employer=employer.reference).status_code == 400
    assert employer.reference not in foreign.get(f"{address(case)}/firms").get_data(as_text=True)
    assert "Sewing" not in words_of(foreign.get("/console/search?q=sewing")).replace("sewing", "")
    assert link(foreign, case, name="Invented Sewing").status_code == 303
    digests = session.scalars(select(Employer.name_digest)).all()
    assert len(set(digests)) == 2, "equal names of two units cannot be told to be equal"


def test_an_employer_is_corrected_and_forgotten_with_its_last_case(app, session, sealer, filed, other, desk_for):
    desk, case = desk_for(Role.INVESTIGATOR), filed.case
    link(desk, case, name="Invented Sewing")
    add(desk, case, other)
    employer = session.scalars(select(Employer)).one()
    at = f"/console/employers/{employer.reference}"
    assert desk.post(at, name="Invented Weaving", country="IT", version=1).status_code == 303
    assert desk.post(at, name="Too late", version=1).status_code == 409
    assert "Invented Weaving" in words_of(desk.get(at))
    case.state, case.purge_on = CaseState.CLOSED, now().date()
    session.commit()
    purging.purge(services(app).sessions, sealer, now())
    for table in (CaseAgency, CaseEmployer, Employer):
        assert session.scalar(select(func.count()).select_from(table)) == 0, table
