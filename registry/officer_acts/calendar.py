"""An officer's deadlines as a calendar (iCalendar, RFC 5545): numbers of cases and days, no word of what they are about.

And the sheet of one day, for the officer or the unit, with the places of its visits: on paper, for those who go there.
"""

import hashlib
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import NEVER, Case
from registry.complaints.case.states import READ_WHEN_WITHDRAWN
from registry.complaints.casework.actions import Officer, in_unit, record_reading
from registry.complaints.casework.events import Details, open_event
from registry.complaints.casework.models import CaseClock, CaseEvent, CaseTask
from registry.complaints.casework.queries import agencies_of
from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import CaseState, EventState, HearingState

MAX_EVENTS = 500
MIME_TYPE = "text/calendar; charset=utf-8"


class Event(NamedTuple):
    """`due` is an instant, or a day that is the last one. `kind` tells events of one case apart, and is not shown."""

    reference: str
    kind: str
    due: datetime | date


def events(session: Session, me: AuthenticatedOfficer) -> list[Event]:
    """The deadlines of the officer's own cases, the days by which agencies answer in them, the own tasks and visits."""
    if not me.standing.may(Resource.CASE, Act.READ):
        return []
    own = in_unit(me.standing.unit), Case.assignee == me.officer.reference, Case.state != CaseState.PURGED
    cases = select(Case.reference, Case.due_at).where(*own, Case.is_open.is_(True), Case.due_at != NEVER)
    found = [_of_case(*row) for row in session.execute(cases.order_by(Case.due_at, Case.id).limit(MAX_EVENTS))]
    served = select(Case.reference, Hearing.answer_by).join(Hearing, Hearing.case_id == Case.id)
    rows = session.execute(served.where(*own, Hearing.state == HearingState.SERVED).limit(MAX_EVENTS))
    found += [Event(reference, "answer", day) for reference, day in rows if day is not None]
    is_mine = or_(
        CaseTask.owner == me.officer.reference,
        CaseTask.owner.is_(None) & (Case.assignee == me.officer.reference),
    )
    tasks = select(Case.reference, CaseTask.reference, CaseTask.due_on).join(CaseTask, CaseTask.case_id == Case.id)
    waiting = CaseTask.done_on.is_(None), CaseTask.due_on.is_not(None), Case.state != CaseState.PURGED, is_mine
    due = session.execute(tasks.where(in_unit(me.standing.unit), *waiting).limit(MAX_EVENTS))
    found += [Event(reference, task, day) for reference, task, day in due if day is not None]
    planned = select(Case.reference, CaseEvent).join(CaseEvent, CaseEvent.case_id == Case.id)
    rows_planned = session.execute(
        planned.where(in_unit(me.standing.unit), CaseEvent.state == EventState.PLANNED, Case.state != CaseState.PURGED)
        .order_by(CaseEvent.on_day)
        .limit(MAX_EVENTS)
    )
    mine = me.officer.reference
    return found + [
        Event(reference, one.reference, one.on_day) for reference, one in rows_planned if mine in one.officers
    ]


class PlannedEvent(NamedTuple):
    """A visit or interview of a day; `case` is a reference."""

    case: str
    row: CaseEvent
    details: Details


class DueOfDay(NamedTuple):
    """A deadline of a day: `kind` is a ClockKind, `hearing` or `task`; `owner` an officer; `at` None for a whole day."""

    case: str
    kind: str
    owner: str | None
    at: datetime | None


class DaySheet(NamedTuple):
    """The visits of a day by their hour, and what is due on it."""

    visits: Sequence[PlannedEvent]
    due: Sequence[DueOfDay]


