"""What an agency does with the papers of its answer: it adds and removes them while it may answer, and then no more.

Its unit opens what was told (tier 2), never an original (tier 3). So the box is opened here as the case's custodian opens it, for
sealing and for the errand that makes the clean copy; that stands in the audit, and nothing of it reaches whoever asks.
"""

from datetime import datetime

from sqlalchemy.orm import Session, sessionmaker

from registry.audit.actions import record
from registry.complaints.attachment_models import Attachment
from registry.complaints.attachments import attachment_of, remove
from registry.complaints.boxes import Box
from registry.complaints.hearings.portal import open_to, require_answerable
from registry.complaints.hearings.rules import By
from registry.complaints.models import Case
from registry.complaints.sealing import OpenBox, Sealer
from registry.complaints.storage import FileStore
from registry.complaints.uploading import upload
from registry.config import Settings
from registry.officers.models import Unit


def add(
    settings: Settings,
    sessions: sessionmaker[Session],
    store: FileStore,
    sealer: Sealer,
    desk: str,
    who: str,
    reference: str,
    at: datetime,
    *,
    body: bytes,
    name: str,
    declared: str = "",
    once: str,
) -> Attachment:
    """Take a paper along with an answer. Commits, so the caller holds no transaction that writes.

    Whether it may still answer is asked again where the row is written: it may have answered meanwhile, or its hearing be over.
    Raises NotFound, IllegalMove, RefusedFile, FilesUnavailable, KeyTrouble; then nothing was kept.
    """

    def on_record(session: Session) -> None:
        case, hearing = open_to(session, desk, reference, at.date())
        require_answerable(hearing, at.date())
        record(session, "hearing.file_added", case.reference, on=at.date(), actor=who, detail=By.AGENCY)

    with sessions.begin() as session:
        opened, case = _opened(session, sealer, desk, reference, at)
    return upload(
        settings, sessions, store, opened, case,
        body=body, name=name, declared=declared, once=once, today=at.date(), also=on_record,
    )  # fmt: skip


def removed(session: Session, desk: str, who: str, reference: str, attachment: str, at: datetime) -> list[str]:
    """Remove a paper before the answer is sent; gives the names to discard in the store after the commit.

    Raises NotFound, IllegalMove.
    """
    case, hearing = open_to(session, desk, reference, at.date())
    require_answerable(hearing, at.date())
    names = remove(session, [attachment_of(session, [session.get_one(Box, hearing.box_id)], attachment)])
    record(session, "hearing.file_removed", case.reference, on=at.date(), actor=who, detail=By.AGENCY)
    return names


def _opened(session: Session, sealer: Sealer, desk: str, reference: str, at: datetime) -> tuple[OpenBox, Case]:
    case, hearing = open_to(session, desk, reference, at.date())
    require_answerable(hearing, at.date())
    unit = session.get_one(Unit, case.unit_id).reference
    return sealer.open_as_custodian(session, session.get_one(Box, hearing.box_id), unit), case
