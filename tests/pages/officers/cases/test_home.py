"""The first page: what comes first for an officer, and what waits for that officer alone."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from registry.complaints.case.models import Case
from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.working_days import end_of_day
from registry.i18n.languages import text
from registry.officers.rights import Role
from registry.pages.officers.rendering import day_text, due_text, moment_text, state_key
from registry.vocabulary.cases import CaseState, HearingState
from registry.vocabulary.register import Language
from tests.complaints.filing import file
from tests.complaints.parties.hearings.making import checked, heard_case
from tests.pages.officers.signed_in import OfficerClientFor, words_of


def test_what_waits_for_a_second_person_is_led_to_and_never_to_the_first(
    session: Session, sealer: Sealer, keyring: Keyring, desk_for: OfficerClientFor
) -> None:
    heard = heard_case(session, sealer, keyring)
    checked(session, sealer, heard)
    case = heard.filed.case
    session.commit()
    first, second = desk_for(Role.SUPERVISOR, name="First"), desk_for(Role.SUPERVISOR, name="Second")
    hearing = session.query(Hearing).one()
    assert hearing.state is HearingState.REPRISAL_CHECK
    hearing.drafted_by = first.officer.reference
    session.commit()
    link = f'href="/console/cases/{case.reference}/hearings/{hearing.reference}/check">Check a hearing for reprisal'
    assert link in second.get("/console/").get_data(as_text=True)
    assert "Check a hearing" not in words_of(first.get("/console/"))
    assert "Check a hearing" not in words_of(desk_for(Role.TRIAGE, name="Third").get("/console/"))


def test_the_head_counts_the_queue_and_what_is_urgent_comes_before_ones_own(
    session: Session, sealer: Sealer, desk_for: OfficerClientFor
) -> None:
    given = {"country": "IT", "deception": "yes"}
    nobodys = file(session, sealer, {**given, "in_danger": "yes"}, at=now()).case
    mine = file(session, sealer, given, at=now()).case
    foreign = file(session, sealer, {"country": "CZ"}, at=now()).case
    desk = desk_for(Role.INVESTIGATOR)
    mine.assignee = desk.officer.reference
    session.commit()
    page = desk.get("/console/").get_data(as_text=True)
    assert foreign.reference not in page
    assert 0 < page.index(nobodys.reference) < page.index(mine.reference)
    assert '<a href="/console/cases?assignee=mine"><b>1</b> Mine</a>' in page
    # Who sees no case is told nothing of any, not even how many there are.
    assert "/console/cases" not in desk_for(Role.AUDITOR, name="Auditor").get("/console/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("language", "clock", "shown", "due"),
    [
        (Language.EN, "Europe/Rome", "26 Nov 2026 03:50", "26 Nov 2026"),
        (Language.IT, "Asia/Shanghai", "26 nov 2026 10:50", "26 nov 2026"),
        (Language.ZH_HANS, "Asia/Shanghai", "2026年11月26日 10:50", "2026年11月26日"),
        (Language.EN, None, "26 Nov 2026 02:50 UTC", "26 Nov 2026"),
    ],
)
def test_times_are_those_of_the_units_clock_and_a_day_that_ends_is_that_day(
    language: Language, clock: str | None, shown: str, due: str
) -> None:
    at = datetime(2026, 11, 26, 2, 50, tzinfo=UTC)
    assert moment_text(language, at, clock) == due_text(language, at, clock) == shown
    # As it is stored since days have a place, and as it was before.
    for midnight in (end_of_day(at.date(), clock), end_of_day(at.date())):
        assert due_text(language, midnight, clock) == day_text(language, at.date()) == due


@pytest.mark.parametrize(("day", "words"), [(26, "Sanction ended"), (25, "Sanction in force")])
def test_a_sanction_has_ended_once_its_last_day_is_over(day: int, words: str) -> None:
    case = Case(state=CaseState.SANCTION_PENDING, measure="in_force", measure_until=date(2026, 11, 25))
    assert text(Language.EN, state_key(case, date(2026, 11, day))) == words
