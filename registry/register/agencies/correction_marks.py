"""The mark that an agency has asked for its entry to be corrected: in the record, the verdict, the history and the log."""

import msgspec
from sqlalchemy.orm import Session

from registry.log.actions import Appended, lock_log
from registry.register.agencies import storage
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event


def mark_correction(session: Session, reference: str, *, is_requested: bool) -> Appended | None:
    """Say on an agency's entry that a correction is asked for, or no longer. None where the entry says so already.

    Raises NotFound, ErasedAgency. It holds the log until the transaction ends.
    """
    # Whoever holds the log reads what the last one to publish wrote.
    lock_log(session)
    said = storage.loaded_record(session, reference)
    event = "agency.correction_requested" if is_requested else "agency.correction_decided"
    return amend(session, msgspec.structs.replace(said, is_correction_requested=is_requested), Event(event, reference))
