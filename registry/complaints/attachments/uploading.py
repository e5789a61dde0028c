"""Uploads: parts of a file that is still on its way, and a whole file, from its bytes to an attachment with its clean copy begun.

A telephone that lost its line sends only the parts that are missing. Each lies sealed in the store under a name that follows from
mailbox and place, so that no row tells of an upload. Its key is made from the mailbox's own for original files; without that a
part opens nowhere. A mailbox has four slots and no more, each of one file of the largest size. Parts that are never joined have
no row; their names say that they are parts, and the worker removes them after a day (`clear_abandoned`).

A recording is kept in parts, too, while somebody still speaks (`Recording`): a page that closes loses a few seconds of it.

A store may be slow, so no database lock is held while it is called. If we crash anywhere, the upload was not
acknowledged; sent again with the same `idempotency_key` it is stored once.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from typing import NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments import actions, file_kinds, sanitise_jobs
from registry.complaints.attachments.actions import SentFile, StoredFile, discard_if_possible, store_file
from registry.complaints.attachments.file_store import GRACE, PART_PREFIX, FileStore, is_part, random_name
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.sanitiser.process import clean
from registry.complaints.case.models import Case
from registry.complaints.sealing.envelopes import Place, expand, open_stream, padded, padded_size, seal_stream
from registry.complaints.sealing.sealer import OpenContainer, Tier
from registry.core.errors import Fault, FilesUnavailable, InvalidInput, NotFound, RefusedFile, TooBusy, Unopenable
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.vocabulary.codes import Problem

PART_BYTES = 128 * 1024
"""Of each part but the last: half a minute on a line of 32 kbit/s."""
MAX_PARTS = -(-file_kinds.MAX_BYTES // PART_BYTES)
SLOTS = 4
RECORDING_SLOTS = 3
"""Recordings of a mailbox that are under way or were cut off at one time."""
MAX_RECORDING_PARTS = 400
"""Of five seconds or more: longer than a recording may be."""

_MARK = hashlib.sha256().digest_size


class _Slot:
    """Places for the sealed parts of one file of a mailbox. A part is kept with the mark of the file that it is of."""

    def __init__(self, store: FileStore, opened: OpenContainer, case: Case, name: str) -> None:
        self._store, self._case, self._slot = store, case, name
        self._key = expand(opened.key(Tier.IDENTITY), b"registry upload part v1")

    def put(self, number: int, mark: bytes, body: bytes) -> None:
        """Keep a part in place of what was there. Raises FilesUnavailable."""
        self._store.delete(self.name(number))
        self._store.put(self.name(number), seal_stream(self._key, [mark + body], self._place(number)))

    def get(self, number: int) -> tuple[bytes, bytes] | None:
        """The mark and the bytes of a part; None where there is none. Raises FilesUnavailable."""
        try:
            part = b"".join(open_stream(self._key, self._store.get(self.name(number)), self._place(number)))
        except (NotFound, Unopenable):
            return None
        return part[:_MARK], part[_MARK:]

    def name(self, number: int) -> str:
        return PART_PREFIX + hmac.new(self._key, f"{self._slot}/{number}".encode(), hashlib.sha256).hexdigest()[:32]

    def _place(self, number: int) -> Place:
        return Place("attachments", "part", f"{self._slot}-{number}", self._case.reference)


def _mark(words: str) -> bytes:
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).digest()


class Upload:
    """One file on its way into a mailbox: `once` is what its sender calls it, `count` the number of its parts.

    Raises InvalidInput where there can be no such upload.
    """

    def __init__(self, store: FileStore, opened: OpenContainer, case: Case, once: str, count: int) -> None:
        if not once or len(once) > 80 or not 1 <= count <= MAX_PARTS:
            raise InvalidInput([Fault("count", Problem.INVALID_VALUE, f"a file has 1 to {MAX_PARTS} parts")])
        self._store, self._count = store, count
        self._mark = _mark(f"{once}/{count}")
        self._slot = _Slot(store, opened, case, str(self._mark[0] % SLOTS))

    def put(self, number: int, body: bytes) -> None:
        """Keep a part; sent again it takes the place of the first. Raises InvalidInput, FilesUnavailable."""
        is_last = number == self._count - 1
        if (
            not 0 <= number < self._count
            or not body
            or len(body) > PART_BYTES
            or (len(body) < PART_BYTES and not is_last)
        ):
            raise InvalidInput([Fault("number", Problem.INVALID_VALUE, "this is no part of that file")])
        self._slot.put(number, self._mark, body)

    def missing(self) -> list[int]:
        """The parts that did not arrive yet. Raises FilesUnavailable."""
        return [number for number in range(self._count) if self._part(number) is None]

    def joined(self) -> bytes | None:
        """The whole file; None while a part is missing. Raises FilesUnavailable."""
        parts = [self._part(number) for number in range(self._count)]
        return None if None in parts else b"".join(part for part in parts if part is not None)

    def drop(self) -> None:
        """Remove the parts. What cannot be removed now is removed by the worker."""
        with suppress(FilesUnavailable):
            for number in range(self._count):
                self._store.delete(self._slot.name(number))

    def _part(self, number: int) -> bytes | None:
        found = self._slot.get(number)
        # A slot may hold what another upload left in it.
        return found[1] if found is not None and hmac.compare_digest(found[0], self._mark) else None


class Recording:
    """A recording that somebody may still be speaking into, in one of the mailbox's slots for such."""

    def __init__(self, store: FileStore, opened: OpenContainer, case: Case, slot: int) -> None:
        if not 0 <= slot < RECORDING_SLOTS:
            raise InvalidInput([Fault("slot", Problem.INVALID_VALUE, f"a slot is 0 to {RECORDING_SLOTS - 1}")])
        self.number = slot
        self._store = store
        self._slot = _Slot(store, opened, case, f"recording-{slot}")

    def is_of(self, once: str) -> bool | None:
        """Whether what is here is the recording that its page calls so; None where nothing is. Raises FilesUnavailable."""
        first = self._slot.get(0)
        return None if first is None else hmac.compare_digest(first[0], _mark(once))

    def put(self, number: int, once: str, body: bytes) -> None:
        """Keep a part of any size up to PART_BYTES. Raises InvalidInput, FilesUnavailable."""
        if not 0 <= number < MAX_RECORDING_PARTS or not body or len(body) > PART_BYTES:
            raise InvalidInput([Fault("number", Problem.INVALID_VALUE, "this is no part of a recording")])
        self._slot.put(number, _mark(once), body)

    def joined(self) -> tuple[str, bytes] | None:
        """What was spoken until the line or the page was gone, and a name that stays; None if nothing is here.

        Raises FilesUnavailable.
        """
        parts = list(self._parts())
        return (parts[0][0].hex(), b"".join(body for _, body in parts)) if parts else None

    def drop(self) -> None:
        """Remove it, the last part first, so that what is left is a recording still. The worker removes what stays."""
        with suppress(FilesUnavailable):
            for number in range(len(list(self._parts())), -1, -1):
                self._store.delete(self._slot.name(number))

    def _parts(self) -> Iterator[tuple[bytes, bytes]]:
        """The parts of one recording, in order, up to the first that is missing or is another's."""
        first = None
        for number in range(MAX_RECORDING_PARTS):
            part = self._slot.get(number)
            if part is None or (first is not None and part[0] != first):
                return
            first = part[0]
            yield part


