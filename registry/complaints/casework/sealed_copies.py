"""Sealed copies: boxes with what officers share with a partner, or put to the agency that is heard. No mailboxes.

The unit that works on the case opens each like a mailbox, and so does the escrow. The recipient gets one sealed key,
and loses it again; the content was sealed before, so that what two persons looked at is what is sent.
"""

from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from registry.complaints.attachments.models import Attachment
from registry.complaints.case.models import Case
from registry.complaints.sealing.models import EncryptedContainer, WrappedKey
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.complaints.sealing.unit_keys import known_public
from registry.core import errors, ids
from registry.vocabulary.cases import KeyHolder, MailboxRole, MailboxState


def new_copy_box(session: Session, sealer: Sealer, case: Case, unit: str, today: date) -> OpenContainer:
    """A box for something of a locked case, opened by its unit and its custodian alone. Raises KeyTrouble."""
    reference = ids.new_reference()
    box = EncryptedContainer(
        reference=reference,
        case_id=case.id,
        role=MailboxRole.HELPER,
        # Tags of complaint codes are 64 hexadecimal digits: no code leads here.
        tag=f"copy {reference}",
        public_key=b"",
        state=MailboxState.OPEN,
        made_on=today,
        answers_allowed=False,
        is_copy=True,
    )
    session.add(box)
    session.flush()
    opened = sealer.new_copy(box)
    sealer.hand_over(session, opened, unit)
    return opened


def take_back(session: Session, sealer: Sealer, box: EncryptedContainer, holder: str) -> None:
    """Delete the keys of a partner or an agency; what was read before is not undone."""
    for kind in (KeyHolder.UNIT, KeyHolder.CUSTODIAN):
        sealer.revoke(session, box, kind, holder)


def is_readable_by(session: Session, box: EncryptedContainer, holder: str) -> bool:
    """Whether that unit has a key to the box."""
    existing = select(WrappedKey.id).where(WrappedKey.box_id == box.id, WrappedKey.holder == holder)
    return session.execute(existing.limit(1)).first() is not None


def remove_empty(session: Session, sealer: Sealer, box_id: int) -> None:
    """Delete a container that nothing refers to any more. Raises NotNow while a file is in it."""
    if session.scalars(select(Attachment.id).where(Attachment.box_id == box_id).limit(1)).first() is not None:
        raise errors.NotNow("a file is with it: remove that first", "case.evidence_has_file")
    sealer.destroy(session, [box_id])
    session.execute(delete(EncryptedContainer).where(EncryptedContainer.id == box_id))


def keeps_originals(session: Session, sealer: Sealer, box_id: int, unit: str) -> bool:
    """Whether the custodian's key of a container is at hand, so that an original can be sealed to it."""
    existing = (WrappedKey.box_id == box_id, WrappedKey.holder_kind == KeyHolder.CUSTODIAN, WrappedKey.holder == unit)
    kid = session.execute(select(WrappedKey.kid).where(*existing)).scalar()
    return kid is not None and known_public(sealer.keyring, KeyHolder.CUSTODIAN, unit, kid) is not None
