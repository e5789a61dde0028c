"""Attachments of a complaint: each file is encrypted, stored, and then recorded as a row, in that order.

The encrypted file is in the store before its row is committed, so a row never refers to a missing file. After a crash
in between, the file is an orphan that no key opens, and `file_store.compare` finds it. No file is on a disk in clear.
"""

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.complaints.attachments import file_kinds, file_store
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.sanitiser.terms import COPIED_AS
from registry.complaints.case.models import Case
from registry.complaints.sealing.envelopes import Place, open_stream, padded, padded_size, seal_stream, unpadded
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Tier
from registry.core.errors import FilesUnavailable, FileTooLarge, NotFound, RefusedFile
from registry.core.ids import new_reference
from registry.vocabulary.cases import RECORDINGS, AttachmentState, FileKind, HandedWith
from registry.vocabulary.codes import Problem

MAX_FILES = 10
MAX_TOGETHER = 80 * 1024 * 1024
"""Of a case; each file counts as `padded_size` says."""


class FileFacts(msgspec.Struct, frozen=True):
    """Facts about a file as it was sent: `sha256` in hex; whether its sender wants another voice in the copy."""

    name: str
    size: int
    sha256: str
    changes_voice: bool = False


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file that is sealed and stored, but not recorded in a row yet."""

    reference: str
    kind: FileKind
    size: int
    clean_key: str = field(repr=False)
    facts_sealed: str = field(repr=False)
    original_name: str | None = None
    original_key: str | None = field(default=None, repr=False)
    clean_name: str | None = None

    @property
    def names(self) -> list[str]:
        """The names of the files in the store."""
        return [name for name in (self.original_name, self.clean_name) if name]


@dataclass(frozen=True)
class SentFile:
    """A file as it was sent. `declared` is its media type as the sender states it; `idempotency_key` names the upload.

    `changes_voice`: the clean copy of a recording, which officers hear, sounds with another voice. `goes_with`: what an agency
    hands it in with.
    """

    body: bytes = field(repr=False)
    name: str = field(repr=False)
    declared: str = ""
    changes_voice: bool = False
    idempotency_key: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)
    goes_with: HandedWith | None = None

    @cached_property
    def kind(self) -> FileKind:
        """What it is, by its content. Raises RefusedFile."""
        return file_kinds.kind_of(self.body, self.name, self.declared)


def store_file(store: file_store.FileStore, opened: OpenContainer, case: Case, sent: SentFile) -> StoredFile:
    """Seal and store a file. Reads no database, for it may wait for the store: call it outside of any transaction.

    Raises RefusedFile, FilesUnavailable.
    """
    kind, reference, object_name = sent.kind, new_reference(), file_store.random_name()
    key, sealed_key = opened.file_key(place(case, reference, "original"), Tier.IDENTITY)
    _clean_key, sealed_clean_key = opened.file_key(place(case, reference, "clean"))
    store.put(object_name, seal_stream(key, padded(sent.body), place(case, reference, "original")))
    return StoredFile(
        reference=reference,
        kind=kind,
        size=padded_size(len(sent.body)),
        original_name=object_name,
        original_key=sealed_key,
        clean_key=sealed_clean_key,
        facts_sealed=sealed_facts(opened, case, reference, sent),
    )


def sealed_facts(opened: OpenContainer, case: Case, reference: str, sent: SentFile) -> str:
    facts = FileFacts(
        safe_name(sent.name, sent.kind),
        len(sent.body),
        hashlib.sha256(sent.body).hexdigest(),
        sent.changes_voice and sent.kind in RECORDINGS,
    )
    return opened.seal(msgspec.json.encode(facts).decode(), place(case, reference, "facts_sealed"))


def attached(session: Session, box: EncryptedContainer, idempotency_key: str) -> Attachment | None:
    """The attachment of an earlier upload with the same idempotency key, if there is one."""
    return session.execute(
        select(Attachment).where(Attachment.box_id == box.id, Attachment.idempotency_digest == _digest(idempotency_key))
    ).scalar_one_or_none()


def require_room(
    session: Session, case: Case, box: EncryptedContainer, size: int, goes_with: HandedWith | None = None
) -> None:
    """Raise RefusedFile if a box may have no further file of that many bytes.

    The mailboxes of a case share one allowance. An agency's answer has its own, and so has its objection: neither side
    takes the other's, nor learns from a refusal how much is there.
    """
    mailboxes = select(EncryptedContainer.id).where(
        EncryptedContainer.case_id == case.id, EncryptedContainer.is_copy.is_(False)
    )
    there = Attachment.box_id == box.id if box.is_copy else Attachment.box_id.in_(mailboxes)
    with_it = Attachment.goes_with.is_(None) if goes_with is None else Attachment.goes_with == goes_with
    count, together = session.execute(
        select(func.count(), func.coalesce(func.sum(Attachment.size), 0)).where(there, with_it)
    ).one()
    if count >= MAX_FILES:
        raise RefusedFile(
            Problem.TOO_MANY_FILES, "there are ten files already; remove one, or write what else there is"
        )
    if together + padded_size(size) > MAX_TOGETHER:
        raise FileTooLarge(Problem.CASE_FILES_TOO_LARGE, "all files may have 80 MB together; remove one")


def attach(
    session: Session, case: Case, box: EncryptedContainer, stored: StoredFile, sent: SentFile, today: date
) -> Attachment:
    """Record a stored file as an attachment. Idempotent by the key of what was sent: the second file is then `discard`ed.

    Raises RefusedFile: two uploads at once may both have seen room for one.
    """
    session.execute(select(Case.id).where(Case.id == case.id).with_for_update())
    before = attached(session, box, sent.idempotency_key)
    if before is not None:
        return before
    require_room(session, case, box, stored.size, sent.goes_with)
    attachment = Attachment(
        reference=stored.reference,
        case_id=case.id,
        box_id=box.id,
        stored_on=today,
        kind=stored.kind,
        size=stored.size,
        idempotency_digest=_digest(sent.idempotency_key),
        facts_sealed=stored.facts_sealed,
        original_name=stored.original_name,
        original_key=stored.original_key,
        state=AttachmentState.KEPT if stored.clean_name is None else AttachmentState.CLEAN,
        clean_name=stored.clean_name,
        clean_key=stored.clean_key,
        goes_with=sent.goes_with,
    )
    session.add(attachment)
    session.flush()
    return attachment


def attachments_of(session: Session, boxes: Sequence[EncryptedContainer]) -> list[Attachment]:
    """The attachments of some boxes, oldest first."""
    of_boxes = Attachment.box_id.in_([box.id for box in boxes])
    return list(session.execute(select(Attachment).where(of_boxes).order_by(Attachment.id)).scalars())


def attachment_of(session: Session, boxes: Sequence[EncryptedContainer], reference: str) -> Attachment:
    """The attachment with this reference in these boxes. Raises NotFound if there is none or it is in another box."""
    return one_of_them(attachments_of(session, boxes), reference)


def one_of_them(among: Iterable[Attachment], reference: str) -> Attachment:
    """The attachment with this reference. Raises NotFound."""
    for one in among:
        if one.reference == reference:
            return one
    raise NotFound("there is no such attachment")


def facts_of(opened: OpenContainer, case: Case, attachment: Attachment) -> FileFacts:
    """The decrypted facts of an attachment. Raises Unopenable."""
    text = opened.open(attachment.facts_sealed, place(case, attachment.reference, "facts_sealed"))
    return msgspec.json.decode(text, type=FileFacts)


def open_original(store: file_store.FileStore, opened: OpenContainer, case: Case, attachment: Attachment) -> bytes:
    """The file as it was sent: for the mailbox and, audited by the caller, the custodian. What opens it is of tier 3.

    Raises Unopenable, and gives nothing, where it was changed, moved or cut; FilesUnavailable; NotFound, also where the clean
    copy alone was kept.
    """
    if attachment.original_name is None or attachment.original_key is None:
        raise NotFound("of this attachment the copy alone was kept: there is no original")
    where = place(case, attachment.reference, "original")
    key = opened.open_file_key(attachment.original_key, where)
    return unpadded(open_stream(key, store.get(attachment.original_name), where))


def open_clean(store: file_store.FileStore, opened: OpenContainer, case: Case, attachment: Attachment) -> bytes:
    """The clean copy; its kind is that of `copied_as`. Raises NotFound if there is none, and as `open_original`."""
    return open_clean_by_key(store, clean_key(opened, case, attachment), case, attachment)


def clean_key(opened: OpenContainer, case: Case, attachment: Attachment) -> bytes:
    """The key of the clean copy, for giving that one file to another party. Raises Unopenable."""
    return opened.open_file_key(attachment.clean_key, place(case, attachment.reference, "clean"))


def open_clean_by_key(store: file_store.FileStore, key: bytes, case: Case, attachment: Attachment) -> bytes:
    """The clean copy, for a reader who was given its key. Raises as `open_clean`."""
    if attachment.clean_name is None:
        raise NotFound("there is no copy without place and device of this attachment")
    where = place(case, attachment.reference, "clean")
    return unpadded(open_stream(key, store.get(attachment.clean_name), where))


def copied_as(attachment: Attachment) -> FileKind:
    """The file kind of the clean copy: of a HEIC photograph a JPEG, of sound that few play an M4A, else the same."""
    return COPIED_AS[attachment.kind]


def remove(session: Session, attachments: Iterable[Attachment]) -> list[str]:
    """Delete rows; gives the names to `discard` once that is committed."""
    names = []
    for attachment in attachments:
        names += [name for name in (attachment.original_name, attachment.clean_name) if name]
        session.delete(attachment)
    session.flush()
    return names


def discard(store: file_store.FileStore, names: Iterable[str]) -> None:
    """Remove files that no row refers to any more. Raises FilesUnavailable; reconciliation then removes what is left."""
    for name in names:
        store.delete(name)


def discard_if_possible(store: file_store.FileStore, names: Iterable[str]) -> None:
    """As `discard`. What cannot be removed now is sealed under a key that is gone, and `registry cases reconcile` removes it."""
    with suppress(FilesUnavailable):
        discard(store, names)


def files_remover(store: file_store.FileStore) -> Callable[[Session, Case], None]:
    """The function by which a purge removes files after the keys: files first, then rows, so it can be resumed."""

    def remove_files(session: Session, case: Case) -> None:
        rows = session.execute(select(Attachment).where(Attachment.case_id == case.id).order_by(Attachment.id))
        discard(store, remove(session, rows.scalars().all()))

    return remove_files


def place(case: Case, reference: str, column: str) -> Place:
    """The place of a sealed value of an attachment; what is sealed for it opens nowhere else."""
    return Place("attachments", column, reference, case.reference)


def safe_name(name: str, kind: FileKind) -> str:
    """A file name that is safe on any system, with the ending of the file's kind. For readers who have the box open."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    stem, dot, ending = seen.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        stem = seen
    stem = re.sub(r'[<>:"|?*\s]+', " ", stem).strip(" .")[:_MAX_NAME].strip(" .")
    return f"{stem or 'file'}.{file_kinds.ENDINGS[kind]}"


_MAX_NAME = 80


def _digest(idempotency_key: str) -> str:
    return hashlib.sha256(idempotency_key.encode("utf-8", "surrogatepass")).hexdigest()
