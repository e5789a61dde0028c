"""Officers' notes and tasks in a case, which the complainant, partners and agencies never see; and legal holds.

While a case is under legal hold nothing of it is destroyed; the reason is a note.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import access, messages
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import MAX_REASON, Officer, lock_case, record_act
from registry.complaints.casework.models import CaseNote, CaseTask
from registry.complaints.casework.queue.assignment import workers
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.core.db.locking import find
from registry.core.errors import Fault, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.officers import days, notices
from registry.officers.models import NoticeKind
from registry.vocabulary.codes import Problem

MAX_NOTE = 10_000
MAX_AHEAD = timedelta(days=730)
"""How far ahead a task may be due: a year that was mistyped would hide it for ever."""

MAX_TASK = 500


class Noted(NamedTuple):
    reference: str
    by: str
    on: date
    text: str


class Task(NamedTuple):
    """A task of a case. `done_on` is None while it waits."""

    reference: str
    by: str
    on: date
    due_on: date | None
    done_by: str | None
    done_on: date | None
    text: str
    owner: str | None


def write_note(call: Call[Officer], sealer: Sealer, reference: str, text: str) -> CaseNote:
    """Add a note. Raises NotFound, StaleVersion, InvalidInput."""
    session, officer, today = call.session, call.actor, days.today_of(call)
    case = lock_case(session, officer, reference, call.version)
    text = messages.read_text("text", text, MAX_NOTE)
    note = CaseNote(reference=new_reference(), case_id=case.id, written_by=officer.name, written_on=today)
    note.sealed = access.open_case_box(call.session, sealer, officer.unit, case).seal(text, place_of(case, note))
    session.add(note)
    record_act(call, case, "case.noted")
    session.flush()
    return note


def add_task(
    call: Call[Officer], sealer: Sealer, reference: str, text: str, due_on: date | None = None, owner: str | None = None
) -> CaseTask:
    """Add something to be done, by `owner`, an officer of the unit, or without one by the case's assignee.

    Raises NotFound, StaleVersion, InvalidInput.
    """
    session, officer, today = call.session, call.actor, days.today_of(call)
    owner = owner or None
    case = lock_case(session, officer, reference, call.version)
    text = messages.read_text("text", text, MAX_TASK)
    if due_on is not None and due_on < today:
        raise InvalidInput([Fault.of("due_on", Problem.INVALID_VALUE, "not_in_past")])
    if due_on is not None and due_on > today + MAX_AHEAD:
        raise InvalidInput([Fault.of("due_on", Problem.INVALID_VALUE, "days_within", days=MAX_AHEAD.days)])
    if owner is not None and owner not in {
        one.reference for one in workers(session, officer.unit, today) if one.takes_cases
    }:
        raise InvalidInput([Fault.of("owner", Problem.INVALID_VALUE, "officer_of_unit")])
    task = CaseTask(
        reference=new_reference(), case_id=case.id, made_by=officer.name, made_on=today, due_on=due_on, owner=owner
    )
    task.sealed = access.open_case_box(session, sealer, officer.unit, case).seal(text, place_of(case, task))
    session.add(task)
    if owner is not None and owner != officer.name:
        notices.notify_named(session, owner, NoticeKind.ASSIGNED, call.at)
    record_act(call, case, "case.task_added")
    session.flush()
    return task


def tick_task(call: Call[Officer], reference: str, task: str, *, is_done: bool) -> CaseTask:
    """Mark a task of a case as done, or as not done after all. Idempotent. Raises NotFound, StaleVersion."""
    session, officer, today = call.session, call.actor, days.today_of(call)
    case = lock_case(session, officer, reference, call.version)
    found = _task(session, case, task)
    if (found.done_on is not None) is not is_done:
        found.done_by, found.done_on = (officer.name, today) if is_done else (None, None)
        record_act(call, case, "case.task_done" if is_done else "case.task_reopened")
        session.flush()
    return found


def take_back_note(call: Call[Officer], reference: str, note: str) -> None:
    """Remove one's own note on the day it was written. Raises NotFound, NotNow, StaleVersion."""
    session, officer, today = call.session, call.actor, days.today_of(call)
    case = lock_case(session, officer, reference, call.version)
    its = CaseNote.case_id == case.id, CaseNote.reference == note
    found = find(session, CaseNote, *its, missing="there is no such note in this case")
    require_own(officer, found.written_by, found.written_on, today)
    session.delete(found)
    record_act(call, case, "case.note_taken_back")
    session.flush()


def take_back_task(call: Call[Officer], reference: str, task: str) -> None:
    """Remove a task that one added oneself today and that no one has done. Raises NotFound, NotNow, StaleVersion."""
    session, officer, today = call.session, call.actor, days.today_of(call)
    case = lock_case(session, officer, reference, call.version)
    found = _task(session, case, task)
    require_own(officer, found.made_by, found.made_on, today)
    if found.done_on is not None:
        raise NotNow("this task is done: it stays as it is", "case.task_is_done")
    session.delete(found)
    record_act(call, case, "case.task_taken_back")
    session.flush()


def require_own(officer: Officer, by: str, on: date, today: date) -> None:
    if by != officer.name or on != today:
        raise NotNow("only its author takes this back, on the day it was written", "case.not_taken_back")


def _task(session: Session, case: Case, reference: str) -> CaseTask:
    its = CaseTask.case_id == case.id, CaseTask.reference == reference
    return find(session, CaseTask, *its, missing="there is no such task in this case")


def notes_and_tasks(
    session: Session, sealer: Sealer, officer: Officer, case: Case
) -> tuple[Sequence[Noted], Sequence[Task]]:
    """The notes of a case, the latest first, and its tasks: what waits by its day, then what is done. The caller audits."""
    notes = session.scalars(select(CaseNote).where(CaseNote.case_id == case.id).order_by(CaseNote.id.desc())).all()
    tasks = session.scalars(select(CaseTask).where(CaseTask.case_id == case.id).order_by(CaseTask.id)).all()
    if not notes and not tasks:
        return [], []
    box = access.open_case_box(session, sealer, officer.unit, case)
    opened_tasks = [
        Task(
            one.reference, one.made_by, one.made_on, one.due_on, one.done_by, one.done_on,
            box.open(one.sealed, place_of(case, one)), one.owner,
        )
        for one in tasks
    ]  # fmt: skip
    return (
        [
            Noted(one.reference, one.written_by, one.written_on, box.open(one.sealed, place_of(case, one)))
            for one in notes
        ],
        sorted(opened_tasks, key=lambda one: (one.done_on is not None, one.due_on or date.max)),
    )


def set_legal_hold(call: Call[Officer], sealer: Sealer, reference: str, reason: str, *, is_held: bool) -> Case:
    """Put a case under legal hold, or take the hold away. The reason becomes a note of the case, sealed like the others.

    Raises NotFound, StaleVersion, InvalidInput.
    """
    text = messages.read_text("reason", reason, MAX_REASON)
    officer = call.actor
    case = lock_case(call.session, officer, reference, call.version)
    if case.has_legal_hold is not is_held:
        write_note(call, sealer, reference, text)
        case.has_legal_hold = is_held
        record_act(call, case, "case.held" if is_held else "case.released")
    return case
