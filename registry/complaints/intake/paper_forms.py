"""Paper forms: their codes are made in advance; a form is typed in by its number, saved page by page, and sent once.

The worker keeps the slip with the code and hands in the form, which has the case's reference and opens nothing. The box of
such a code is like any that was begun and not confirmed yet, and is kept for a year; its code also opens it on the pages, and
answers may be given there instead.

The officer knows only the form's reference. When typing begins, the box gets new content keys, sealed to the slip's own
mailbox and to the unit and custodian; nothing had been sealed under the old ones. The officer can write the worker's
identity but not read it back.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, select
from sqlalchemy.orm import Session, sessionmaker

from registry.audit.actions import record
from registry.complaints.attachments.models import Attachment
from registry.complaints.case import access, answer_rules, moves
from registry.complaints.case.answers import Sheet, find_sheet_row, merge_answers, read_sheet, write_sheet
from registry.complaints.case.complaint_codes import Root
from registry.complaints.case.models import Case
from registry.complaints.case.questions import QUESTIONNAIRE, cleared, of_tier
from registry.complaints.casework.actions import Officer
from registry.complaints.intake import filing, rules
from registry.complaints.intake.models import AnswerSheet, PaperForm
from registry.complaints.retention.rules import paper_day
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer, Tier
from registry.complaints.sealing.unit_keys import ESCROW
from registry.core.calls import Call
from registry.core.db.locking import require_version
from registry.core.errors import Fault, InvalidInput, NotFound, NotNow
from registry.core.ids import read_reference
from registry.officers import absence, days
from registry.officers.models import Officer as Account
from registry.officers.models import Unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, KeyHolder, MailboxRole, MailboxState
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

MAX_AT_ONCE = 200


class Minted(NamedTuple):
    """A preprinted complaint code. `code` goes on the slip, `reference` on the form."""

    code: str
    reference: str


def premint(session: Session, sealer: Sealer, code: str, root: Root, language: Language, today: date) -> Minted:
    """A box for a form. `code` and `root` as for `filing.start`. Commit before the form is printed.

    Raises IntakeClosed where no unit would take the form.
    """
    case = filing.new_draft(session, language, today, paper_day(today))
    sealer.new_box(session, access.new_box(session, case, MailboxRole.WORKER, root, today), root.public)
    return Minted(code, case.reference)


class Typed(NamedTuple):
    """A form that is half typed: `answers` without identity, and codes of identity answers, which are not read back.

    `left_out`: codes of answers that do not count, because an earlier question was answered otherwise. `version` is the
    sheet's.
    """

    form: PaperForm
    reference: str
    answers: dict[str, Any]
    hidden: frozenset[str]
    left_out: tuple[str, ...]
    version: int


class Listed(NamedTuple):
    reference: str
    received_on: date
    saved_on: date


def begin(call: Call[Officer], sealer: Sealer, number: str, received_on: date) -> str:
    """Begin to type in a form, or go on with one's own. Gives its reference.

    A colleague's is taken over where the colleague cannot go on today. Raises InvalidInput where no printed form of this number
    waits or the day cannot be, NotNow where it was typed in already.
    """
    session, officer, today, reference = call.session, call.actor, days.today_of(call), read_reference(number)
    case = moves.lock_case_where(session, Case.reference == reference) if reference else None
    if case is None:
        raise _unknown()
    form = _form_of(session, case)
    _require_not_recorded(session, officer, case, form)
    if form is not None:
        if form.unit != officer.unit:
            raise _unknown()
        if form.officer != officer.name and _is_there(session, form.officer, today):
            raise NotNow(
                f"a colleague began to type this form in, last on {form.saved_on}: ask who has the paper",
                "paper.begun_by_another",
                day=form.saved_on,
            )
        form.officer = officer.name
        _set_received(case, form, received_on, today)
        return case.reference
    # Only preprinted codes are kept for so long; a draft begun on the pages must not be typed into.
    if case.state is not CaseState.DRAFT or case.purge_on != paper_day(case.filed_on):
        raise _unknown()
    rules.require_received(received_on, case.filed_on, today)
    box = _box_of(session, case)
    if _is_in_use(session, box):
        raise NotNow(
            "answers were begun on the pages under this form's number: the person with the slip sends them there",
            "paper.begun_on_pages",
        )
    opened = sealer.new_copy(box)
    sealer.share(session, opened, KeyHolder.MAILBOX, box.reference, box.public_key)
    sealer.hand_over(session, opened, officer.unit)
    session.add(
        PaperForm(
            case_id=case.id, unit=officer.unit, officer=officer.name, received_on=received_on, saved_on=today,
            entered_on=None,
        )
    )  # fmt: skip
    session.flush()
    _record(call, case, "paper.begun")
    return case.reference


def _is_there(session: Session, reference: str, today: date) -> bool:
    account = session.scalars(select(Account).where(Account.reference == reference)).one_or_none()
    return account is not None and absence.is_able(session, account, Resource.PAPER, Act.WRITE, today)


def unfinished(session: Session, officer: Officer) -> list[Listed]:
    """The forms that this officer has half typed, the oldest first."""
    mine = (PaperForm.officer == officer.name, PaperForm.unit == officer.unit, PaperForm.entered_on.is_(None))
    rows = session.execute(
        select(Case.reference, PaperForm.received_on, PaperForm.saved_on)
        .join(Case, Case.id == PaperForm.case_id)
        .where(*mine, Case.state == CaseState.DRAFT)
        .order_by(PaperForm.saved_on, PaperForm.id)
    )
    return [Listed(*row) for row in rows]


def typed_so_far(session: Session, sealer: Sealer, officer: Officer, reference: str) -> Typed:
    """What was typed in so far. Raises NotFound for another officer's form, NotNow once it was sent."""
    case, form = _lock_own(session, officer, reference)
    sheet = read_sheet(session, _open_box(session, sealer, case, officer), case)
    return _typed(case, form, sheet)


