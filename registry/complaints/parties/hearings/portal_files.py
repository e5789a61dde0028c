"""An agency's papers in a hearing: added and removed until the answer they belong to is sent, and downloaded.

Its unit opens texts (tier 2), never an original (tier 3). So the box is opened here with the keys of the case's
custodian: for sealing, for the process that makes the clean copy, and to give the agency back what it sent. That is
audited, and nothing else of it reaches the caller. Where the custodian's secret is not at hand, only the clean copy is
stored and given.
"""

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy.orm import Session, sessionmaker

from registry.audit.actions import record
from registry.complaints.attachments.actions import (
    attachment_of,
    copied_as,
    facts_of,
    open_clean,
    open_original,
    remove,
    safe_name,
)
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.storage import FileStore
from registry.complaints.attachments.uploading import upload
from registry.complaints.case.models import Case
from registry.complaints.casework.queries import CleanFile
from registry.complaints.parties.hearings.files import keeps_originals
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.portal import may_object, open_to, require_answerable
from registry.complaints.parties.hearings.rules import By
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer, Tier
from registry.core.errors import IllegalMove
from registry.core.settings import Settings
from registry.officers.models import Unit
from registry.vocabulary.cases import HandedWith


def add(
    settings: Settings,
    sessions: sessionmaker[Session],
    store: FileStore,
    sealer: Sealer,
    unit: str,
    who: str,
    reference: str,
    at: datetime,
    *,
    body: bytes,
    name: str,
    declared: str = "",
    idempotency_key: str,
) -> Attachment:
    """Add a paper to an answer or objection. Commits, so the caller holds no transaction that writes.

    Whether it may still be added is checked again where the row is written: the answer may have been sent meanwhile, or
    the hearing be over. Raises NotFound, IllegalMove, RefusedFile, FilesUnavailable, TooBusy; then nothing was stored.
    """

    def on_record(session: Session) -> None:
        case, hearing = open_to(session, unit, reference, at.date())
        require_open(hearing, goes_with, at.date())
        record(session, "hearing.file_added", case.reference, on=at.date(), actor=who, detail=By.AGENCY)

    with sessions.begin() as session:
        case, hearing = open_to(session, unit, reference, at.date())
        goes_with = what_is_open(hearing, at.date())
        opened = _opened(session, sealer, unit, case, hearing)
    return upload(
        settings,
        sessions,
        store,
        opened,
        case,
        body=body,
        name=name,
        declared=declared,
        idempotency_key=idempotency_key,
        today=at.date(),
        goes_with=goes_with,
        also=on_record,
    )


def removed(session: Session, unit: str, who: str, reference: str, attachment: str, at: datetime) -> list[str]:
    """Remove a paper before what it goes with is sent; gives the names to discard in the store after the commit.

    Raises NotFound, IllegalMove.
    """
    case, hearing = open_to(session, unit, reference, at.date())
    row = attachment_of(session, [session.get_one(EncryptedContainer, hearing.box_id)], attachment)
    require_open(hearing, row.goes_with, at.date())
    names = remove(session, [row])
    record(session, "hearing.file_removed", case.reference, on=at.date(), actor=who, detail=By.AGENCY)
    return names


def to_save(
    session: Session,
    sealer: Sealer,
    unit: str,
    who: str,
    reference: str,
    attachment: str,
    store: FileStore,
    at: datetime,
) -> Callable[[], CleanFile]:
    """One of its own papers as it was sent, while the agency reads the hearing; the copy where no original can be opened here.

    What is given fetches it: call it after the transaction, for a store may be slow. Raises NotFound, also for another's; what
    is given raises NotFound where there is neither, and FilesUnavailable.
    """
    case, hearing = open_to(session, unit, reference, at.date())
    row = attachment_of(session, [session.get_one(EncryptedContainer, hearing.box_id)], attachment)
    opened = _opened(session, sealer, unit, case, hearing)
    record(session, "hearing.file_saved", case.reference, on=at.date(), actor=who, detail=By.AGENCY)
    name, is_original = (
        facts_of(opened, case, row).name,
        row.original_name is not None and Tier.IDENTITY in opened.tiers,
    )
    if is_original:
        return lambda: CleanFile(safe_name(name, row.kind), open_original(store, opened, case, row))
    return lambda: CleanFile(safe_name(name, copied_as(row)), open_clean(store, opened, case, row))


def what_is_open(hearing: Hearing, today: date) -> HandedWith:
    """What a paper submitted now would go with. Raises IllegalMove where the agency has nothing left to send."""
    if may_object(hearing, today):
        return HandedWith.OBJECTION
    require_answerable(hearing, today)
    return HandedWith.ANSWER


def require_open(hearing: Hearing, goes_with: HandedWith | None, today: date) -> None:
    """Raise IllegalMove where what a paper goes with was sent, or its day is past."""
    if goes_with is not HandedWith.OBJECTION:
        require_answerable(hearing, today)
    elif not may_object(hearing, today):
        raise IllegalMove(
            "your objection was sent, or its day is past: its papers stay as they are", "hearing.objection_is_final"
        )


def _opened(session: Session, sealer: Sealer, unit: str, case: Case, hearing: Hearing) -> OpenContainer:
    """The hearing's box, opened with the custodian's key where that is on this server, else with the agency's."""
    box = session.get_one(EncryptedContainer, hearing.box_id)
    if keeps_originals(session, sealer, case, hearing):
        return sealer.open_as_custodian(session, box, session.get_one(Unit, case.unit_id).reference)
    return sealer.open_as_unit(session, box, unit)
