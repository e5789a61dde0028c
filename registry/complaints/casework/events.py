"""What officers do for a case away from the desk: visits, interviews, telephone calls, and evidence that they took.

A visit or interview is planned, and once it was held, what was seen or said is written down; it is never changed then. Calls and
evidence are written down at once. Days and hours are those of the place where the unit's authority sits.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import clocks
from registry.complaints.case.access import open_case_box
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import moves_of
from registry.complaints.case.units import local_time
from registry.complaints.casework.actions import Officer, lock_case, record_act
from registry.complaints.casework.models import CaseEvent
from registry.complaints.casework.notes import MAX_AHEAD, MAX_NOTE, require_own
from registry.complaints.casework.queue.assignment import workers
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_named
from registry.vocabulary.cases import Attendee, CaseState, EventKind, EventState
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
    """An event as the unit reads it. `digest` is the SHA-256 of all that was written down, by which a copy is compared."""

    row: CaseEvent
    details: Details

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
        return hashlib.sha256(msgspec.json.encode(stated, order="sorted")).hexdigest()


def add_event(call: Call[Officer], sealer: Sealer, reference: str, draft: EventDraft) -> CaseEvent:
    """Plan an event, or write one down that was held. Raises NotFound, StaleVersion, InvalidInput."""
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    there = local_time(session, officer.unit, call.at)
    owner = draft.owner or officer.name
    officers = list(dict.fromkeys([owner, *draft.officers]))
    is_held = bool(draft.record.strip()) or draft.kind not in _PLANNED
    details = _details(draft, there, is_held=is_held)
    able = {one.reference for one in workers(session, officer.unit, call.at.date()) if one.takes_cases}
    for field, named in (("owner", [owner]), ("officers", officers)):
        if not able.issuperset(named):
            raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, "officer_of_unit")])
    event = CaseEvent(
        reference=new_reference(), case_id=case.id, kind=draft.kind, on_day=draft.on_day, owner=owner, officers=officers,
        written_by=officer.name, written_on=call.at.date(), state=EventState.PLANNED,
    )  # fmt: skip
    for one in officers:
        if one != officer.name:
            notify_named(session, one, NoticeKind.ASSIGNED, call.at)
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
    found = _event(session, case, event)
    if found.state is not EventState.PLANNED:
        raise NotNow("what came of it is written down already: it stays as it is", "case.event_recorded")
    there = local_time(session, officer.unit, call.at)
    if said.is_held and found.on_day > there.date():
        raise NotNow("its day has not come yet", "case.event_to_come")
    details = _open(call, sealer, case, found)
    details.record = read_text("record", said.record, MAX_NOTE)
    details.attendees = sorted(set(said.attendees)) if said.is_held else []
    if said.is_held:
        _hold(call, case, found, details, there)
    else:
        found.state = EventState.NOT_HELD
        found.recorded_by, found.recorded_on = officer.name, call.at.date()
    _seal(call, sealer, case, found, details)
    record_act(call, case, "event.recorded" if said.is_held else "event.not_held", found.kind)
    session.flush()
    return found


def take_back_event(call: Call[Officer], sealer: Sealer, reference: str, event: str) -> None:
    """Remove an event that one wrote oneself today; deadlines that it ended run again.

    Raises NotFound, NotNow, StaleVersion.
    """
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference, call.version)
    found = _event(session, case, event)
    require_own(officer, found.written_by, found.written_on, call.at.date())
    details = _open(call, sealer, case, found)
    clocks.undo_contact(
        session, case, call.at, was_first_reply=details.was_first_reply, danger_since=details.danger_since
    )
    session.delete(found)
    record_act(call, case, "event.taken_back", found.kind)
    session.flush()


def events_of(session: Session, sealer: Sealer, officer: Officer, case: Case) -> list[ShownEvent]:
    """The events of a case: what is planned by its day, then what was written down, the latest first. The caller audits."""
    rows = session.scalars(select(CaseEvent).where(CaseEvent.case_id == case.id).order_by(CaseEvent.id)).all()
    if not rows:
        return []
    box = open_case_box(session, sealer, officer.unit, case)
    shown = [ShownEvent(row, _read(box.open(row.sealed, place_of(case, row)))) for row in rows]
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
            return read_text(field, typed, most)
        except InvalidInput as refused:
            faults.extend(refused.faults)
            return ""

    if is_held and draft.on_day > there.date():
        faults.append(Fault.of("on_day", Problem.INVALID_VALUE, "not_in_future"))
    if draft.on_day < there.date() - MAX_BACK:
        faults.append(Fault.of("on_day", Problem.INVALID_VALUE, "days_ago_within", days=MAX_BACK.days))
    if draft.on_day > there.date() + MAX_AHEAD:
        faults.append(Fault.of("on_day", Problem.INVALID_VALUE, "days_within", days=MAX_AHEAD.days))
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
        record=text("record", draft.record, MAX_NOTE, is_needed=is_held),
        was_reached=kind is EventKind.CALL and draft.was_reached,
        sha256=digest,
    )
    if faults:
        raise InvalidInput(faults)
    return details


def _hold(call: Call[Officer], case: Case, event: CaseEvent, details: Details, there: datetime) -> None:
    event.state = EventState.HELD
    event.recorded_by, event.recorded_on = call.actor.name, call.at.date()
    if Attendee.WORKER in details.attendees and (event.kind is EventKind.INTERVIEW or details.was_reached):
        spoke_at = datetime.combine(event.on_day, time.fromisoformat(details.at_time), there.tzinfo)
        _spoke_with_worker(call, case, details, spoke_at)


def _spoke_with_worker(call: Call[Officer], case: Case, details: Details, spoke_at: datetime) -> None:
    """An officer spoke with the worker: that is the first reply, and help in danger, where it was after what asks for it.

    A visit is neither: the worker may have been there without being free to speak. What came since and was not read may
    say that the worker is in danger again.
    """
    session, today = call.session, call.at.date()
    begun = [move.on_day for move in moves_of(session, case) if move.to_state in _BEGINNINGS]
    if spoke_at.date() >= max(begun, default=case.filed_on) and clocks.is_waiting_for_reply(session, case):
        details.was_first_reply = True
        clocks.mark_acknowledged(session, case, today)
    since = case.in_danger_since
    if since is not None and not case.has_unread and spoke_at >= since.replace(second=0, microsecond=0):
        details.danger_since = since
        clocks.mark_helped(session, case, today)


_BEGINNINGS = frozenset({CaseState.SUBMITTED, CaseState.REOPENED})


def _event(session: Session, case: Case, reference: str) -> CaseEvent:
    of_case = select(CaseEvent).where(CaseEvent.case_id == case.id, CaseEvent.reference == reference)
    found = session.scalars(of_case).one_or_none()
    if found is None:
        raise NotFound("there is no such event in this case")
    return found


def _seal(call: Call[Officer], sealer: Sealer, case: Case, event: CaseEvent, details: Details) -> None:
    box = open_case_box(call.session, sealer, call.actor.unit, case)
    event.sealed = box.seal(msgspec.json.encode(details).decode(), place_of(case, event))


def _open(call: Call[Officer], sealer: Sealer, case: Case, event: CaseEvent) -> Details:
    box = open_case_box(call.session, sealer, call.actor.unit, case)
    return _read(box.open(event.sealed, place_of(case, event)))


def _read(sealed: str) -> Details:
    return msgspec.json.decode(sealed, type=Details)