def save_page(call: Call[Officer], sealer: Sealer, reference: str, answers: Mapping[str, Any]) -> Typed:
    """Save a page of answers; an empty answer is removed, but identity stays unless it is typed anew.

    Raises InvalidInput with every field, StaleVersion, and as `typed_so_far`.
    """
    session, officer = call.session, call.actor
    read = answer_rules.read_answers(answers)
    case, form = _lock_own(session, officer, reference)
    read = {
        code: value for code, value in read.items() if value is not None or QUESTIONNAIRE[code].tier != Tier.IDENTITY
    }
    opened = _open_box(session, sealer, case, officer)
    if isinstance(who := read.get("who_files"), str):
        opened.box.role = MailboxRole.HELPER if who in filing.HELPERS else MailboxRole.WORKER
    sheet = merge_answers(session, opened, case, read_sheet(session, opened, case), read, call.version)
    form.saved_on = days.today_of(call)
    session.flush()
    return _typed(case, form, sheet)


def send(call: Call[Officer], sealer: Sealer, reference: str) -> Case:
    """Make a case of the form in the officer's own unit, filed on the day on which the paper was handed in.

    Raises InvalidInput when nothing was typed, IntakeClosed, StaleVersion, and as `typed_so_far`.
    """
    session, officer = call.session, call.actor
    case, form = _lock_own(session, officer, reference)
    opened = _open_box(session, sealer, case, officer)
    sheet = read_sheet(session, opened, case)
    require_version(sheet.version, call.version, "this form")
    given = cleared(sheet.answers)
    if not given.keys() - {"who_files"}:
        raise InvalidInput([Fault.of("answers", Problem.MISSING, "nothing_typed")])
    unit = session.execute(select(Unit).where(Unit.reference == officer.unit)).scalar_one()
    filing.hand_over(session, sealer, case, opened, given, call.at, unit=unit, received_on=form.received_on)
    write_sheet(session, opened, case, sheet, given, submitted_on=form.received_on)
    # The person who handed the form in has kept its slip.
    opened.box.state = MailboxState.OPEN
    form.entered_on = days.today_of(call)
    session.flush()
    _record(call, case, "paper.entered", str(form.received_on))
    return case


def discard(call: Call[Officer], sealer: Sealer, reference: str) -> None:
    """Discard what was typed, as for a wrong form. Its code works as before. Raises as `typed_so_far`, StaleVersion."""
    session, officer = call.session, call.actor
    case, form = _lock_own(session, officer, reference)
    if call.version is not None:
        sheet = read_sheet(session, _open_box(session, sealer, case, officer), case)
        require_version(sheet.version, call.version, "this form")
    _forget(session, sealer, case, form)
    _record(call, case, "paper.dropped")


def drop_stale(sessions: sessionmaker[Session], sealer: Sealer, today: date) -> int:
    """Delete forms left unfinished, and revoke a unit's keys where the answers were sent on the pages meanwhile."""
    left = PaperForm.entered_on.is_(None)
    is_over: ColumnElement[bool] = (PaperForm.saved_on < rules.stale_before(today)) | (Case.state != CaseState.DRAFT)
    with sessions() as session:
        over = select(PaperForm.case_id).join(Case, Case.id == PaperForm.case_id).where(and_(left, is_over))
        case_ids = session.execute(over.order_by(PaperForm.case_id)).scalars().all()
    for case_id in case_ids:
        with sessions.begin() as session:
            case = moves.lock_case_where(session, Case.id == case_id)
            form = _form_of(session, case) if case is not None else None
            if case is not None and form is not None and form.entered_on is None:
                _forget(session, sealer, case, form)
    return len(case_ids)


