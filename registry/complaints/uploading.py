"""One upload from its bytes to a committed attachment, and its clean copy begun: what pages and API both do, in this order.

A store may be slow, so nothing of the database is held while it is asked. If we crash anywhere the upload was not acknowledged,
and sent again with the same `once` it is there once.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

from sqlalchemy.orm import Session, sessionmaker

from registry.complaints import tending
from registry.complaints.attachment_models import Attachment
from registry.complaints.attachments import attach, attached, discard, keep, require_room
from registry.complaints.models import Case
from registry.complaints.sealing import OpenBox
from registry.complaints.storage import FileStore
from registry.config import Settings
from registry.errors import FilesUnavailable


def upload(
    settings: Settings,
    sessions: sessionmaker[Session],
    store: FileStore,
    opened: OpenBox,
    case: Case,
    *,
    body: bytes,
    name: str,
    declared: str = "",
    once: str,
    today: date,
    also: Callable[[Session], None] | None = None,
) -> Attachment:
    """Take a file into a box. `once` names the upload, `declared` is its media type as the sender says.

    `also` is done in the transaction that writes it down, once the case is locked; where it raises, nothing is kept.

    Commits, so the caller holds no transaction that writes. Raises RefusedFile, FilesUnavailable; then nothing was kept.
    """
    with sessions.begin() as session:
        before = attached(session, opened.box, once)
        if before is None:
            require_room(session, case, opened.box, len(body))
    if before is not None:
        return before
    kept = keep(store, opened, case, body, name, declared)
    try:
        with sessions.begin() as session:
            attachment = attach(session, case, opened.box, kept, once, today)
            if also is not None and attachment.reference == kept.reference:
                also(session)
    except BaseException:
        _give_up(store, kept.original_name)
        raise
    if attachment.reference != kept.reference:
        _give_up(store, kept.original_name)
        return attachment
    tending.begin(settings, tending.errand(settings, opened, case, attachment))
    return attachment


def _give_up(store: FileStore, name: str) -> None:
    # What cannot be removed now is an orphan, which `registry cases reconcile` removes.
    with suppress(FilesUnavailable):
        discard(store, [name])
