"""Visits, interviews, calls and evidence: what is refused, what is sealed, and which of them ends a deadline."""

from datetime import date, timedelta

import pytest

from registry.complaints.case import clocks
from registry.complaints.casework import unread
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.events import EventDraft, EventRecord, add_event, events_of, record_event
from registry.complaints.casework.events import take_back_event as take_back
from registry.core.calls import Call
from registry.core.errors import InvalidInput, NotFound, NotNow
from registry.officers.rights import Role
from registry.vocabulary.cases import Attendee, CaseRole, CaseState, ClockKind, EventKind, EventState, UnreadKind
from registry.vocabulary.codes import TriageReason
from tests.complaints.filing import AT, ORDINARY, URGENT, file, make_units
from tests.complaints.officers import go
from tests.officers.making import make_officer

LATER = AT + timedelta(hours=2)
DAY, HOUR = LATER.date(), f"{LATER:%H:%M}"
WORKSHOP = "Workshop, Via Nuova 1, Prato"
VISIT = EventDraft(EventKind.VISIT, DAY + timedelta(days=3), place=WORKSHOP, purpose="Look at the dormitory.")
REACHED = EventDraft(
    EventKind.CALL, DAY, HOUR, attendees=[Attendee.WORKER], record="She is safe for tonight.", was_reached=True
)


@pytest.fixture
def officer(session, sealer, keyring):
    make_units(session, sealer)
    account = make_officer(session, keyring, Role.INVESTIGATOR, unit="it-labour", name="Anna").officer
    return Officer(account.reference, CaseRole.INVESTIGATOR, "it-labour")


@pytest.fixture
def case(session, sealer, officer):
    return file(session, sealer, ORDINARY).case


@pytest.fixture
def write(session, sealer, officer):
    def add(case, draft, at=LATER):
        return add_event(Call(session, officer, at), sealer, case.reference, draft)

    return add


def faults(write, case, draft):
    with pytest.raises(InvalidInput) as refused:
        write(case, draft)
    return {fault.parameter for fault in refused.value.faults}


def test_a_visit_is_planned_and_what_was_seen_is_written_once(session, sealer, officer, case, write):
    visit = write(case, VISIT)
    assert visit.state is EventState.PLANNED
    assert "Prato" not in visit.sealed
    came, early = EventRecord("Eleven persons at nine machines.", attendees=[Attendee.POLICE]), LATER
    with pytest.raises(NotNow):
        record_event(Call(session, officer, early), sealer, case.reference, visit.reference, came)
    after = LATER + timedelta(days=4)
    record_event(Call(session, officer, after), sealer, case.reference, visit.reference, came)
    (shown,) = events_of(session, sealer, officer, case)
    assert (shown.row.state, shown.details.record, shown.details.place) == (EventState.HELD, came.record, WORKSHOP)
    assert shown.details.attendees == [Attendee.POLICE]
    with pytest.raises(NotNow):
        record_event(Call(session, officer, after), sealer, case.reference, visit.reference, came)


def test_a_visit_that_was_not_held_keeps_its_reason(session, sealer, officer, case, write):
    visit = write(case, VISIT)
    reason = EventRecord("The workshop had moved.", is_held=False, attendees=[Attendee.EMPLOYER])
    record_event(Call(session, officer, LATER), sealer, case.reference, visit.reference, reason)
    (shown,) = events_of(session, sealer, officer, case)
    assert (shown.row.state, shown.details.record) == (EventState.NOT_HELD, "The workshop had moved.")
    assert shown.details.attendees == [], "those who were expected did not take part"


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"place": " "}, {"place"}),
        ({"place": "x" * 301}, {"place"}),
        ({"at_time": "25:00"}, {"at_time"}),
        ({"on_day": date(206, 1, 1)}, {"on_day"}),
        ({"on_day": date(2206, 1, 1)}, {"on_day"}),
        ({"record": "Seen.", "on_day": DAY + timedelta(days=1)}, {"on_day"}),
        ({"record": "Seen.", "on_day": DAY, "at_time": "23:59"}, {"at_time"}),
        ({"purpose": "x" * 2001}, {"purpose"}),
        ({"record": "x" * 10_001, "on_day": DAY}, {"record"}),
        ({"owner": "NXSUCHPERSXN"}, {"owner"}),
        ({"officers": ["NXSUCHPERSXN"]}, {"officers"}),
        ({"sha256": "a" * 64}, {"sha256"}),
        ({"kind": EventKind.INTERVIEW}, {"at_time"}),
        ({"kind": EventKind.CALL, "on_day": DAY}, {"at_time", "attendees", "record"}),
        ({"kind": EventKind.EVIDENCE, "on_day": DAY, "place": "", "sha256": "abc"}, {"place", "record", "sha256"}),
    ],
)
def test_what_cannot_be_is_refused_with_each_fault(session, case, write, changes, wrong):
    assert faults(write, case, VISIT._replace(**changes)) == wrong


