"""Papers that an agency hands in with its answer, for the officers of the case: names and clean copies, once it has answered.

They lie in the hearing's own box, where the answer is; originals are the custodian's, as those of a complainant are.
"""

from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.case_terms import AttachmentState, FileKind, NoCopy
from registry.complaints.attachments import (
    attachment_of,
    attachments_of,
    copied_as,
    facts_of,
    open_clean,
    shown_name,
)
from registry.complaints.boxes import Box
from registry.complaints.case_reading import CleanFile
from registry.complaints.casework import Officer
from registry.complaints.hearings.models import Hearing
from registry.complaints.models import Case
from registry.complaints.sealing import OpenBox, Sealer
from registry.complaints.storage import FileStore
from registry.errors import NotFound


class AnswerFile(NamedTuple):
    """One paper. `size` is in bytes as sent; `no_copy` says why there is no clean copy."""

    reference: str
    name: str
    kind: FileKind
    size: int
    kept_on: date
    state: AttachmentState
    no_copy: NoCopy | None


def files_in(session: Session, opened: OpenBox, case: Case) -> list[AnswerFile]:
    """What lies in the box of a hearing, the oldest first, for whoever has it open."""
    found = []
    for row in attachments_of(session, [opened.box]):
        facts = facts_of(opened, case, row)
        found.append(
            AnswerFile(row.reference, facts.name, row.kind, facts.size, row.kept_on, row.state, row.no_copy)
        )  # fmt: skip
    return found


def handed_in(session: Session, opened: OpenBox, case: Case, hearing: Hearing) -> list[AnswerFile]:
    """What officers see of it: nothing before the agency has answered, as with the answer itself."""
    return [] if hearing.answered_on is None else files_in(session, opened, case)


def files_of_answers(session: Session, sealer: Sealer, officer: Officer, case: Case) -> list[AnswerFile]:
    """The papers of all answers in a case."""
    found = []
    for box in answered_boxes(session, case):
        found += files_in(session, sealer.open_as_unit(session, box, officer.unit), case)
    return found


def answered_boxes(session: Session, case: Case) -> list[Box]:
    """The boxes of the hearings of a case that were answered."""
    answered = (Hearing.case_id == case.id, Hearing.answered_on.is_not(None))
    query = select(Box).join(Hearing, Hearing.box_id == Box.id).where(*answered).order_by(Box.id)
    return list(session.execute(query).scalars())


def clean_copy(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    case: Case,
    hearing: str,
    attachment: str,
    store: FileStore,
    today: date,
) -> CleanFile:
    """A paper of an answer without place, device and author. Audited like every reading.

    Raises NotFound, also where there is no clean copy or no answer yet; FilesUnavailable.
    """
    of_case = (Hearing.case_id == case.id, Hearing.reference == hearing, Hearing.answered_on.is_not(None))
    query = select(Box).join(Hearing, Hearing.box_id == Box.id)
    box = session.execute(query.where(*of_case)).scalar_one_or_none()
    if box is None:
        raise NotFound("there is no such attachment")
    row = attachment_of(session, [box], attachment)
    opened = sealer.open_as_unit(session, box, officer.unit)
    body = open_clean(store, opened, case, row)
    record(session, "hearing.file_read", case.reference, on=today, actor=officer.name, detail=officer.role)
    return CleanFile(shown_name(facts_of(opened, case, row).name, copied_as(row)), body)
