"""What a unit's custodian alone opens: the worker's identity and safe contact, and files as they were sent.

Each look has a reason and the approval of a second person, and is in the audit trail with both names.
"""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.actions import attachments_of, facts_of, one_of_them, open_original, safe_name
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.storage import FileStore
from registry.complaints.case import answers
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import same_person
from registry.complaints.case.questions import of_tier
from registry.complaints.casework.actions import MAX_REASON, Officer, lock_case, opened_boxes
from registry.complaints.parties.hearings.files import sent_files
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer, Tier
from registry.core.codes import Problem
from registry.core.errors import Fault, IllegalMove, InvalidInput


class Approval(NamedTuple):
    """Who approved a look, and why."""

    by: str
    reason: str


def identity(
    session: Session, sealer: Sealer, officer: Officer, reference: str, approval: Approval, today: date
) -> dict[str, dict[str, Any]]:
    """Identity and safe contact of the complainants, by mailbox. Raises NotFound, IllegalMove, InvalidInput."""
    case = _approved(session, officer, reference, approval)
    found = identity_in(session, sealer, officer.unit, case)
    _recorded(session, officer, case, approval, "case.identity_read", today)
    return found


def original(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    attachment: str,
    approval: Approval,
    store: FileStore,
    today: date,
) -> bytes:
    """A file as it was sent, with all that it may tell of place and person. Raises as `identity`, and FilesUnavailable."""
    case = _approved(session, officer, reference, approval)
    _, body = original_in(session, sealer, officer.unit, case, attachment, store)
    _recorded(session, officer, case, approval, "case.original_read", today)
    return body


def identity_in(session: Session, sealer: Sealer, unit: str, case: Case) -> dict[str, dict[str, Any]]:
    """As `identity`, for a caller who has checked that it may be opened, and audits it."""
    found = {}
    for box in opened_boxes(session, case):
        opened = sealer.open_as_custodian(session, box, unit)
        given = of_tier(answers.read(session, opened, case).answers, Tier.IDENTITY)
        if given:
            found[box.reference] = given
    return found


def original_in(
    session: Session, sealer: Sealer, unit: str, case: Case, attachment: str, store: FileStore
) -> tuple[str, bytes]:
    """Name and content of a file as it was sent, for a caller who has asked whether it may be opened, and audits it."""
    row = one_of_them(files_of_case(session, case), attachment)
    opened = sealer.open_as_custodian(session, session.get_one(EncryptedContainer, row.box_id), unit)
    return safe_name(facts_of(opened, case, row).name, row.kind), open_original(store, opened, case, row)


def files_of_case(session: Session, case: Case) -> list[Attachment]:
    """The files of those who wrote, and what agencies sent when they were heard."""
    return [*attachments_of(session, opened_boxes(session, case)), *sent_files(session, case)]


def _approved(session: Session, officer: Officer, reference: str, approval: Approval) -> Case:
    read_text("reason", approval.reason, MAX_REASON)
    if not approval.by.strip() or len(approval.by) > 200:
        raise InvalidInput([Fault("approved_by", Problem.MISSING, "must be a name, in 200 characters")])
    if same_person(approval.by) == same_person(officer.name):
        raise IllegalMove("what the custodian opens is approved by a second person", "opening.own_request")
    return lock_case(session, officer, reference)


def _recorded(session: Session, officer: Officer, case: Case, approval: Approval, act: str, today: date) -> None:
    session.flush()
    record(session, f"{act}_approved", case.reference, on=today, actor=approval.by.strip())
    record(session, act, case.reference, on=today, actor=officer.name, detail="custodian")
