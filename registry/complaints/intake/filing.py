"""Filing a complaint: first the complaint code, then the answers one by one, then submission to a unit.

Nothing here commits. A start whose response was lost leaves an empty draft that is deleted the next day. An answer that
was acknowledged is stored, and one sent twice is stored once; a second submission finds the first.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import attachments_of
from registry.complaints.case import visits
from registry.complaints.case.access import adopt, is_replacement, lock_case_for_visit, new_box, require_writable
from registry.complaints.case.answer_rules import read_answers
from registry.complaints.case.answers import (
    Sheet,
    merge_answers,
    read_before_typing,
    read_sheet,
    write_before_typing,
    write_sheet,
)
from registry.complaints.case.complaint_codes import Root, is_typed_back
from registry.complaints.case.models import Case
from registry.complaints.case.moves import lock_case_by_id
from registry.complaints.case.questions import cleared
from registry.complaints.case.units import require_open_intake
from registry.complaints.case.visits import Visit
from registry.complaints.intake import handover
from registry.complaints.retention.rules import draft_day
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer
from registry.core import working_days
from registry.core.errors import Fault, InvalidInput, NotNow
from registry.core.ids import new_reference
from registry.vocabulary.cases import CaseState, MailboxRole
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

HELPERS = frozenset({"friend_or_family", "union", "ngo", "other_helper"})
"""Answers to `who_files` of those who file for a worker; their complaint code opens less."""


class Started(NamedTuple):
    """A draft, and the token of its visit for the browser. The visit shows the complaint code until it is confirmed."""

    case: Case
    box: EncryptedContainer
    token: str


class Acknowledgement(NamedTuple):
    """The response to a submitted complaint: the same for every complaint, whatever became of it."""

    filed_on: date
    acknowledge_by: date
    answer_by: date


def start(
    session: Session, sealer: Sealer, code: str, root: Root, *, language: Language, role: MailboxRole, at: datetime
) -> Started:
    """Begin a draft under a new complaint code (`complaint_codes.new_code`); derive `root` before the transaction.

    Raises IntakeClosed where no unit would take the complaint.
    """
    case = new_draft(session, language, at.date(), draft_day(at.date(), is_confirmed=False))
    box = new_box(session, case, role, root, at.date())
    sealer.new_box(session, box, root.public)
    return Started(case, box, visits.begin(session, sealer, box, root.seed, at, code=code))


def new_draft(session: Session, language: Language, today: date, purge_on: date) -> Case:
    """A case that is not sent yet. Raises IntakeClosed where no unit would take the complaint."""
    require_open_intake(session)
    case = Case(reference=new_reference(), state=CaseState.DRAFT, filed_on=today, language=language, purge_on=purge_on)
    session.add(case)
    session.flush()
    return case


def confirm(session: Session, sealer: Sealer, visit: Visit, typed: str, at: datetime) -> str | None:
    """Confirm a complaint code by its last six digits or last two words, typed back. Idempotent.

    Gives a token when the browser needs another one from now on: a new code has just taken the place of the old one.
    Raises InvalidInput on wrong digits, however often.
    """
    if visit.is_confirmed:
        return None
    if visit.code is None or not is_typed_back(visit.code, typed):
        detail = "must be the last six digits, or the last two words, of the number shown"
        raise InvalidInput([Fault("last_six", Problem.INVALID_VALUE, detail)])
    case = lock_case_by_id(session, visit.box.case_id)
    if is_replacement(visit.box):
        box = adopt(session, sealer, visit.box, visit.seed)
        return visits.begin(session, sealer, box, visit.seed, at)
    visits.confirm(session, visit)
    set_draft_retention(case)
    return None


def set_draft_retention(case: Case) -> None:
    """Extend a draft to its full retention, as its code is confirmed; a preprinted one is kept longer still."""
    if case.state is CaseState.DRAFT:
        full = draft_day(case.filed_on, is_confirmed=True)
        case.purge_on = full if case.purge_on is None else max(case.purge_on, full)


def answer(
    session: Session,
    sealer: Sealer,
    visit: Visit,
    given: Mapping[str, Any],
    version: int | None = None,
    *,
    is_typing: bool = False,
) -> Sheet:
    """Store some answers, as they were typed, by their questions' codes; an empty one is removed.

    What another tab answered stays, unless it was the same question. `version` refuses a sheet that was changed since.
    `is_typing`: they are words that are still being typed; until they are saved, `mailbox.leave` puts back what stood there.
    Raises InvalidInput with the field, StaleVersion, NotNow before the code is confirmed and once the sheet was sent.
    """
    read = read_answers(given)
    case = lock_case_for_visit(session, visit, is_draft=True)
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sheet = read_sheet(session, opened, case)
    if sheet.submitted_on is not None:
        raise NotNow("this was sent already and stays as it is: write a message to add something")
    if case.state not in (CaseState.DRAFT, *handover.TAKES_MORE):
        raise NotNow("nothing more can be added here now")
    if case.state is CaseState.DRAFT and isinstance(who := read.get("who_files"), str):
        visit.box.role = MailboxRole.HELPER if who in HELPERS else MailboxRole.WORKER
    before = read_before_typing(opened, case, sheet)
    if is_typing:
        before = {code: sheet.answers.get(code) for code in read} | before
    else:
        before = {code: value for code, value in before.items() if code not in read}
    sheet = merge_answers(session, opened, case, sheet, read, version)
    write_before_typing(opened, case, sheet, before)
    return sheet


def answers(session: Session, sealer: Sealer, visit: Visit) -> Sheet:
    """The answers in this mailbox so far, for their author. Raises NotNow before the complaint code is confirmed."""
    require_writable(visit)
    case = session.get_one(Case, visit.box.case_id)
    return read_sheet(session, sealer.open_as_mailbox(session, visit.box, visit.seed), case)


def submit(session: Session, sealer: Sealer, visit: Visit, at: datetime) -> Acknowledgement:
    """Submit the answers to the unit in charge. A second call returns the same as the first.

    In a case that was filed already it adds the worker's own answers to the helper's. Raises IntakeClosed, NotNow, and
    InvalidInput when nothing was answered and no file was added: a recording alone is a complaint.
    """
    case = lock_case_for_visit(session, visit)
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sheet = read_sheet(session, opened, case)
    if sheet.submitted_on is None:
        given = cleared(sheet.answers)
        if not given.keys() - {"who_files"} and not attachments_of(session, [visit.box]):
            raise InvalidInput(
                [Fault("answers", Problem.MISSING, "nothing was answered yet: one answer or one file is enough")]
            )
        is_draft = case.state is CaseState.DRAFT
        if not is_draft and case.state not in handover.TAKES_MORE:
            raise NotNow("nothing more can be added here now")
        # Before the lines of the audit trail, for which all transactions wait.
        write_sheet(session, opened, case, sheet, given, submitted_on=at.date())
        if is_draft:
            handover.hand_over(session, sealer, case, opened, given, at)
        else:
            handover.add_answers(session, sealer, case, opened, given, at)
    return Acknowledgement(case.filed_on, *promised_days(case.filed_on))


def promised_days(filed_on: date) -> tuple[date, date]:
    """The days by which the complainant gets an acknowledgement, and an answer.

    Counted from the day alone, so that a quarantined complaint reads no differently.
    """
    by = filed_on + timedelta(days=working_days.ACKNOWLEDGE_DAYS)
    return by, working_days.months_after(filed_on, working_days.ANSWER_MONTHS)
