"""The files of an open mailbox: what is there, what may be added, and the clean copy to download."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import SentFile, attachments_of, copied_as, facts_of, remove
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.sanitise_jobs import SanitiseJob, sanitise_jobs_due
from registry.complaints.attachments.uploading import UploadServices, upload
from registry.complaints.case import access, moves, units
from registry.complaints.case.models import Case
from registry.complaints.case.visits import Visit
from registry.complaints.casework import unread
from registry.complaints.intake.mailbox import TAKES_MESSAGES
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import NotFound, NotNow
from registry.core.settings import Settings
from registry.vocabulary.cases import AttachmentState, CaseRole, CaseState, FileKind, MailboxRole, NoCopy, UnreadKind

TAKES_FILES = TAKES_MESSAGES | {CaseState.DRAFT}


class ShownFile(NamedTuple):
    """One file. `size` is in bytes as sent; `copied_as` what the clean copy is, once `state` is `clean`."""

    reference: str
    box_role: MailboxRole
    name: str
    kind: FileKind
    size: int
    stored_on: date
    state: AttachmentState
    no_copy: NoCopy | None
    copied_as: FileKind


class OpenedFile(NamedTuple):
    """One file with the open box, the case and the attachment that belong to it."""

    opened: OpenContainer
    case: Case
    attachment: Attachment


def open_for_files(session: Session, sealer: Sealer, visit: Visit) -> tuple[OpenContainer, Case]:
    """The mailbox and its case, if a file may be added to it now. Raises NotNow."""
    access.require_writable(visit)
    case = session.get_one(Case, visit.box.case_id)
    if case.state not in TAKES_FILES:
        raise _closed()
    return sealer.open_as_mailbox(session, visit.box, visit.seed), case


def take_file(services: UploadServices, opened: OpenContainer, case: Case, sent: SentFile, at: datetime) -> Attachment:
    """Take a file into the mailbox; of a case that was filed its officers are told.

    Commits, so the caller holds no transaction that writes. Raises NotNow, RefusedFile, FilesUnavailable, TooBusy; then
    nothing was kept.
    """

    with services.sessions.begin() as session:
        today = units.day_of_case(session, case, at)

    def tell(session: Session) -> None:
        locked = moves.lock_case_by_id(session, case.id)
        if locked.state not in TAKES_FILES:
            raise _closed()
        if locked.state is not CaseState.DRAFT:
            unread.note(session, locked, UnreadKind.FILE, at)
            moves.changed(session, locked, "case.file_added", today, role=CaseRole.COMPLAINANT)

    return upload(services, opened, case, sent, today, tell)


def _closed() -> NotNow:
    return NotNow("files are not read here now; a closed case can be opened again")


def list_files(session: Session, sealer: Sealer, visit: Visit) -> list[ShownFile]:
    """The files of a mailbox, oldest first: for the worker also the helpers', for a helper only the helper's own."""
    files = []
    for opened, case, one in _files_with_keys(session, sealer, visit):
        facts = facts_of(opened, case, one)
        files.append(
            ShownFile(
                reference=one.reference,
                box_role=opened.box.role,
                name=facts.name,
                kind=one.kind,
                size=facts.size,
                stored_on=one.stored_on,
                state=one.state,
                no_copy=one.no_copy,
                copied_as=copied_as(one),
            )
        )
    return sorted(files, key=lambda file: file.stored_on)


def find_file(session: Session, sealer: Sealer, visit: Visit, reference: str) -> OpenedFile:
    """One file of a mailbox. Raises NotFound if there is none or it is in another mailbox; NotNow."""
    for existing in _files_with_keys(session, sealer, visit):
        if existing.attachment.reference == reference:
            return existing
    raise NotFound("there is no such file in this mailbox")


def remove_own_file(session: Session, sealer: Sealer, visit: Visit, reference: str) -> list[str]:
    """Remove one's own file from a draft; gives the names to discard in the store after the commit. Raises NotFound, NotNow."""
    existing = find_file(session, sealer, visit, reference)
    if (
        moves.lock_case_by_id(session, existing.case.id).state is not CaseState.DRAFT
        or existing.opened.box.id != visit.box.id
    ):
        raise NotNow("this was handed in and stays with the officers: write to them if it should not")
    return remove(session, [existing.attachment])


def pending_sanitise_jobs(session: Session, sealer: Sealer, visit: Visit, settings: Settings) -> list[SanitiseJob]:
    """The clean copies that this mailbox still waits for: begin them after the commit."""
    found = list(_files_with_keys(session, sealer, visit))
    opened = {existing.opened.box.id: existing.opened for existing in found}
    return sanitise_jobs_due(session, settings, found[0].case, list(opened.values())) if found else []


def _files_with_keys(session: Session, sealer: Sealer, visit: Visit) -> Iterator[OpenedFile]:
    access.require_writable(visit)
    case = session.get_one(Case, visit.box.case_id)
    for box in access.readable_boxes(session, visit.box):
        if access.is_shared(session, box, visit.box):
            opened = sealer.open_as_mailbox(session, visit.box, visit.seed, of=box)
            for attachment in attachments_of(session, [box]):
                yield OpenedFile(opened, case, attachment)