def _forget(session: Session, sealer: Sealer, case: Case, form: PaperForm) -> None:
    box = _box_of(session, case)
    if case.state is CaseState.DRAFT or not _is_of_unit(session, case, form.unit):
        sealer.revoke(session, box, KeyHolder.UNIT, form.unit)
        sealer.revoke(session, box, KeyHolder.CUSTODIAN, form.unit)
    if case.state is CaseState.DRAFT:
        sealer.revoke(session, box, KeyHolder.ESCROW, ESCROW)
        if box.state is MailboxState.UNCONFIRMED:
            # The code was never used: everything in this box was typed in here.
            session.execute(delete(AnswerSheet).where(AnswerSheet.box_id == box.id))
    session.delete(form)
    session.flush()


def _is_of_unit(session: Session, case: Case, unit: str) -> bool:
    whose = session.get(Unit, case.unit_id) if case.unit_id is not None else None
    return whose is not None and whose.reference == unit


def _lock_own(session: Session, officer: Officer, reference: str) -> tuple[Case, PaperForm]:
    """A half typed form of this officer, locked."""
    wanted = select(PaperForm.case_id).join(Case, Case.id == PaperForm.case_id)
    mine = (Case.reference == reference, PaperForm.officer == officer.name, PaperForm.unit == officer.unit)
    case_id = session.execute(wanted.where(*mine)).scalar_one_or_none()
    if case_id is None:
        raise NotFound("there is no form of this number that you began to type in: begin with its number")
    case = moves.lock_case_by_id(session, case_id)
    form = _form_of(session, case)
    _require_not_recorded(session, officer, case, form)
    if form is None or case.state is not CaseState.DRAFT:
        raise NotFound("this form was sent or dropped in the meantime: begin with its number")
    return case, form


def _require_not_recorded(session: Session, officer: Officer, case: Case, form: PaperForm | None) -> None:
    if case.state is CaseState.DRAFT or not _is_of_unit(session, case, officer.unit):
        return
    if form is not None and form.entered_on is not None:
        raise NotNow(
            f"this form was typed in on {form.entered_on}, as case {case.reference}: it is not entered twice",
            "paper.entered",
            day=form.entered_on,
            case=case.reference,
        )
    raise NotNow(
        f"what stands under this form's number was sent on the pages on {case.filed_on}: do not enter it again",
        "paper.sent_on_pages",
        day=case.filed_on,
    )


def _set_received(case: Case, form: PaperForm, received_on: date, today: date) -> None:
    if received_on != form.received_on:
        rules.require_received(received_on, case.filed_on, today)
        form.received_on = received_on


def _open_box(session: Session, sealer: Sealer, case: Case, officer: Officer) -> OpenContainer:
    """The form's box, opened at both tiers, so that a rewrite leaves nothing out. `_typed` gives no identity."""
    return sealer.open_as_custodian(session, _box_of(session, case), officer.unit)


def _box_of(session: Session, case: Case) -> EncryptedContainer:
    return session.execute(access.mailboxes(case)).scalars().one()


def _form_of(session: Session, case: Case) -> PaperForm | None:
    return session.execute(select(PaperForm).where(PaperForm.case_id == case.id)).scalar_one_or_none()


def _is_in_use(session: Session, box: EncryptedContainer) -> bool:
    has_files = session.execute(select(exists().where(Attachment.box_id == box.id))).scalar_one()
    return has_files or find_sheet_row(session, box) is not None


def _typed(case: Case, form: PaperForm, sheet: Sheet) -> Typed:
    identity = of_tier(sheet.answers, Tier.IDENTITY)
    given = {code: value for code, value in sheet.answers.items() if code not in identity}
    counted = cleared(sheet.answers)
    left_out = tuple(code for code in sheet.answers if code not in counted)
    return Typed(form, case.reference, given, frozenset(identity), left_out, sheet.version)


def _record(call: Call[Officer], case: Case, act: str, detail: str = "") -> None:
    officer, today = call.actor, days.today_of(call)
    record(call.session, act, case.reference, on=today, actor=officer.name, detail=detail, unit=officer.unit)


def _unknown() -> InvalidInput:
    return InvalidInput([Fault.of("form", Problem.INVALID_VALUE, "paper_number")])
