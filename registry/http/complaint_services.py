"""What a process keeps that serves the intake: what seals and opens complaints, admission, and the store of files."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from flask import request
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import SentFile
from registry.complaints.attachments.file_store import FileStore, store_of
from registry.complaints.attachments.uploading import UploadServices
from registry.complaints.case.visits import Visit
from registry.complaints.intake.admission import Admission
from registry.complaints.sealing.sealer import Sealer
from registry.http.request_reader import IdempotencyKey
from registry.http.transaction import keep, keyring, services
from registry.vocabulary.register import Language


@dataclass(frozen=True, slots=True)
class MailboxRequest:
    """A request of the holder of a mailbox, by page or API: what is done in `session` is committed when the view returns."""

    session: Session
    sealer: Sealer
    visit: Visit
    at: datetime
    language: Language

    @property
    def today(self) -> date:
        return self.at.date()


def sealer() -> Sealer:
    """What seals and opens complaints, by the keys of this process's keyring."""
    return keep("registry_sealer", lambda: Sealer(keyring()))


def admission() -> Admission:
    """Who may start a complaint, and with what work or wait before."""
    return keep("registry_admission", lambda: Admission(keyring(), services().settings.home))


def store() -> FileStore:
    """Where files of complaints lie, sealed."""
    return keep("registry_file_store", lambda: store_of(services().settings))


def upload_services() -> UploadServices:
    """What an upload needs of this process."""
    return UploadServices(services().settings, services().sessions, store())


def build_sent_file(body: bytes, name: str, key: IdempotencyKey | None) -> SentFile:
    """A file that was sent as the body of a request. Without a key it is stored each time that it is sent."""
    return SentFile(body, name) if key is None else SentFile(body, name, idempotency_key=f"{key.key} {key.digest}")


def read_form_file() -> SentFile:
    """The file of a form, named by its field `once`; empty where there is none."""
    return next(iter(read_form_files()), SentFile(b"", ""))


def read_form_files() -> list[SentFile]:
    """The files that were chosen in a form, each named by its field `once` and its place."""
    key = request.form.get("once", "")[:80] or secrets.token_hex(16)
    sent = [(one.read(), one.filename or "", one.mimetype) for one in request.files.getlist("file")]
    return [
        SentFile(body, name, declared, idempotency_key=f"{key}{place or ''}")
        for place, (body, name, declared) in enumerate(sent)
        # A field of files of which none was chosen has neither.
        if body or name
    ]
