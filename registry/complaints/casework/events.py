"""What officers do for a case away from the desk: visits, interviews, telephone calls, evidence; and the sheet of a day.

A visit or interview is planned, and once it was held, what was seen or said is written down; it is never changed then. Calls and
evidence are written down at once. Days and hours are those of the place where the unit's authority sits.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from registry.complaints.case import access, clocks, messages, moves, states, units
from registry.complaints.case.models import NEVER, Case
from registry.complaints.casework import notes, sealed_copies
from registry.complaints.casework.actions import Officer, in_unit, lock_case, record_act, record_reading
from registry.complaints.casework.models import CaseClock, CaseEvent, CaseTask
from registry.complaints.casework.queries import FileInCase, agencies_of, files_by_box
from registry.complaints.casework.queue.assignment import workers
from registry.complaints.parties.models import Hearing
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.clock import day_at
from registry.core.db.locking import find
from registry.core.errors import Fault, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.officers import days, notices
from registry.officers.models import NoticeKind
from registry.vocabulary.cases import Attendee, CaseState, EventKind, EventState, HearingState
from registry.vocabulary.codes import Problem

MAX_PLACE = 300
MAX_PURPOSE = 2_000
MAX_BACK = timedelta(days=3650)
"""How long ago something may have been: a year that was mistyped would put it before the case itself."""

_PLANNED = frozenset({EventKind.VISIT, EventKind.INTERVIEW})
_WITH_PLACE = frozenset({EventKind.VISIT, EventKind.INTERVIEW, EventKind.EVIDENCE})
_WITH_HOUR = frozenset({EventKind.INTERVIEW, EventKind.CALL})
_HOUR = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class EventDraft(NamedTuple):
    """An event as an officer states it. With a `record` it was held. `at_time` is like `14:30`, `sha256` that of a file taken.

    `was_reached`: an officer spoke with those who were called.
    """

    kind: EventKind
    on_day: date
    at_time: str = ""
    place: str = ""
    owner: str | None = None
    officers: Sequence[str] = ()
    attendees: Sequence[Attendee] = ()
    purpose: str = ""
    record: str = ""
    was_reached: bool = False
    sha256: str = ""


class EventRecord(NamedTuple):
    """What came of an event that was planned: `record` says what was seen or said, or why it was not held."""

    record: str
    is_held: bool = True
    attendees: Sequence[Attendee] = ()


class Details(msgspec.Struct):
    """What is sealed of an event. `was_first_reply` and `danger_since`: the deadlines that it ended."""

    at_time: str
    place: str
    attendees: list[Attendee]
    purpose: str
    record: str
    was_reached: bool
    sha256: str
    was_first_reply: bool = False
    danger_since: datetime | None = None


class ShownEvent(NamedTuple):
    """An event as the unit reads it. `digest` is the SHA-256 of all that was written down, by which a copy is compared.

    `files` are those of a piece of evidence (evidence.py).
    """

    row: CaseEvent
    details: Details
    files: Sequence[FileInCase] = ()

    @property
    def digest(self) -> str:
        row = self.row
        stated = {
            "reference": row.reference,
            "kind": row.kind,
            "state": row.state,
            "on_day": row.on_day,
            "officers": row.officers,
            "recorded_by": row.recorded_by,
            "recorded_on": row.recorded_on,
            **msgspec.structs.asdict(self.details),
        }
        if self.files:
            stated["files"] = [one.sha256 for one in self.files]
        return hashlib.sha256(msgspec.json.encode(stated, order="sorted")).hexdigest()


def add_event(call: Call[Officer], sealer: Sealer, reference: str, draft: EventDraft) -> CaseEvent:
    """Plan an event, or write one down that was held. Raises NotFound, StaleVersion, InvalidInput."""
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    there = units.local_time(session, officer.unit, call.at)
    owner = draft.owner or officer.name
    officers = list(dict.fromkeys([owner, *draft.officers]))
    is_held = bool(draft.record.strip()) or draft.kind not in _PLANNED
    details = _details(draft, there, is_held=is_held)
    able = {one.reference for one in workers(session, officer.unit, days.today_of(call)) if one.takes_cases}
    for field, named in (("owner", [owner]), ("officers", officers)):
        if not able.issuperset(named):
            raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, "officer_of_unit")])
    event = CaseEvent(
        reference=new_reference(), case_id=case.id, kind=draft.kind, on_day=draft.on_day, owner=owner, officers=officers,
        written_by=officer.name, written_on=days.today_of(call), state=EventState.PLANNED,
    )  # fmt: skip
    for one in officers:
        if one != officer.name:
            notices.notify_named(session, one, NoticeKind.ASSIGNED, call.at)
    if is_held:
        _hold(call, case, event, details, there)
    _seal(call, sealer, case, event, details)
    session.add(event)
    record_act(call, case, "event.recorded" if is_held else "event.planned", event.kind)
    session.flush()
    return event


def record_event(call: Call[Officer], sealer: Sealer, reference: str, event: str, said: EventRecord) -> CaseEvent:
    """Write down what came of an event that was planned, once. Raises NotFound, NotNow, StaleVersion, InvalidInput."""
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    found = find_event(session, case, event)
    if found.state is not EventState.PLANNED:
        raise NotNow("what came of it is written down already: it stays as it is", "case.event_recorded")
    there = units.local_time(session, officer.unit, call.at)
    if said.is_held and found.on_day > there.date():
        raise NotNow("its day has not come yet", "case.event_to_come")
    details = open_event(session, sealer, officer.unit, case, found)
    details.record = messages.read_text("record", said.record, notes.MAX_NOTE)
    details.attendees = sorted(set(said.attendees)) if said.is_held else []
    if said.is_held:
        _hold(call, case, found, details, there)
    else:
        found.state = EventState.NOT_HELD
        found.recorded_by, found.recorded_on = officer.name, days.today_of(call)
    _seal(call, sealer, case, found, details)
    record_act(call, case, "event.recorded" if said.is_held else "event.not_held", found.kind)
    session.flush()
    return found


def take_back_event(call: Call[Officer], sealer: Sealer, reference: str, event: str) -> None:
    """Remove an event that one wrote oneself today; deadlines that it ended run again.

    Raises NotFound, StaleVersion, and NotNow, also while a file is with it.
    """
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    found = find_event(session, case, event)
    notes.require_own(officer, found.written_by, found.written_on, days.today_of(call))
    details = open_event(session, sealer, officer.unit, case, found)
    clocks.undo_contact(
        session, case, call.at, was_first_reply=details.was_first_reply, danger_since=details.danger_since
    )
    session.delete(found)
    session.flush()
    if found.box_id is not None:
        sealed_copies.remove_empty(session, sealer, found.box_id)
    record_act(call, case, "event.taken_back", found.kind)
    session.flush()


def events_of(
    session: Session, sealer: Sealer, officer: Officer, case: Case, kinds: Collection[EventKind] = tuple(EventKind)
) -> list[ShownEvent]:
    """The events of a case: what is planned by its day, then what was written down, the latest first. The caller audits."""
    wanted = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.kind.in_(kinds))
    rows = session.scalars(wanted.order_by(CaseEvent.id)).all()
    if not rows:
        return []
    box = access.open_case_box(session, sealer, officer.unit, case)
    boxes = [row.box_id for row in rows if row.box_id is not None]
    containers = select(EncryptedContainer).where(EncryptedContainer.id.in_(boxes))
    files = files_by_box(session, sealer, officer.unit, case, containers) if boxes else {}
    shown = [
        ShownEvent(row, _read(box.open(row.sealed, place_of(case, row))), files.get(row.box_id or 0, ()))
        for row in rows
    ]
    planned = [one for one in shown if one.row.state is EventState.PLANNED]
    over = [one for one in shown if one.row.state is not EventState.PLANNED]
    return sorted(planned, key=_when) + sorted(over, key=_when, reverse=True)


def _when(shown: ShownEvent) -> tuple[date, str]:
    return shown.row.on_day, shown.details.at_time


def _details(draft: EventDraft, there: datetime, *, is_held: bool) -> Details:
    """What is sealed of a draft. Raises InvalidInput with every fault of it."""
    faults: list[Fault] = []
    kind, hour, digest = draft.kind, draft.at_time.strip(), draft.sha256.strip().lower()

    def text(field: str, typed: str, most: int, *, is_needed: bool) -> str:
        if not is_needed and not typed.strip():
            return ""
        try:
            return messages.read_text(field, typed, most)
        except InvalidInput as refused:
            faults.extend(refused.faults)
            return ""

    if is_held and draft.on_day > there.date():
        faults.append(Fault.of("on_day", Problem.INVALID_VALUE, "not_in_future"))
    if draft.on_day < there.date() - MAX_BACK:
        faults.append(Fault.of("on_day", Problem.INVALID_VALUE, "days_ago_within", days=MAX_BACK.days))
    if draft.on_day > there.date() + notes.MAX_AHEAD:
        faults.append(Fault.of("on_day", Problem.INVALID_VALUE, "days_within", days=notes.MAX_AHEAD.days))
    if (hour or kind in _WITH_HOUR) and not _HOUR.fullmatch(hour):
        faults.append(Fault.of("at_time", Problem.INVALID_VALUE, "hour_like"))
    elif is_held and hour and draft.on_day == there.date() and hour > f"{there:%H:%M}":
        faults.append(Fault.of("at_time", Problem.INVALID_VALUE, "not_in_future"))
    if kind is EventKind.CALL and not draft.attendees:
        faults.append(Fault.of("attendees", Problem.MISSING, "who_was_called"))
    if digest and (kind is not EventKind.EVIDENCE or not _SHA256.fullmatch(digest)):
        faults.append(Fault.of("sha256", Problem.INVALID_VALUE, "sha256_like"))
    details = Details(
        at_time=hour,
        place=text("place", draft.place, MAX_PLACE, is_needed=kind in _WITH_PLACE),
        attendees=sorted(set(draft.attendees)),
        purpose=text("purpose", draft.purpose, MAX_PURPOSE, is_needed=False),
        record=text("record", draft.record, notes.MAX_NOTE, is_needed=is_held),
        was_reached=kind is EventKind.CALL and draft.was_reached,
        sha256=digest,
    )
    if faults:
        raise InvalidInput(faults)
    return details


def _hold(call: Call[Officer], case: Case, event: CaseEvent, details: Details, there: datetime) -> None:
    event.state = EventState.HELD
    event.recorded_by, event.recorded_on = call.actor.name, days.today_of(call)
    if Attendee.WORKER in details.attendees and (event.kind is EventKind.INTERVIEW or details.was_reached):
        spoke_at = datetime.combine(event.on_day, time.fromisoformat(details.at_time), there.tzinfo)
        _spoke_with_worker(call, case, details, spoke_at)


def _spoke_with_worker(call: Call[Officer], case: Case, details: Details, spoke_at: datetime) -> None:
    """An officer spoke with the worker: that is the first reply, and help in danger, where it was after what asks for it.

    A visit is neither: the worker may have been there without being free to speak. What came since and was not read may
    say that the worker is in danger again.
    """
    session, today = call.session, days.today_of(call)
    begun = [move.on_day for move in moves.moves_of(session, case) if move.to_state in _BEGINNINGS]
    if spoke_at.date() >= max(begun, default=case.filed_on) and clocks.is_waiting_for_reply(session, case):
        details.was_first_reply = True
        clocks.mark_acknowledged(session, case, today)
    since = case.in_danger_since
    if since is not None and not case.has_unread and spoke_at >= since.replace(second=0, microsecond=0):
        details.danger_since = since
        clocks.mark_helped(session, case, today)


_BEGINNINGS = frozenset({CaseState.SUBMITTED, CaseState.REOPENED})


def find_event(session: Session, case: Case, reference: str) -> CaseEvent:
    """An event of a case. Raises NotFound."""
    its = CaseEvent.case_id == case.id, CaseEvent.reference == reference
    return find(session, CaseEvent, *its, missing="there is no such event in this case")


def _seal(call: Call[Officer], sealer: Sealer, case: Case, event: CaseEvent, details: Details) -> None:
    box = access.open_case_box(call.session, sealer, call.actor.unit, case)
    event.sealed = box.seal(msgspec.json.encode(details).decode(), place_of(case, event))


def open_event(session: Session, sealer: Sealer, unit: str, case: Case, event: CaseEvent) -> Details:
    """What is sealed of an event. The caller audits."""
    return _read(access.open_case_box(session, sealer, unit, case).open(event.sealed, place_of(case, event)))


def _read(sealed: str) -> Details:
    return msgspec.json.decode(sealed, type=Details)


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
            is_withheld = case.state is CaseState.WITHDRAWN and case.priority not in states.READ_WHEN_WITHDRAWN
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
    ending = select(Case, CaseClock).join(CaseClock, CaseClock.case_id == Case.id).where(*cases, *running, *near)
    for case, clock in session.execute(ending).all():
        due = clocks.end_of(clock.due_at, zone)
        moment = due if isinstance(due, datetime) else None
        if (due if moment is None else day_at(moment, zone)) == on:
            yield case, DueOfDay(case.reference, clock.kind, case.assignee, moment)
    served = select(Case).join(Hearing, Hearing.case_id == Case.id).where(*cases, Hearing.answer_by == on)
    for case in session.scalars(served.where(Hearing.state == HearingState.SERVED)):
        yield case, DueOfDay(case.reference, "hearing", case.assignee, None)
    tasks = select(Case, CaseTask).join(CaseTask, CaseTask.case_id == Case.id).where(*cases, CaseTask.due_on == on)
    for case, task in session.execute(tasks.where(CaseTask.done_on.is_(None))).all():
        yield case, DueOfDay(case.reference, "task", task.owner or case.assignee, None)
