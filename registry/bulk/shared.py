"""Lists and results of jobs in the bucket that REGISTRY_FILES names, so that any machine answers and gives out any job.

Each machine works on files of its own (`registry.bulk.files`); what lies in the bucket is a copy, encrypted piece by piece
under a secret of the registry (AES-256-GCM), for the bucket's keeper is to read no list. Without a bucket, or on SQLite, one
home has everything and nothing is copied.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_bytes

import obstore
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, text

from registry.bulk import files
from registry.bulk.models import BulkJob
from registry.core.errors import FilesUnavailable
from registry.core.keyring import Keyring
from registry.core.object_store import object_store, store_errors
from registry.core.settings import Bucket, Settings
from registry.vocabulary.organisations import JobState

PIECE = 1024 * 1024
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
        folder = files.folder_of(self._home, reference)
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
        folder = files.folder_of(self._home, reference)
        for name in names:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with files.putting(folder, name) as file:
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
                piece = file.read(PIECE)
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
            coming = iter(obstore.get(self._store, _name(reference, name)).stream(min_chunk_size=PIECE))
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
    bring_file(settings, job.reference, RESULTS if job.state is JobState.DONE else files.LIST)


def bring_file(settings: Settings, reference: str, name: str = RESULTS) -> None:
    """Fetch the files of a job that another machine has, where that one is missing here."""
    if is_shared(settings) and not (files.folder_of(settings.home, reference) / name).is_file():
        SharedFiles(settings).fetch(reference)


def remove_files(settings: Settings, reference: str) -> None:
    """Remove the files of a job, here and in the bucket."""
    files.remove(files.folder_of(settings.home, reference))
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