class Recordings:
    """The places of a mailbox for recordings that are under way or were cut off."""

    def __init__(self, store: FileStore, opened: OpenContainer, case: Case) -> None:
        self._store, self._opened, self._case = store, opened, case

    def at(self, slot: int) -> Recording:
        """Raises InvalidInput where there is no such place."""
        return Recording(self._store, self._opened, self._case, slot)

    def begin(self, once: str) -> Recording | None:
        """Where a recording that begins is kept: two tabs get two places. None while all are taken.

        Raises FilesUnavailable.
        """
        recordings = [self.at(slot) for slot in range(RECORDING_SLOTS)]
        states = [recording.is_of(once) for recording in recordings]
        for wanted in (True, None):
            for recording, is_mine in zip(recordings, states, strict=True):
                if is_mine is wanted:
                    return recording
        return None

    def unfinished(self) -> list[int]:
        """The slots that hold a recording. Raises FilesUnavailable."""
        return [slot for slot in range(RECORDING_SLOTS) if self.at(slot).is_of("") is not None]


def clear_abandoned(store: FileStore, today: date) -> int:
    """Remove parts that lay for more than a day; gives how many. Nothing else in the store is touched.

    Raises FilesUnavailable.
    """
    old = [name for name, day in store.listing() if is_part(name) and day < today - GRACE]
    for name in old:
        store.delete(name)
    return len(old)


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
        before = actions.attached(session, opened.box, sent.idempotency_key)
        if before is None:
            actions.require_room(session, case, opened.box, len(sent.body), sent.goes_with)
    if before is not None:
        return before
    has_original = Tier.IDENTITY in opened.tiers
    stored = store_file(store, opened, case, sent) if has_original else copy_alone(settings, store, opened, case, sent)
    try:
        with sessions.begin() as session:
            attachment = actions.attach(session, case, opened.box, stored, sent, today)
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
    key, sealed_key = opened.file_key(actions.place(case, reference, "clean"))
    store.put(clean_name, seal_stream(key, padded(came.body), actions.place(case, reference, "clean")))
    return StoredFile(
        reference=reference,
        kind=kind,
        size=padded_size(len(sent.body)),
        clean_name=clean_name,
        clean_key=sealed_key,
        facts_sealed=actions.sealed_facts(opened, case, reference, sent),
    )
