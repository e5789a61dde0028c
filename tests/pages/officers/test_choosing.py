"""Agencies and cases are chosen by what officers know of them, and what leads to none keeps all that was typed."""

import re

import pytest
from sqlalchemy.orm import Session

from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.officers.rights import Role
from registry.register.agencies import record
from tests.complaints.filing import file
from tests.complaints.parties.hearings.making import ALLEGATION, heard_case
from tests.make import make_agency, name_record
from tests.pages.officers.signed_in import OfficerClient, version_on, words_of


def named(session: Session, *names: str, **facts: object) -> record.Agency:
    agency = make_agency(session, names=tuple(name_record(one) for one in names), **facts)
    session.commit()
    return agency


@pytest.fixture
def case(session: Session, sealer: Sealer, keyring: Keyring) -> str:
    """A case whose agency was typed, not picked from the registry."""
    return heard_case(session, sealer, keyring, agency={"name": "Agenzia Uno"}).reference


def written(desk: OfficerClient, case: str, **typed: str):
    at = f"/console/cases/{case}/hearings/new"
    form = {"allegation": ALLEGATION, "could_complain": "12", "version": version_on(desk, at)}
    return desk.post(at, **(form | typed))


def test_a_hearing_takes_the_agency_by_its_name(session, sealer, desk_for, case):
    agency = named(session, "Agenzia Inventata Uno S.r.l.", country="IT")
    answer = written(desk_for(Role.INVESTIGATOR), case, agency="agenzia inventata uno s.r.l.")
    assert answer.status_code == 303, words_of(answer)
    assert session.query(Hearing).one().agency == agency.agency_id


def test_a_name_of_none_keeps_the_allegation_and_offers_who_may_be_meant(session, sealer, desk_for, case):
    agency = named(session, "Agenzia Inventata Uno S.r.l.", country="IT")
    desk = desk_for(Role.INVESTIGATOR)
    refused = written(desk, case, agency="Agenzia Uno")
    body = refused.get_data(as_text=True)
    assert refused.status_code == 400
    assert f">{ALLEGATION}</textarea>" in body
    assert 'value="Agenzia Uno"' in body
    assert f'name="agency_choice" value="{agency.agency_id}"' in body
    chosen = written(desk, case, agency="Agenzia Uno", agency_choice=agency.agency_id)
    assert chosen.status_code == 303, words_of(chosen)
    assert session.query(Hearing).one().agency == agency.agency_id


def test_a_fault_stands_beside_its_field_and_the_summary_is_read_first(session, desk_for, case):
    body = written(desk_for(Role.INVESTIGATOR), case, agency="Nobody At All Ltd").get_data(as_text=True)
    assert "<title>Error: " in body
    assert re.search(r'<div class="fault" role="alert" tabindex="-1" autofocus', body)
    assert '<a href="#agency"><b>Agency</b></a>' in body
    field = re.search(r'<span class="fault" id="fault-agency">([^<]+)</span><input[^>]*id="agency"[^>]*>', body)
    assert field is not None
    assert 'aria-invalid="true"' in field[0]
    assert 'fault-agency"' in field[0].partition("<input")[2]
    assert "type its name" in field[1]


def test_the_summary_calls_a_field_as_the_form_does(session, desk_for, case):
    agency = named(session, "Agenzia Inventata Uno S.r.l.", country="IT")
    answer = written(desk_for(Role.INVESTIGATOR), case, agency=agency.agency_id, allegation="")
    assert '<a href="#allegation"><b>What the agency is asked about</b></a>' in answer.get_data(as_text=True)


def test_suggestions_are_found_in_another_script_and_by_number(session, desk_for, sealer):
    agency = named(session, "杭州虚构劳务有限公司", country="CN")
    desk = desk_for(Role.TRIAGE)
    for typed in ("杭州虚构", agency.agency_id.lower(), "Hangzhou Xugou"):
        found = desk.post("/console/agencies", typed=typed).get_json()
        assert [one["reference"] for one in found] == [agency.agency_id], typed
    assert desk.post("/console/agencies", typed="  ").get_json() == []


def test_the_queue_is_filtered_by_an_agency_s_name(session, sealer, desk_for):
    agency = named(session, "Agenzia Inventata Due", country="IT")
    about = file(session, sealer, {"country": "IT", "deception": "yes", "agency": {"agency_id": agency.agency_id}}).case
    file(session, sealer, {"country": "IT", "deception": "yes"})
    session.commit()
    body = desk_for(Role.TRIAGE).get("/console/cases?agency=Agenzia+Inventata+Due").get_data(as_text=True)
    assert re.findall(r'<th scope="row"><a href="/console/cases/(\w+)">', body) == [about.reference]


