"""A job's folder: the list as it was sent, and what is written of it; and its copies in the bucket that REGISTRY_FILES names.

The folder is open to the registry's own user alone. A file that is acknowledged has been written through to the disk. Results
are appended chunk by chunk; how long they are, the job's row says, and whatever a killed process wrote behind that is cut off
before the next chunk.

With a bucket any machine answers and gives out any job. Each works on files of its own; what lies in the bucket is a copy,
encrypted piece by piece under a secret of the registry (AES-256-GCM), for the bucket's keeper is to read no list. Without a
bucket, or on SQLite, one home has everything and nothing is copied.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from secrets import token_bytes
from typing import IO, NamedTuple, Protocol

import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, text

from registry.bulk.models import BulkJob
from registry.core.errors import FilesUnavailable, NotFound, NotNow, TooLarge, UnreadableList
from registry.core.files import sync_folder
from registry.core.keyring import Keyring
from registry.core.object_store import object_store, store_errors
from registry.core.settings import Bucket, Settings
from registry.proofs.papers.rendering import missing_packages
from registry.vocabulary.organisations import JobState, ResultForm

MAX_BYTES = 256 << 20
CHUNK = 1 << 20

LIST = "list"
FIRST_LINES = "first-lines.json"
"""What was seen of a list when it came: of a workbook they cost a process, and a page shows them often."""

WRITTEN = ("results.jsonl", "results.csv", "statements.jsonl")
"""Files that grow with the rows."""


class Stream(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Taken(NamedTuple):
    """A list that lies on the disk."""

    size: int
    digest: str


def folder_of(home: Path, reference: str) -> Path:
    return home / "bulk" / reference


def take(folder: Path, stream: Stream) -> Taken:
    """Write a list through to the disk as it comes.

    Raises TooLarge, UnreadableList; of what was refused nothing is left.
    """
    _make_folder(folder.parent)
    _make_folder(folder)
    size, digest = 0, hashlib.sha256()
    draft = folder / f".{LIST}"
    try:
        with _open_private(draft) as file:
            while chunk := stream.read(CHUNK):
                size += len(chunk)
                if size > MAX_BYTES:
                    raise TooLarge(f"a list may have {MAX_BYTES >> 20} MB: split it")
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        if not size:
            raise UnreadableList("the file is empty")
        draft.replace(folder / LIST)
        sync_folder(folder)
        sync_folder(folder.parent)
    except BaseException:
        remove(folder)
        raise
    return Taken(size, digest.hexdigest())


class Results:
    """The growing files of a job, cut to what its row says of them."""

    def __init__(self, folder: Path, sizes: Mapping[str, int]) -> None:
        self._files: dict[str, IO[bytes]] = {}
        for name in WRITTEN:
            file = _open_private(folder / name, is_kept=True)
            file.truncate(sizes.get(name, 0))
            file.seek(0, os.SEEK_END)
            self._files[name] = file
        sync_folder(folder)

    def append(self, name: str, body: bytes) -> None:
        self._files[name].write(body)

    def flushed_lengths(self) -> dict[str, int]:
        """Write through what was appended; the length of each file, for the row to say."""
        for file in self._files.values():
            file.flush()
            os.fdatasync(file.fileno())
        return {name: file.tell() for name, file in self._files.items()}

    def close(self) -> None:
        for file in self._files.values():
            file.close()


def put(folder: Path, name: str, body: bytes) -> None:
    """A whole file, or none."""
    with putting(folder, name) as file:
        file.write(body)


@contextmanager
def putting(folder: Path, name: str) -> Iterator[IO[bytes]]:
    """A whole file that is written into, or none."""
    draft = folder / f".{name}"
    with _open_private(draft) as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    draft.replace(folder / name)
    sync_folder(folder)


def chunks_of(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


def orphans(home: Path, known: frozenset[str], before: float) -> list[Path]:
    """Folders that no job has and no one wrote into since `before`: their requests were killed."""
    root = home / "bulk"
    found = []
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and folder.name not in known and folder.stat().st_mtime < before:
            found.append(folder)
    return found


def _make_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _open_private(path: Path, *, is_kept: bool = False) -> IO[bytes]:
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (0 if is_kept else os.O_TRUNC)
    return os.fdopen(os.open(path, flags, 0o600), "r+b")


FILES: dict[ResultForm, tuple[str, str]] = {
    ResultForm.JSONL: ("results.jsonl", "application/x-ndjson"),
    ResultForm.CSV: ("results.csv", "text/csv"),
    ResultForm.XLSX: ("results.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ResultForm.PDF: ("summary.pdf", "application/pdf"),
    ResultForm.STATEMENTS: ("statements.jsonl", "application/x-ndjson"),
    ResultForm.MANIFEST: ("manifest.jws", "application/jose"),
    ResultForm.CHAIN: ("chain.svg", "image/svg+xml"),
}


def results_of(home: Path, job: BulkJob) -> list[ResultForm]:
    """The forms there are; none before the job is done."""
    if job.state is not JobState.DONE:
        return []
    folder = folder_of(home, job.reference)
    return [form for form, (name, _) in FILES.items() if (folder / name).is_file() or can_be_made(form)]


def can_be_made(form: ResultForm) -> bool:
    """Whether it is a copy of the results that is made when first asked for (registry.bulk.answering.copies)."""
    return form is ResultForm.XLSX or (form is ResultForm.PDF and _has_papers())


@cache
def _has_papers() -> bool:
    """Whether a paper can be set on this machine."""
    return not missing_packages()


def result_of(home: Path, job: BulkJob, form: ResultForm) -> tuple[Path, str]:
    """The file and its media type. Raises NotNow before the job is done, NotFound for what it has not."""
    if job.state is not JobState.DONE:
        raise NotNow(f"the job is {job.state}: results are had when it is done")
    name, media_type = FILES[form]
    path = folder_of(home, job.reference) / name
    if not path.is_file():
        raise NotFound(f"this job has no {form}: of the others see `results`")
    return path, media_type


_NONCE, _LENGTH, _TAG = 12, 4, 16
_LOCKS = 1_195_528_020
"""The class of PostgreSQL's advisory locks that say which job is worked on."""

