"""Papers that an agency submits with its answer or objection, for the officers of the case once that is sent.

They are in the hearing's own box, like its texts; originals are for the custodian alone, like a complainant's.

An agency adds and removes papers until the answer they belong to is sent, and downloads them. Its unit opens texts
(tier 2), never an original (tier 3). So the box is opened here with the keys of the case's custodian: for sealing, for the
process that makes the clean copy, and to give the agency back what it sent. That is audited, and nothing else of it
reaches the caller. Where the custodian's secret is not at hand, only the clean copy is stored and given.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments import file_store, uploading
from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.complaints.case.units import day_of_case
from registry.complaints.casework.actions import Officer, record_reading
from registry.complaints.casework.queries import CleanFile, FileInCase, file_in_case, read_copy
from registry.complaints.casework.sealed_copies import keeps_originals
from registry.complaints.parties.hearings import moves, rules
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import PartyMember, find_open, open_box
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer, Tier
from registry.core.calls import Call
from registry.core.errors import IllegalMove
from registry.officers.models import Unit
from registry.vocabulary.cases import HandedWith


def files_in(session: Session, opened: OpenContainer, case: Case) -> list[FileInCase]:
    """The files in the box of a hearing, oldest first, for the agency itself."""
    return [file_in_case(opened, case, row) for row in attachments.attachments_of(session, [opened.box])]


def handed_in(session: Session, opened: OpenContainer, case: Case, hearing: Hearing) -> list[FileInCase]:
    """The files that officers see: none before the agency has sent what it goes with."""
    return [file_in_case(opened, case, row) for row in sent_files(session, case, Hearing.id == hearing.id)]


def files_of_hearings(session: Session, sealer: Sealer, officer: Officer, case: Case) -> list[FileInCase]:
    """The papers of all answers and objections in a case."""
    found, rows = [], sent_files(session, case)
    for box in _boxes(session, rows):
        opened = sealer.open_as_unit(session, box, officer.unit)
        found += [file_in_case(opened, case, row) for row in rows if row.box_id == box.id]
    return found


def sent_files(session: Session, case: Case, *of: ColumnElement[bool]) -> list[Attachment]:
    """The papers in the hearings of a case, or some of them, with what was sent: what is not sent is the agency's alone."""
    is_sent = or_(
        and_(Attachment.goes_with == HandedWith.ANSWER, Hearing.answered_on.is_not(None)),
        and_(Attachment.goes_with == HandedWith.OBJECTION, Hearing.objected_on.is_not(None)),
    )
    query = select(Attachment).join(Hearing, Hearing.box_id == Attachment.box_id)
    return list(session.scalars(query.where(Hearing.case_id == case.id, is_sent, *of).order_by(Attachment.id)))


def read_clean_copy(
    call: Call[Officer], sealer: Sealer, store: file_store.FileStore, case: Case, hearing: str, attachment: str
) -> CleanFile:
    """A paper of an agency without place, device and author. Audited like every reading.

    Raises NotFound, also where there is no clean copy or nothing was sent yet; FilesUnavailable.
    """
    session, officer = call.session, call.actor
    row = attachments.one_of_them(sent_files(session, case, Hearing.reference == hearing), attachment)
    copy = read_copy(session, sealer, officer.unit, store, case, row)
    record_reading(call, case, "hearing.file_read")
    return copy


def add_file(
    services: uploading.UploadServices,
    sealer: Sealer,
    member: PartyMember,
    reference: str,
    sent: attachments.SentFile,
    at: datetime,
) -> Attachment:
    """Add a paper to an answer or objection. Commits, so the caller holds no transaction that writes.

    Whether it may still be added is checked again where the row is written: the answer may have been sent meanwhile, or
    the hearing be over. Raises NotFound, IllegalMove, RefusedFile, FilesUnavailable, TooBusy; then nothing was stored.
    """

    def require_open_still(session: Session) -> None:
        case, hearing = find_open(session, Hearing, member.unit, reference, at, moves.is_open_to_agency)
        _require_open(hearing, goes_with, day_of_case(session, case, at))
        _record(Call(session, member, at), case, "hearing.file_added")

    with services.sessions.begin() as session:
        case, hearing = find_open(session, Hearing, member.unit, reference, at, moves.is_open_to_agency)
        today = day_of_case(session, case, at)
        goes_with = _find_open_part(hearing, today)
        opened = _open_for_files(session, sealer, member.unit, case, hearing)
    return uploading.upload(services, opened, case, replace(sent, goes_with=goes_with), today, require_open_still)


