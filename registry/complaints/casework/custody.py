"""What a unit's custodian alone opens: the worker's identity and safe contact, and files as they were sent.

The caller has checked that a second person granted the look (access_grants), and audits it.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import attachments_of, facts_of, one_of_them, open_original, safe_name
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.storage import FileStore
from registry.complaints.case import answers
from registry.complaints.case.models import Case
from registry.complaints.case.questions import of_tier
from registry.complaints.casework.actions import opened_boxes
from registry.complaints.parties.hearings.files import sent_files
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import Sealer, Tier


def identity_in(session: Session, sealer: Sealer, unit: str, case: Case) -> dict[str, dict[str, Any]]:
    """Identity and safe contact of the complainants, by mailbox."""
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
    """Name and content of a file as it was sent, with all that it may tell of place and person.

    Raises NotFound, FilesUnavailable.
    """
    row = one_of_them(files_of_case(session, case), attachment)
    opened = sealer.open_as_custodian(session, session.get_one(EncryptedContainer, row.box_id), unit)
    return safe_name(facts_of(opened, case, row).name, row.kind), open_original(store, opened, case, row)


def files_of_case(session: Session, case: Case) -> list[Attachment]:
    """The files of those who wrote, and what agencies sent when they were heard."""
    return [*attachments_of(session, opened_boxes(session, case)), *sent_files(session, case)]