RESULTS = "results.jsonl"
"""The file that every finished job has."""


def is_shared(settings: Settings) -> bool:
    return isinstance(settings.files, Bucket) and not settings.is_sqlite


class SharedFiles:
    """The copies of jobs' files. Every call raises FilesUnavailable while the bucket is away."""

    def __init__(self, settings: Settings) -> None:
        assert isinstance(settings.files, Bucket)
        self._home = settings.home
        self._store = object_store(settings.files)
        self._key = Keyring(settings.keys).secret("bulk-files")

    def give(self, reference: str) -> None:
        """Copy all files of a job's folder to the bucket; those of before are replaced."""
        folder = folder_of(self._home, reference)
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                with store_errors():
                    obstore.put(self._store, _name(reference, path.name), self._encrypt(reference, path))

    def fetch(self, reference: str) -> bool:
        """Copy a job's files from the bucket into its folder here. False where the bucket has none of them."""
        with store_errors():
            names = [
                one["path"].rpartition("/")[2]
                for batch in obstore.list(self._store, prefix=_name(reference, ""))
                for one in batch
            ]
        folder = folder_of(self._home, reference)
        for name in names:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with putting(folder, name) as file:
                for piece in self._decrypt(reference, name):
                    file.write(piece)
        return bool(names)

    def remove(self, reference: str) -> None:
        with store_errors():
            for batch in obstore.list(self._store, prefix=_name(reference, "")):
                for one in batch:
                    obstore.delete(self._store, one["path"])

    def _encrypt(self, reference: str, path: Path) -> Iterator[bytes]:
        """Length, nonce and ciphertext of each piece; its place and whether it is the last are bound to it."""
        cipher, size, number, done = AESGCM(self._key), path.stat().st_size, 0, 0
        with path.open("rb") as file:
            while True:
                piece = file.read(CHUNK)
                done += len(piece)
                nonce = token_bytes(_NONCE)
                sealed = cipher.encrypt(nonce, piece, _place(reference, path.name, number, is_last=done >= size))
                yield len(sealed).to_bytes(_LENGTH, "big") + nonce + sealed
                if done >= size or not piece:
                    return
                number += 1

    def _decrypt(self, reference: str, name: str) -> Iterator[bytes]:
        cipher, number, buffer = AESGCM(self._key), 0, b""
        with store_errors():
            coming = iter(obstore.get(self._store, _name(reference, name)).stream(min_chunk_size=CHUNK))
        is_over = False
        while True:
            while len(buffer) < _LENGTH + _NONCE or len(buffer) < _LENGTH + _NONCE + int.from_bytes(
                buffer[:_LENGTH], "big"
            ):
                with store_errors():
                    more = next(coming, None)
                if more is None:
                    is_over = True
                    break
                buffer += bytes(more)
            if is_over and not buffer:
                raise FilesUnavailable("a file of this job was cut short in the store")
            end = _LENGTH + _NONCE + int.from_bytes(buffer[:_LENGTH], "big")
            nonce, sealed, buffer = buffer[_LENGTH : _LENGTH + _NONCE], buffer[_LENGTH + _NONCE : end], buffer[end:]
            for is_last in (False, True):
                try:
                    yield cipher.decrypt(nonce, sealed, _place(reference, name, number, is_last=is_last))
                except InvalidTag:
                    if is_last:
                        raise FilesUnavailable("a file of this job was changed in the store") from None
                    continue
                break
            if is_last:
                return
            number += 1


def bring_here(settings: Settings, job: BulkJob) -> None:
    """Fetch what another machine has of a job, if anything of it is missing here."""
    bring_file(settings, job.reference, RESULTS if job.state is JobState.DONE else LIST)


def bring_file(settings: Settings, reference: str, name: str = RESULTS) -> None:
    """Fetch the files of a job that another machine has, where that one is missing here."""
    if is_shared(settings) and not (folder_of(settings.home, reference) / name).is_file():
        SharedFiles(settings).fetch(reference)


def remove_files(settings: Settings, reference: str) -> None:
    """Remove the files of a job, here and in the bucket."""
    remove(folder_of(settings.home, reference))
    if is_shared(settings):
        SharedFiles(settings).remove(reference)


@contextmanager
def claimed(engine: Engine, row_id: int) -> Iterator[bool]:
    """Hold a job among all machines; gives False where another one works on it. It is freed when the process dies."""
    connection: Connection = engine.connect()
    try:
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        lock = text("SELECT pg_try_advisory_xact_lock(:kind, :job)")
        yield bool(connection.scalar(lock, {"kind": _LOCKS, "job": row_id}))
    finally:
        connection.close()


def claimed_elsewhere(connection: Connection) -> frozenset[int]:
    """Row ids of the jobs that are worked on now."""
    query = text(
        "SELECT objid FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2 AND classid = :kind "
        "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    return frozenset(connection.execute(query, {"kind": _LOCKS}).scalars())


def _name(reference: str, name: str) -> str:
    return f"bulk/{reference}/{name}"


def _place(reference: str, name: str, number: int, *, is_last: bool) -> bytes:
    return f"registry bulk v1 {reference}/{name} {number} {'last' if is_last else 'more'}".encode()
