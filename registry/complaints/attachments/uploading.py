"""One upload, from its bytes to a committed attachment with its clean copy started; used by pages and API alike.

A store may be slow, so no database lock is held while it is called. If we crash anywhere, the upload was not
acknowledged; sent again with the same `idempotency_key` it is stored once.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments import sanitise_jobs
from registry.complaints.attachments.actions import (
    SentFile,
    StoredFile,
    attach,
    attached,
    discard_if_possible,
    place,
    require_room,
    sealed_facts,
    store_file,
)
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.sanitiser.running import clean
from registry.complaints.attachments.storage import FileStore, random_name
from registry.complaints.case.models import Case
from registry.complaints.sealing.sealer import OpenContainer, Tier
from registry.complaints.sealing.streams import padded, padded_size, seal_stream
from registry.core.errors import RefusedFile, TooBusy
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.vocabulary.codes import Problem

RETRY_AFTER = 15


class UploadServices(NamedTuple):
    """What an upload needs of the process that serves it."""

    settings: Settings
    sessions: sessionmaker[Session]
    store: FileStore


def upload(
    services: UploadServices,
    opened: OpenContainer,
    case: Case,
    sent: SentFile,
    today: date,
    also: Callable[[Session], None] | None = None,
) -> Attachment:
    """Take a file into a box.

    `also` is done in the transaction that writes it down, once the case is locked; where it raises, nothing is kept. Into a box
    that is not open at the tier of originals goes the clean copy alone, which is waited for.

    Commits, so the caller holds no transaction that writes. Raises RefusedFile, FilesUnavailable, TooBusy; then nothing was kept.
    """
    settings, sessions, store = services
    with sessions.begin() as session:
        before = attached(session, opened.box, sent.idempotency_key)
        if before is None:
            require_room(session, case, opened.box, len(sent.body), sent.goes_with)
    if before is not None:
        return before
    has_original = Tier.IDENTITY in opened.tiers
    stored = store_file(store, opened, case, sent) if has_original else copy_alone(settings, store, opened, case, sent)
    try:
        with sessions.begin() as session:
            attachment = attach(session, case, opened.box, stored, sent, today)
            if also is not None and attachment.reference == stored.reference:
                also(session)
    except BaseException:
        discard_if_possible(store, stored.names)
        raise
    if attachment.reference != stored.reference:
        discard_if_possible(store, stored.names)
    elif has_original:
        sanitise_jobs.begin(settings, sanitise_jobs.sanitise_job(settings, opened, case, attachment))
    return attachment


def copy_alone(settings: Settings, store: FileStore, opened: OpenContainer, case: Case, sent: SentFile) -> StoredFile:
    """Make the clean copy while the sender waits, and keep only that: no key to seal the original to is at hand here.

    Like `store_file` it reads no database. Raises RefusedFile where no copy can be made, FilesUnavailable, TooBusy.
    """
    kind = sent.kind
    with sanitise_jobs.slot(settings) as mine:
        if mine is None:
            raise TooBusy("files are being cleaned right now: send this one again in a moment", RETRY_AFTER)
        came = clean(sent.body, kind, changes_voice=sent.changes_voice)
    if came.body is None:
        raise RefusedFile(
            Problem.FILE_NOT_CLEANED,
            "no copy without place and device can be made of this file, and here nothing else is kept: send it as a picture",
        )
    reference, clean_name = new_reference(), random_name()
    key, sealed_key = opened.file_key(place(case, reference, "clean"))
    store.put(clean_name, seal_stream(key, padded(came.body), place(case, reference, "clean")))
    return StoredFile(
        reference=reference,
        kind=kind,
        size=padded_size(len(sent.body)),
        clean_name=clean_name,
        clean_key=sealed_key,
        facts_sealed=sealed_facts(opened, case, reference, sent),
    )