def test_another_cases_event_is_not_there(session, sealer, officer, case, write):
    visit, other = write(case, VISIT), file(session, sealer, ORDINARY).case
    with pytest.raises(NotFound):
        take_back(Call(session, officer, LATER), sealer, other.reference, visit.reference)


def met(session, case, kind=ClockKind.ACKNOWLEDGE):
    return clocks.clocks_of(session, case)[kind].met_on is not None


def test_a_call_that_reached_the_worker_is_the_first_reply_and_others_are_not(session, sealer, officer, case, write):
    write(case, REACHED._replace(was_reached=False))
    write(case, REACHED._replace(attendees=[Attendee.EMPLOYER]))
    write(case, REACHED._replace(on_day=DAY - timedelta(days=5)))
    write(case, VISIT._replace(on_day=DAY, record="She was there.", attendees=[Attendee.WORKER]))
    write(case, EventDraft(EventKind.EVIDENCE, DAY, place=WORKSHOP, record="A pay slip.", attendees=[Attendee.WORKER]))
    assert not met(session, case), "not reached, another person, before she wrote, a visit, evidence"
    call = write(case, REACHED)
    assert met(session, case)
    take_back(Call(session, officer, LATER), sealer, case.reference, call.reference)
    assert not met(session, case), "it was a mistake"


def test_an_officer_who_spoke_with_the_worker_ends_the_deadline_of_danger(session, sealer, officer, write):
    case = file(session, sealer, URGENT).case
    go(session, sealer, officer, case, CaseState.IN_TRIAGE)
    write(case, REACHED._replace(was_reached=False))
    write(case, REACHED._replace(at_time=f"{AT - timedelta(hours=1):%H:%M}"))
    assert case.in_danger_since is not None, "not reached, and a call before the danger"
    call = write(case, REACHED)
    assert case.in_danger_since is None
    assert met(session, case, ClockKind.TRIAGE)
    take_back(Call(session, officer, LATER), sealer, case.reference, call.reference)
    assert case.in_danger_since == AT, "the call was a mistake: the deadline runs again"
    assert not met(session, case, ClockKind.TRIAGE)


def test_a_call_before_what_is_unread_does_not_end_danger(session, sealer, officer, write):
    case = file(session, sealer, URGENT).case
    go(session, sealer, officer, case, CaseState.IN_TRIAGE)
    unread.note(session, case, UnreadKind.MESSAGE, LATER, TriageReason.IN_DANGER)
    write(case, REACHED)
    assert case.in_danger_since is not None


def test_an_interview_with_the_worker_counts_once_it_was_held(session, sealer, officer, case, write):
    planned = REACHED._replace(kind=EventKind.INTERVIEW, place="Union office", record="", was_reached=False)
    interview = write(case, planned)
    assert not met(session, case)
    came = EventRecord("She told of her wages.", attendees=[Attendee.WORKER])
    record_event(Call(session, officer, LATER), sealer, case.reference, interview.reference, came)
    assert met(session, case)


def test_an_event_is_taken_back_by_its_author_on_the_same_day_alone(session, sealer, officer, case, write):
    visit = write(case, VISIT)
    tomorrow = LATER + timedelta(days=1)
    with pytest.raises(NotNow):
        take_back(Call(session, officer, tomorrow), sealer, case.reference, visit.reference)
    take_back(Call(session, officer, LATER), sealer, case.reference, visit.reference)
    assert events_of(session, sealer, officer, case) == []
