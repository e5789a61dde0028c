"""An officer's deadlines as a calendar (iCalendar, RFC 5545): numbers of cases and days, no word of what they are about."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.complaints.case.clocks import end_of
from registry.complaints.case.models import NEVER, Case
from registry.complaints.casework.actions import in_unit
from registry.complaints.casework.models import CaseEvent, CaseTask
from registry.complaints.parties.models import Hearing
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
    rows_due = session.execute(cases.order_by(Case.due_at, Case.id).limit(MAX_EVENTS))
    found = [Event(reference, "case", end_of(due_at, me.standing.time_zone)) for reference, due_at in rows_due]
    served = select(Case.reference, Hearing.answer_by).join(Hearing, Hearing.case_id == Case.id)
    rows = session.execute(served.where(*own, Hearing.state == HearingState.SERVED).limit(MAX_EVENTS))
    found += [Event(reference, "answer", day) for reference, day in rows if day is not None]
    is_mine = or_(
        CaseTask.owner == me.officer.reference, CaseTask.owner.is_(None) & (Case.assignee == me.officer.reference)
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
