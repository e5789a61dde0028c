"""The deadlines of a case: what a move does to them, and which need a notice. When each is due: core/working_days.py."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.complaints.case.models import NEVER, Case
from registry.complaints.case.states import UNSEEN_STATES, Clock
from registry.complaints.case.units import day_of_case, zone_of_case
from registry.complaints.casework.models import CaseClock
from registry.core import working_days
from registry.core.clock import day_at
from registry.vocabulary.cases import CaseState, ClockKind, Priority


def apply_clock(
    session: Session, case: Case, clock: Clock, at: datetime, rows: dict[ClockKind, CaseClock] | None = None
) -> None:
    """Change the deadlines of a locked case as a move says by its `clock`. `rows`: the deadlines, where they are known."""
    time_zone = zone_of_case(session, case)
    today = day_at(at, time_zone)
    rows = clocks_of(session, case) if rows is None else rows
    # Whatever an officer does with a decided case is what follows from an objection to it.
    _meet(rows, (ClockKind.OBJECTION,), today)
    running = [row for row in rows.values() if row.met_on is None]
    match clock:
        case Clock.START | Clock.RESTART:
            for due in working_days.started(_priority(case), at, time_zone):
                _set(session, case, rows, due.kind, due.at)
        case Clock.SEEN:
            _meet_first_look(case, rows, today)
        case Clock.PAUSE:
            for row in running:
                # Who waits for an answer has not read the message that came before.
                if not (case.has_unread and row.kind is ClockKind.TRIAGE):
                    row.paused_on = today
            _set(session, case, rows, ClockKind.WAITING, working_days.waiting_due(today, time_zone))
        case Clock.RESUME:
            for row in running:
                if row.paused_on is not None:
                    row.due_at = working_days.resumed(row.due_at, row.paused_on, today, time_zone)
                    row.paused_on, row.reminded_at, row.escalated_at = None, None, None
                    row.remind_at = working_days.remind_from(row.kind, _priority(case), row.due_at)
            _meet(rows, (ClockKind.WAITING,), today)
        case Clock.ANSWERED:
            case.in_danger_since = None
            _meet(rows, tuple(ClockKind), today)
        case Clock.STOP:
            # Somebody in danger may have been made to withdraw: an officer looks at that.
            if case.state is not CaseState.WITHDRAWN:
                case.in_danger_since = None
            session.execute(delete(CaseClock).where(CaseClock.case_id == case.id, CaseClock.met_on.is_(None)))
            rows = {kind: row for kind, row in rows.items() if row.met_on is not None}
        case Clock.NONE:
            pass
    _store_next_due(case, rows)


def start_objection(session: Session, case: Case, today: date) -> None:
    """Start the deadline for an agency's objection to a decision: it keeps the case in the queue until an officer acts.

    A closed case has no deadline: it is in the queue by the filter of objections (casework/queue/listing.py).
    """
    if case.is_open:
        rows = clocks_of(session, case)
        _set(session, case, rows, ClockKind.OBJECTION, working_days.objection_due(today, zone_of_case(session, case)))
        _store_next_due(case, rows)
        session.flush()


def follow_unit(session: Session, case: Case, former: str | None) -> None:
    """Let the days of a case end by the clock of its unit, and no more by that of the `former` one (a time zone)."""
    rows, time_zone = clocks_of(session, case), zone_of_case(session, case)
    for row in rows.values():
        last = working_days.last_day(row.due_at, former)
        if last is not None:
            row.due_at = working_days.end_of_day(last, time_zone)
            row.remind_at = working_days.remind_from(row.kind, _priority(case), row.due_at)
    _store_next_due(case, rows)


def mark_acknowledged(session: Session, case: Case, today: date) -> None:
    """The complainant has heard from the unit."""
    rows = clocks_of(session, case)
    _meet(rows, (ClockKind.ACKNOWLEDGE,), today)
    _store_next_due(case, rows)


def mark_helped(session: Session, case: Case, today: date) -> None:
    """An officer has written to somebody in danger, or referred the case: what danger asks for at once is done."""
    case.in_danger_since = None
    mark_looked_at(session, case, today)


def is_waiting_for_reply(session: Session, case: Case) -> bool:
    """Whether the complainant has not heard from the unit yet."""
    row = clocks_of(session, case).get(ClockKind.ACKNOWLEDGE)
    return row is not None and row.met_on is None


def undo_contact(
    session: Session, case: Case, at: datetime, *, was_first_reply: bool, danger_since: datetime | None
) -> None:
    """An officer did not speak with the worker after all: what that ended runs again."""
    rows = clocks_of(session, case)
    row = rows.get(ClockKind.ACKNOWLEDGE)
    if row is not None and was_first_reply:
        is_waiting = case.state is CaseState.WAITING_COMPLAINANT
        row.met_on, row.paused_on = None, day_of_case(session, case, at) if is_waiting else None
    _store_next_due(case, rows)
    if danger_since is not None and case.is_open:
        case.in_danger_since = case.in_danger_since or danger_since
        restart_first_look(session, case, at, is_danger=True)


def restart_first_look(session: Session, case: Case, at: datetime, *, is_danger: bool) -> None:
    """The complainant wrote into a locked open case: it is to be looked at anew, by its priority.

    A first look that is still due stays due when it was. Of danger it is due, and reminded of, as if it had just come.
    """
    rows = clocks_of(session, case)
    row = rows.get(ClockKind.TRIAGE)
    is_running = row is not None and row.met_on is None and row.paused_on is None
    due_at = working_days.triage_due(_priority(case), at, zone_of_case(session, case))
    if row is not None and is_running:
        if not is_danger:
            return
        due_at = min(due_at, row.due_at)
    _set(session, case, rows, ClockKind.TRIAGE, due_at)
    _store_next_due(case, rows)


def mark_looked_at(session: Session, case: Case, today: date) -> None:
    """An officer has read what came since the first look. A case that was never looked at is met by its first move."""
    if case.state not in UNSEEN_STATES:
        rows = clocks_of(session, case)
        _meet_first_look(case, rows, today)
        _store_next_due(case, rows)


def reschedule_first_look(session: Session, case: Case, at: datetime) -> None:
    """Set when the first look is due after a change of priority: never later than before when it was raised."""
    rows = clocks_of(session, case)
    row = rows.get(ClockKind.TRIAGE)
    if row is None or row.met_on is not None:
        return
    row.due_at = working_days.triage_due(_priority(case), at, zone_of_case(session, case))
    row.remind_at = working_days.remind_from(ClockKind.TRIAGE, _priority(case), row.due_at)
    row.reminded_at, row.escalated_at = None, None
    _store_next_due(case, rows)


def clocks_of(session: Session, case: Case) -> dict[ClockKind, CaseClock]:
    """The deadlines of a case, in the order in which they end."""
    rows = session.execute(
        select(CaseClock).where(CaseClock.case_id == case.id).order_by(CaseClock.due_at, CaseClock.id)
    ).scalars()
    return by_kind(rows)


def by_kind(rows: Iterable[CaseClock]) -> dict[ClockKind, CaseClock]:
    return {row.kind: row for row in rows}


def end_of(due_at: datetime, time_zone: str | None) -> datetime | date:
    """What ends with a day has that day alone, the last one; else the instant."""
    return working_days.last_day(due_at, time_zone) or due_at.astimezone(UTC)


def next_due(running: Mapping[ClockKind, CaseClock]) -> datetime | None:
    """The earliest running deadline."""
    due = (row.due_at for row in running.values() if row.met_on is None and row.paused_on is None)
    return min(due, default=None)


def _store_next_due(case: Case, rows: Mapping[ClockKind, CaseClock]) -> None:
    case.due_at = next_due(rows) or NEVER


def _set(session: Session, case: Case, rows: dict[ClockKind, CaseClock], kind: ClockKind, due_at: datetime) -> None:
    row = rows.get(kind)
    if row is None:
        row = rows[kind] = CaseClock(case_id=case.id, kind=kind)
        session.add(row)
    row.due_at, row.remind_at = due_at, working_days.remind_from(kind, _priority(case), due_at)
    row.paused_on = row.met_on = row.reminded_at = row.escalated_at = None


def _meet_first_look(case: Case, rows: dict[ClockKind, CaseClock], today: date) -> None:
    """To look is not enough where somebody is in danger: the deadline runs until an officer writes or refers the case."""
    if case.in_danger_since is None:
        _meet(rows, (ClockKind.TRIAGE,), today)


def _meet(rows: dict[ClockKind, CaseClock], kinds: Sequence[ClockKind], today: date) -> None:
    for kind in kinds:
        row = rows.get(kind)
        if row is not None and row.met_on is None:
            row.met_on, row.paused_on = today, None


def _priority(case: Case) -> Priority:
    # A case without one was never triaged; nothing that is filed is.
    return case.priority or Priority.P4
