"""Files of evidence: a photograph, scan or recording that an officer took, beside its entry in the evidence list (events.py).

The entry says who took it, when and where; its author adds the files. They lie in an encrypted container of their own, one for
each entry, which the case's unit opens. Officers read a clean copy. The original, whose SHA-256 the list states, opens to the
unit's custodian, once two persons agreed to it, as that of a complainant's file does (access_grants).
"""

import hashlib
from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import SentFile, attachments_of, one_of_them, remove
from registry.complaints.attachments.file_store import FileStore
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.uploading import UploadServices, upload
from registry.complaints.case.models import Case
from registry.complaints.case.units import day_of_case
from registry.complaints.casework import events, notes, sealed_copies
from registry.complaints.casework.actions import Officer, lock_case, record_act, record_reading
from registry.complaints.casework.models import CaseEvent
from registry.complaints.casework.queries import CleanFile, read_copy, require_readable
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.calls import Call
from registry.core.errors import Fault, InvalidInput, NotFound, NotNow
from registry.vocabulary import cases, codes


def add_file(
    services: UploadServices, sealer: Sealer, officer: Officer, reference: str, event: str, sent: SentFile, at: datetime
) -> Attachment:
    """Add a file to an entry of evidence that the officer wrote; it must have the SHA-256 that the entry states, if it does.

    Commits, so the caller holds no transaction that writes. Raises NotFound, NotNow, InvalidInput, RefusedFile,
    FilesUnavailable, TooBusy; then nothing was kept.
    """

    def record_added(session: Session) -> None:
        call = Call(session, officer, at)
        case, _ = _lock_own(call, reference, event)
        record_act(call, case, "event.file_added")

    with services.sessions.begin() as session:
        case, row = _lock_own(Call(session, officer, at), reference, event)
        stated = events.open_event(session, sealer, officer.unit, case, row).sha256
        if stated and stated != hashlib.sha256(sent.body).hexdigest():
            raise InvalidInput([Fault.of("file", codes.Problem.INVALID_VALUE, "other_sha256")])
        today = day_of_case(session, case, at)
        opened = _open_container(session, sealer, officer.unit, case, row, today)
    return upload(services, opened, case, sent, today, record_added)


def remove_file(call: Call[Officer], reference: str, event: str, attachment: str) -> list[str]:
    """Remove a file on the day on which it was added; gives the names to discard in the store after the commit.

    Raises NotFound, NotNow.
    """
    session, officer = call.session, call.actor
    case, row = _lock_own(call, reference, event)
    found = one_of_them(_files(session, row), attachment)
    notes.require_own(officer, row.written_by, found.stored_on, day_of_case(session, case, call.at))
    if case.has_legal_hold:
        raise NotNow("the case is under legal hold: nothing of it is removed", "case.on_hold")
    names = remove(session, [found])
    record_act(call, case, "event.file_removed")
    return names


def read_file(
    call: Call[Officer], sealer: Sealer, store: FileStore, reference: str, event: str, attachment: str
) -> CleanFile:
    """The clean copy of a file. Audited like every reading.

    Raises NotFound, also where there is no copy yet; NotNow, FilesUnavailable.
    """
    session, officer = call.session, call.actor
    case = lock_case(session, officer, reference)
    require_readable(case)
    found = one_of_them(_files(session, events.find_event(session, case, event)), attachment)
    copy = read_copy(session, sealer, officer.unit, store, case, found)
    record_reading(call, case, "event.file_read")
    return copy


def _lock_own(call: Call[Officer], reference: str, event: str) -> tuple[Case, CaseEvent]:
    """An entry of evidence that the officer wrote, and its locked case. Raises NotFound, NotNow."""
    case = lock_case(call.session, call.actor, reference)
    require_readable(case)
    row = events.find_event(call.session, case, event)
    if row.kind is not cases.EventKind.EVIDENCE:
        raise NotFound("there is no such evidence in this case")
    if row.written_by != call.actor.name:
        raise NotNow("only the author of an entry adds files to it and removes them", "case.evidence_of_another")
    return case, row


def _open_container(
    session: Session, sealer: Sealer, unit: str, case: Case, row: CaseEvent, today: date
) -> OpenContainer:
    """The container of an entry's files, made with the first; opened with the custodian's key where that is on this server.

    So that an original is sealed to the custodian: nothing else that this key opens reaches the caller.
    """
    if row.box_id is None:
        opened = sealed_copies.new_copy_box(session, sealer, case, unit, today)
        row.box_id = opened.box.id
        return opened
    box = session.get_one(EncryptedContainer, row.box_id)
    is_custodians = sealed_copies.keeps_originals(session, sealer, box.id, unit)
    return (sealer.open_as_custodian if is_custodians else sealer.open_as_unit)(session, box, unit)


def _files(session: Session, row: CaseEvent) -> list[Attachment]:
    return [] if row.box_id is None else attachments_of(session, [session.get_one(EncryptedContainer, row.box_id)])