def day_sheet(
    call: Call[Officer],
    sealer: Sealer,
    on: date,
    zone: str | None,
    conflicts: Collection[str],
    *,
    is_mine: bool,
    with_visits: bool,
) -> DaySheet:
    """What a day holds for a unit, or for the officer alone, without cases of the agencies in `conflicts`.

    `with_visits`: the officer may read visits; opening one is a line of the audit trail, as on its case. `zone` is where
    deadlines with an hour are read.
    """
    session, me = call.session, call.actor.name
    cases = in_unit(call.actor.unit), Case.state.not_in([CaseState.DRAFT, CaseState.PURGED])
    planned = select(Case, CaseEvent).join(CaseEvent, CaseEvent.case_id == Case.id)
    of_day = CaseEvent.on_day == on, CaseEvent.state == EventState.PLANNED
    closed = dict[int, bool]()

    def is_open(case: Case) -> bool:
        if case.id not in closed:
            is_withheld = case.state is CaseState.WITHDRAWN and case.priority not in READ_WHEN_WITHDRAWN
            closed[case.id] = is_withheld or bool(set(agencies_of(sealer, case)) & set(conflicts))
        return not closed[case.id]

    visits = []
    for case, row in session.execute(planned.where(*cases, *of_day).order_by(CaseEvent.id)).all():
        if with_visits and (not is_mine or me in row.officers) and is_open(case):
            visits.append(PlannedEvent(case.reference, row, open_event(session, sealer, call.actor.unit, case, row)))
            record_reading(call, case, "case.events_read")
    due = [one for case, one in _due_on(session, cases, on, zone) if (not is_mine or one.owner == me) and is_open(case)]
    return DaySheet(
        sorted(visits, key=lambda one: (one.details.at_time, one.case)),
        sorted(due, key=lambda one: (one.at is None, one.at or NEVER, one.case, one.kind)),
    )


def _due_on(
    session: Session, cases: Sequence[ColumnElement[bool]], on: date, zone: str | None
) -> Iterator[tuple[Case, DueOfDay]]:
    noon = datetime.combine(on, time(12), UTC)
    running = CaseClock.met_on.is_(None), CaseClock.paused_on.is_(None)
    near = CaseClock.due_at > noon - timedelta(days=2), CaseClock.due_at < noon + timedelta(days=2)
    clocks = select(Case, CaseClock).join(CaseClock, CaseClock.case_id == Case.id).where(*cases, *running, *near)
    for case, clock in session.execute(clocks).all():
        due = _of_case(case.reference, clock.due_at).due
        moment = due if isinstance(due, datetime) else None
        if (due if moment is None else day_at(moment, zone)) == on:
            yield case, DueOfDay(case.reference, clock.kind, case.assignee, moment)
    served = select(Case).join(Hearing, Hearing.case_id == Case.id).where(*cases, Hearing.answer_by == on)
    for case in session.scalars(served.where(Hearing.state == HearingState.SERVED)):
        yield case, DueOfDay(case.reference, "hearing", case.assignee, None)
    tasks = select(Case, CaseTask).join(CaseTask, CaseTask.case_id == Case.id).where(*cases, CaseTask.due_on == on)
    for case, task in session.execute(tasks.where(CaseTask.done_on.is_(None))).all():
        yield case, DueOfDay(case.reference, "task", task.owner or case.assignee, None)


def _of_case(reference: str, due_at: datetime) -> Event:
    """What ends with a day has that day alone."""
    moment = due_at.astimezone(UTC)
    return Event(reference, "case", (moment - timedelta(days=1)).date() if moment.time() == time() else moment)


def ics(found: list[Event], at: datetime) -> str:
    """The calendar as text."""
    return "".join(f"{line}\r\n" for line in _lines(found, at))


def _lines(found: list[Event], at: datetime) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//recruitment-registry//deadlines//EN")
    yield from ("CALSCALE:GREGORIAN", "METHOD:PUBLISH", "REFRESH-INTERVAL;VALUE=DURATION:PT1H")
    for one in found:
        # Neither of the two that make the name of an event can be read from it.
        uid = hashlib.sha256(f"{one.reference} {one.kind}".encode()).hexdigest()[:32]
        yield from ("BEGIN:VEVENT", f"UID:{uid}@registry", f"DTSTAMP:{_instant(at)}", f"SUMMARY:{one.reference}")
        if isinstance(one.due, datetime):
            yield from (f"DTSTART:{_instant(one.due)}", "DURATION:PT15M")
        else:
            yield f"DTSTART;VALUE=DATE:{one.due:%Y%m%d}"
        yield from ("CLASS:PRIVATE", "TRANSP:TRANSPARENT", "END:VEVENT")
    yield "END:VCALENDAR"


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
