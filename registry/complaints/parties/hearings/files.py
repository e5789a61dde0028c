"""Papers that an agency submits with its answer or objection, for the officers of the case once that is sent.

They are in the hearing's own box, like its texts; originals are for the custodian alone, like a complainant's.
"""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.attachments.actions import (
    attachments_of,
    copied_as,
    facts_of,
    one_of_them,
    open_clean,
    safe_name,
)
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.storage import FileStore
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import CleanFile
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.sealing.models import EncryptedContainer, KeyHolder, WrappedKey
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.complaints.sealing.unit_keys import known_public
from registry.officers.models import Unit
from registry.vocabulary.cases import AttachmentState, FileKind, HandedWith, NoCopy


class HandedFile(NamedTuple):
    """One paper. `size` is in bytes as sent; `no_copy` says why there is no clean copy; without an original that copy is all."""

    reference: str
    name: str
    kind: FileKind
    size: int
    stored_on: date
    state: AttachmentState
    no_copy: NoCopy | None
    goes_with: HandedWith
    has_original: bool


def files_in(session: Session, opened: OpenContainer, case: Case) -> list[HandedFile]:
    """The files in the box of a hearing, oldest first, for the agency itself."""
    return _view(opened, case, attachments_of(session, [opened.box]))


def handed_in(session: Session, opened: OpenContainer, case: Case, hearing: Hearing) -> list[HandedFile]:
    """The files that officers see: none before the agency has sent what it goes with."""
    return _view(opened, case, sent_files(session, case, Hearing.id == hearing.id))


def files_of_hearings(session: Session, sealer: Sealer, officer: Officer, case: Case) -> list[HandedFile]:
    """The papers of all answers and objections in a case."""
    found, rows = [], sent_files(session, case)
    for box in _boxes(session, rows):
        opened = sealer.open_as_unit(session, box, officer.unit)
        found += _view(opened, case, [row for row in rows if row.box_id == box.id])
    return found


def sent_files(session: Session, case: Case, *of: ColumnElement[bool]) -> list[Attachment]:
    """The papers in the hearings of a case, or some of them, with what was sent: what is not sent is the agency's alone."""
    is_sent = or_(
        and_(Attachment.goes_with == HandedWith.ANSWER, Hearing.answered_on.is_not(None)),
        and_(Attachment.goes_with == HandedWith.OBJECTION, Hearing.objected_on.is_not(None)),
    )
    query = select(Attachment).join(Hearing, Hearing.box_id == Attachment.box_id)
    return list(session.scalars(query.where(Hearing.case_id == case.id, is_sent, *of).order_by(Attachment.id)))


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
    """A paper of an agency without place, device and author. Audited like every reading.

    Raises NotFound, also where there is no clean copy or nothing was sent yet; FilesUnavailable.
    """
    row = one_of_them(sent_files(session, case, Hearing.reference == hearing), attachment)
    opened = sealer.open_as_unit(session, session.get_one(EncryptedContainer, row.box_id), officer.unit)
    body = open_clean(store, opened, case, row)
    record(session, "hearing.file_read", case.reference, on=today, actor=officer.name, detail=officer.role)
    return CleanFile(safe_name(facts_of(opened, case, row).name, copied_as(row)), body)


def keeps_originals(session: Session, sealer: Sealer, case: Case, hearing: Hearing) -> bool:
    """Whether the custodian's key of a hearing's box is at hand, so that an original can be sealed to it."""
    unit = session.get_one(Unit, case.unit_id).reference
    existing = (
        WrappedKey.box_id == hearing.box_id,
        WrappedKey.holder_kind == KeyHolder.CUSTODIAN,
        WrappedKey.holder == unit,
    )
    kid = session.execute(select(WrappedKey.kid).where(*existing)).scalar()
    return kid is not None and known_public(sealer.keyring, KeyHolder.CUSTODIAN, unit, kid) is not None


def _boxes(session: Session, rows: Iterable[Attachment]) -> list[EncryptedContainer]:
    query = (
        select(EncryptedContainer)
        .where(EncryptedContainer.id.in_({row.box_id for row in rows}))
        .order_by(EncryptedContainer.id)
    )
    return list(session.scalars(query))


def _view(opened: OpenContainer, case: Case, rows: Iterable[Attachment]) -> list[HandedFile]:
    found = []
    for row in rows:
        facts = facts_of(opened, case, row)
        # Whatever lies in a hearing's box was handed in with something.
        assert row.goes_with is not None
        found.append(
            HandedFile(
                row.reference, facts.name, row.kind, facts.size, row.stored_on, row.state, row.no_copy,
                row.goes_with, row.original_name is not None,
            )
        )  # fmt: skip
    return found
