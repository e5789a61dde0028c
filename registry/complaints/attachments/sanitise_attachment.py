"""Sanitises one attachment: from the sealed original to the sealed clean copy and its row.

Run as `python -m registry.complaints.attachments.sanitise_attachment`. Where the operator runs a virus scanner (ClamAV's
clamd), it is asked about the file first, over clamd's own protocol (INSTREAM, clamd(8)): nothing is written to a disk, and
a scanner on another machine needs no access to the store. A file that it knows to be harmful gets no clean copy.
"""

import socket
import struct
import sys
from contextlib import suppress
from pathlib import Path

import msgspec
import structlog
from sqlalchemy.orm import Session, sessionmaker

from registry.complaints.attachments.file_store import FileStore, random_name, store_at
from registry.complaints.attachments.models import Attachment
from registry.complaints.attachments.sanitise_jobs import SanitiseJob
from registry.complaints.attachments.sanitiser.process import Outcome, clean
from registry.complaints.sealing.envelopes import Place, open_stream, padded, seal_stream, unpadded
from registry.core.db.engine import engine_for, sessions_for
from registry.core.db.locking import lock_or_none
from registry.core.errors import FilesUnavailable, NotFound, Unopenable
from registry.core.settings import Bucket
from registry.vocabulary.cases import AttachmentState, NoCopy

log = structlog.get_logger()

CHUNK = 1 << 16
SECONDS = 60.0
"""For connecting and for each answer: a large document takes seconds."""


class ScannerAway(Exception):
    """The scanner gives no verdict: the file is looked at later."""


def found_in(body: bytes, address: str, seconds: float = SECONDS) -> str | None:
    """The name of what the scanner found in a file, None for nothing. Raises ScannerAway.

    `address`: `unix:/run/clamav/clamd.ctl` or `tcp://host:3310`.
    """
    try:
        with _connected(address, seconds) as connection:
            # A body that is longer than it takes is answered, and the connection closed, before its end.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(b"zINSTREAM\0")
                for start in range(0, len(body), CHUNK):
                    part = body[start : start + CHUNK]
                    connection.sendall(struct.pack("!I", len(part)) + part)
                connection.sendall(struct.pack("!I", 0))
            answer = _answer(connection)
    except OSError as error:
        raise ScannerAway(f"{type(error).__name__}: {error}") from None
    if answer == "stream: OK":
        return None
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise ScannerAway(answer[:200] or "it closed the connection")


def _connected(address: str, seconds: float) -> socket.socket:
    if address.startswith("unix:"):
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(seconds)
            connection.connect(address.removeprefix("unix:"))
        except OSError:
            connection.close()
            raise
        return connection
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=seconds)


def _answer(connection: socket.socket) -> str:
    reply = b""
    while not reply.endswith(b"\0") and len(reply) < 4096 and (part := connection.recv(4096)):
        reply += part
    return reply.rstrip(b"\0").decode("utf-8", "replace")


def main() -> None:
    run(msgspec.json.decode(sys.stdin.buffer.read(), type=SanitiseJob))


def run(job: SanitiseJob) -> None:
    """Make the clean copy. Where the store or the database is away the attachment stays due; nothing is lost."""
    store = store_at(job.files if isinstance(job.files, Bucket) else Path(job.files))
    engine = engine_for(job.database_url)
    sessions = sessions_for(engine)
    try:
        if not _take(sessions, job):
            return
        body = _original(store, job)
        _finish(sessions, store, job, NoCopy.DAMAGED if body is None else _copied(job, body))
    except (FilesUnavailable, ScannerAway) as away:
        log.error("attachment_waits", attachment=job.attachment, reason=str(away))
        _put_off(sessions, job)
    finally:
        engine.dispose()


def _copied(job: SanitiseJob, body: bytes) -> Outcome | NoCopy:
    """The clean copy. Raises ScannerAway where a scanner shall look first and does not answer."""
    if job.scanner is not None and (name := found_in(body, job.scanner)) is not None:
        log.warning("attachment_harmful", attachment=job.attachment, found=name)
        return NoCopy.HARMFUL
    return clean(body, job.kind, changes_voice=job.changes_voice)


def _take(sessions: sessionmaker[Session], job: SanitiseJob) -> bool:
    with sessions.begin() as session:
        attachment = _lock_attachment(session, job)
        if attachment is None or attachment.state is AttachmentState.CLEAN:
            return False
        attachment.state, attachment.no_copy = AttachmentState.CLEANING, None
        attachment.attempts += 1
    return True


def _put_off(sessions: sessionmaker[Session], job: SanitiseJob) -> None:
    """The store or the scanner is away, which says nothing about the file: this attempt does not count."""
    log.error("attachment_put_off", attachment=job.attachment)
    with sessions.begin() as session:
        attachment = _lock_attachment(session, job)
        if attachment is not None and attachment.state is AttachmentState.CLEANING:
            attachment.state, attachment.attempts = AttachmentState.KEPT, attachment.attempts - 1


def _original(store: FileStore, job: SanitiseJob) -> bytes | None:
    where = Place("attachments", "original", job.attachment, job.case)
    try:
        return unpadded(open_stream(job.original_key, store.get(job.original_name), where))
    except (Unopenable, NotFound):
        log.error("attachment_damaged_in_store", attachment=job.attachment)
        return None


def _finish(sessions: sessionmaker[Session], store: FileStore, job: SanitiseJob, came: Outcome | NoCopy) -> None:
    name = None
    if isinstance(came, Outcome) and came.body is not None:
        name = random_name()
        where = Place("attachments", "clean", job.attachment, job.case)
        store.put(name, seal_stream(job.clean_key, padded(came.body), where))
    with sessions.begin() as session:
        attachment = _lock_attachment(session, job)
        is_wanted = attachment is not None and attachment.state is not AttachmentState.CLEAN
        if attachment is not None and is_wanted:
            if isinstance(came, Outcome) and name is not None:
                attachment.state, attachment.clean_name = AttachmentState.CLEAN, name
            else:
                reason = came.reason if isinstance(came, Outcome) else came
                attachment.state, attachment.no_copy = AttachmentState.NO_CLEAN_COPY, reason
                if reason in (NoCopy.NO_TOOL, NoCopy.UNCONFINED):
                    attachment.attempts = 0
    if name is not None and not is_wanted:
        # It was removed meanwhile, or another process was faster.
        store.delete(name)


def _lock_attachment(session: Session, job: SanitiseJob) -> Attachment | None:
    return lock_or_none(session, Attachment, Attachment.reference == job.attachment)


if __name__ == "__main__":
    main()