def remove_file(call: Call[PartyMember], reference: str, attachment: str) -> list[str]:
    """Remove a paper before what it goes with is sent; gives the names to discard in the store after the commit.

    Raises NotFound, IllegalMove.
    """
    case, hearing, row = _find_own(call, reference, attachment)
    _require_open(hearing, row.goes_with, day_of_case(call.session, case, call.at))
    names = attachments.remove(call.session, [row])
    _record(call, case, "hearing.file_removed")
    return names


def find_own_file(
    call: Call[PartyMember], sealer: Sealer, store: file_store.FileStore, reference: str, attachment: str
) -> Callable[[], CleanFile]:
    """One of its own papers as it was sent, while the agency reads the hearing; the copy where no original can be opened here.

    What is given fetches it: call it after the transaction, for a store may be slow. Raises NotFound, also for another's; what
    is given raises NotFound where there is neither, and FilesUnavailable.
    """
    case, hearing, row = _find_own(call, reference, attachment)
    opened = _open_for_files(call.session, sealer, call.actor.unit, case, hearing)
    _record(call, case, "hearing.file_saved")
    if row.original_name is not None and Tier.IDENTITY in opened.tiers:
        fetch, kind = attachments.open_original, row.kind
    else:
        fetch, kind = attachments.open_clean, attachments.copied_as(row)
    name = attachments.safe_name(attachments.facts_of(opened, case, row).name, kind)
    return lambda: CleanFile(name, fetch(store, opened, case, row))


def _find_own(call: Call[PartyMember], reference: str, attachment: str) -> tuple[Case, Hearing, Attachment]:
    session = call.session
    case, hearing = find_open(session, Hearing, call.actor.unit, reference, call.at, moves.is_open_to_agency)
    box = session.get_one(EncryptedContainer, hearing.box_id)
    return case, hearing, attachments.attachment_of(session, [box], attachment)


def _find_open_part(hearing: Hearing, today: date) -> HandedWith:
    """What a paper submitted now would go with. Raises IllegalMove where the agency has nothing left to send."""
    if moves.may_object(hearing, today):
        return HandedWith.OBJECTION
    moves.require_answerable(hearing, today)
    return HandedWith.ANSWER


def _require_open(hearing: Hearing, goes_with: HandedWith | None, today: date) -> None:
    """Raise IllegalMove where what a paper goes with was sent, or its day is past."""
    if goes_with is not HandedWith.OBJECTION:
        moves.require_answerable(hearing, today)
    elif not moves.may_object(hearing, today):
        raise IllegalMove(
            "your objection was sent, or its day is past: its papers stay as they are", "hearing.objection_is_final"
        )


def _open_for_files(session: Session, sealer: Sealer, unit: str, case: Case, hearing: Hearing) -> OpenContainer:
    """The hearing's box, opened with the custodian's key where that is on this server, else with the agency's."""
    of_case = session.get_one(Unit, case.unit_id).reference
    if keeps_originals(session, sealer, hearing.box_id, of_case):
        box = session.get_one(EncryptedContainer, hearing.box_id)
        return sealer.open_as_custodian(session, box, of_case)
    return open_box(session, sealer, unit, hearing)


def _record(call: Call[PartyMember], case: Case, what: str) -> None:
    today = day_of_case(call.session, case, call.at)
    record(call.session, what, case.reference, on=today, actor=call.actor.name, detail=rules.By.AGENCY)


def _boxes(session: Session, rows: Iterable[Attachment]) -> list[EncryptedContainer]:
    query = (
        select(EncryptedContainer)
        .where(EncryptedContainer.id.in_({row.box_id for row in rows}))
        .order_by(EncryptedContainer.id)
    )
    return list(session.scalars(query))
