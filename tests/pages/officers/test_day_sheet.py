"""The sheet of a day: visits with their places, and what is due, of the officer or of the unit, without another's cases."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from registry.audit.models import AuditEntry
from registry.complaints.casework import notes
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.events import EventDraft, add_event
from registry.complaints.casework.models import CaseClock
from registry.core.calls import Call
from registry.core.clock import now
from registry.officers import accounts
from registry.officers.rights import Role
from registry.vocabulary.cases import CaseRole, ClockKind, EventKind
from tests.complaints.filing import file
from tests.make import make_agency
from tests.pages.officers.signed_in import words_of

TOLD = {"country": "IT", "deception": "yes", "account": "Invented."}
DAY = now().date() + timedelta(days=3)
SHEET = f"/console/day?on={DAY}"


@pytest.fixture
def agency(session):
    return make_agency(session)


@pytest.fixture
def case(session, sealer, agency):
    return file(session, sealer, TOLD | {"agency": {"agency_id": agency.agency_id}}, at=now()).case


@pytest.fixture
def anna(desk_for):
    return desk_for(Role.INVESTIGATOR, name="Anna")


@pytest.fixture(autouse=True)
def planned(session, sealer, case, anna):
    officer = Officer(anna.officer.reference, CaseRole.INVESTIGATOR, "it-labour")
    visit = EventDraft(EventKind.VISIT, DAY, "09:30", "Via Nuova 1")
    add_event(Call(session, officer, now()), sealer, case.reference, visit)
    notes.add_task(Call(session, officer, now()), sealer, case.reference, "Call.", DAY, anna.officer.reference)
    session.commit()


def test_an_officer_has_the_own_visits_and_tasks_and_others_those_of_the_unit(session, case, anna, desk_for):
    mine = words_of(anna.get(SHEET))
    for words in ("09:30", "Via Nuova 1", case.reference, "A task"):
        assert words in mine, words
    colleague = desk_for(Role.SUPERVISOR, name="Carla")
    assert "Via Nuova 1" not in words_of(colleague.get(SHEET))
    before = session.scalar(select(func.count()).where(AuditEntry.act == "case.events_read"))
    assert "Via Nuova 1" in words_of(colleague.get(f"{SHEET}&of=unit"))
    assert session.scalar(select(func.count()).where(AuditEntry.act == "case.events_read")) == before + 1
    assert "Via Nuova 1" not in words_of(anna.get(f"/console/day?on={DAY + timedelta(days=1)}"))


def test_a_deadline_that_ends_with_the_day_stands_on_its_sheet(session, case, anna):
    clock = session.scalars(select(CaseClock).where(CaseClock.kind == ClockKind.ACKNOWLEDGE)).one()
    case.assignee = anna.officer.reference
    session.commit()
    day = (clock.due_at - timedelta(microseconds=1)).date()
    assert "First reply due" in words_of(anna.get(f"/console/day?on={day}"))
    assert "First reply due" not in words_of(anna.get(f"/console/day?on={day + timedelta(days=1)}"))


def test_it_shows_no_other_units_case_and_none_of_an_interest(session, agency, case, desk_for):
    foreign = desk_for(Role.SUPERVISOR, unit="cz-labour", name="Foreign")
    assert case.reference not in words_of(foreign.get(f"{SHEET}&of=unit"))
    colleague = desk_for(Role.SUPERVISOR, name="Carla")
    accounts.declare_conflict(session, colleague.officer, agency.agency_id, now().date())
    session.commit()
    assert case.reference not in words_of(colleague.get(f"{SHEET}&of=unit"))


def test_who_may_not_write_on_cases_sees_no_visits_and_a_day_that_is_none_is_refused(anna, desk_for):
    assert "Via Nuova 1" not in words_of(desk_for(Role.DECIDER, name="Decider").get(f"{SHEET}&of=unit"))
    assert anna.get("/console/day?on=2026-02-30").status_code == 400
