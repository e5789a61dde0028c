"""Files of a complainant, with their clean copies."""

from sqlalchemy.orm import Session

from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments.actions import StoredFile, place
from registry.complaints.attachments.file_store import random_name, store_of
from registry.complaints.sealing.envelopes import padded, seal_stream
from registry.complaints.sealing.sealer import Sealer
from registry.core.clock import now
from registry.core.settings import Settings
from registry.vocabulary.cases import AttachmentState
from tests.complaints.filing import Filed, come_back


def attached(session: Session, sealer: Sealer, settings: Settings, filed: Filed, name: str) -> str:
    """A file of the complainant's with its clean copy; gives its reference."""
    store, visit = store_of(settings), come_back(session, sealer, filed.code, now())
    opened = sealer.open_as_mailbox(session, visit.box, visit.seed)
    sent = attachments.SentFile(b"as it was sent", name, idempotency_key="once")
    stored: StoredFile = attachments.store_file(store, opened, filed.case, sent)
    row = attachments.attach(session, filed.case, filed.box, stored, sent, now().date())
    key = attachments.clean_key(opened, filed.case, row)
    row.clean_name, row.state = random_name(), AttachmentState.CLEAN
    store.put(row.clean_name, seal_stream(key, padded(b"a clean copy"), place(filed.case, row.reference, "clean")))
    session.flush()
    return row.reference
