"""Uploads into a complaint as an edge makes them, and waiting for their clean copies."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments import actions as attachments
from registry.complaints.attachments import sanitise_jobs, uploading
from registry.complaints.attachments.file_store import store_of
from registry.complaints.attachments.models import Attachment
from registry.complaints.sealing.sealer import OpenContainer
from registry.core.settings import Settings
from registry.vocabulary.cases import AttachmentState
from tests.complaints.boxes import TODAY, Filed
from tests.waiting import until


class Uploads:
    """Uploads into one box, as an edge does it."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session], filed: Filed) -> None:
        self.settings, self.sessions, self.filed, self.store = settings, sessions, filed, store_of(settings)

    def __call__(self, body: bytes, name: str = "", once: str = "", opened: OpenContainer | None = None) -> Attachment:
        opened, case = opened or self.filed.opened, self.filed.case
        services = uploading.UploadServices(self.settings, self.sessions, self.store)
        sent = attachments.SentFile(body, name, idempotency_key=once or name)
        return uploading.upload(services, opened, case, sent, TODAY)

    def now(self, attachment: Attachment) -> Attachment:
        with self.sessions() as session:
            return session.execute(select(Attachment).where(Attachment.id == attachment.id)).scalar_one()

    def cleaned(self, attachment: Attachment) -> Attachment:
        """The attachment once it is no longer being sanitised."""
        over = (AttachmentState.CLEAN, AttachmentState.NO_CLEAN_COPY)
        until(lambda: self.now(attachment).state in over)
        return self.now(attachment)

    def original(self, attachment: Attachment, opened: OpenContainer | None = None) -> bytes:
        return attachments.open_original(self.store, opened or self.filed.opened, self.filed.case, attachment)

    def clean(self, attachment: Attachment, opened: OpenContainer | None = None) -> bytes:
        return attachments.open_clean(self.store, opened or self.filed.opened, self.filed.case, attachment)


def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is cleaned: as if all slots were taken."""
    monkeypatch.setattr(sanitise_jobs, "SLOTS", 0)