def test_a_filter_that_cannot_be_read_stays_in_the_form(session, sealer, desk_for):
    file(session, sealer, {"country": "IT", "deception": "yes"}, at=now())
    session.commit()
    refused = desk_for(Role.TRIAGE).get("/console/cases?agency=Uno&priority=p2")
    body = refused.get_data(as_text=True)
    assert refused.status_code == 400
    assert re.search(r'<input name="agency" value="Uno"[^>]*aria-invalid="true"', body)
    assert '<option value="p2" selected>' in body
    assert "Nothing was saved" not in body


@pytest.mark.parametrize("typed", ["zzzz", "no such number", "2345678923C4"])
def test_a_case_number_that_is_none_is_said_beside_the_field(session, sealer, desk_for, typed):
    file(session, sealer, {"country": "IT", "deception": "yes"}, at=now())
    session.commit()
    refused = desk_for(Role.TRIAGE).get(f"/console/cases?case={typed}")
    body = refused.get_data(as_text=True)
    assert refused.status_code == 400
    assert "no case of this unit has a number that begins so" in body
    assert f'value="{typed}"' in body


def test_the_beginning_of_a_number_leads_to_a_case_in_the_unit_alone(session, sealer, desk_for):
    mine = file(session, sealer, {"country": "IT", "deception": "yes"}, at=now()).case
    other = file(session, sealer, {"country": "CZ", "deception": "yes"}, at=now()).case
    session.commit()
    desk = desk_for(Role.TRIAGE)
    assert desk.get(f"/console/cases?case={mine.reference[:5].lower()}").location == f"/console/cases/{mine.reference}"
    assert desk.get(f"/console/cases?case={other.reference}").status_code == 400


def test_the_search_finds_what_may_be_read_and_nothing_of_others(session, sealer, desk_for):
    agency = named(session, "Agenzia Inventata Tre", country="IT")
    mine = file(session, sealer, {"country": "IT", "deception": "yes", "agency": {"agency_id": agency.agency_id}}).case
    other = file(session, sealer, {"country": "CZ", "deception": "yes"}).case
    session.commit()
    desk, admin = desk_for(Role.SUPERVISOR, name="Anna Inventata"), desk_for(Role.SYSADMIN, name="Operator")
    assert desk.get(f"/console/search?q={mine.reference[:6].lower()}").location == f"/console/cases/{mine.reference}"
    assert "Nothing that you may read" in words_of(desk.get(f"/console/search?q={other.reference}"))
    assert desk.get("/console/search?q=agenzia+inventata+tre").location == f"/console/cases?agency={agency.agency_id}"
    assert desk.get("/console/search?q=anna+inv").location == f"/console/officers/{desk.officer.reference}"
    assert "Nothing that you may read" in words_of(admin.get(f"/console/search?q={mine.reference}"))


def test_a_typed_agency_is_linked_to_the_registry_with_suggestions_and_the_queue_finds_it(
    session, sealer, desk_for, case
):
    agency = named(session, "Agenzia Inventata Uno S.r.l.", country="IT")
    desk, at = desk_for(Role.INVESTIGATOR), f"/console/cases/{case}"
    assert f'name="agency_choice" value="{agency.agency_id}"' in desk.get(at).get_data(as_text=True)
    linked = {"agency": "Agenzia Uno", "agency_choice": agency.agency_id, "version": version_on(desk, at)}
    assert desk.post(f"{at}/agency", **linked).status_code == 303
    assert case in desk.get(f"/console/cases?agency={agency.agency_id}").get_data(as_text=True)
    assert "Link it to the registry" not in words_of(desk.get(at))
    assert desk.post(f"{at}/agency", **linked | {"version": version_on(desk, at)}).status_code == 409


def test_an_interest_is_declared_by_the_agency_s_name(session, desk_for):
    agency = named(session, "Agenzia Inventata Quattro", country="IT")
    desk = desk_for(Role.INVESTIGATOR)
    refused = desk.post("/console/own/conflicts", agency="Agenzia Quattro")
    assert (refused.status_code, agency.agency_id in refused.get_data(as_text=True)) == (400, True)
    assert desk.post("/console/own/conflicts", agency="Agenzia Inventata Quattro").status_code == 303
    assert agency.agency_id in words_of(desk.get("/console/own"))


def test_a_page_that_a_role_does_not_open_says_so_once(desk_for):
    page = desk_for(Role.TRIAGE).get("/console/officers")
    assert page.status_code == 403
    assert page.get_data(as_text=True).lower().count("your role does not allow this") == 1


def test_the_button_of_the_search_is_called_as_what_it_does(desk_for):
    page = desk_for(Role.TRIAGE).get("/console/").get_data(as_text=True)
    form = page[page.index('role="search"') :].partition("</form>")[0]
    assert re.search(r"<button[^>]*>Search</button>", form)
