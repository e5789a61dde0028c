"""File stores for sealed files under random names: a folder, or a bucket of an S3 store. Files are encrypted before.

A file is there whole or not at all, and on the disk when `put` returns. obstore writes a temporary file and renames it,
but does not sync the folder: we do. S3 acknowledges what is durable. Every call has a time limit, and a store that is
away is FilesUnavailable.

`compare` says where rows and files differ: files without a row are removed, rows without a file are reported.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol

import obstore
from obstore.store import LocalStore, S3Store
from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.attachments.models import Attachment
from registry.core import clock, errors
from registry.core.object_store import object_store, store_errors
from registry.core.settings import Bucket, Settings
from registry.vocabulary.cases import AttachmentState, NoCopy

_PIECE = 1024 * 1024


PART_PREFIX = "part-"
GRACE = timedelta(days=1)
"""A file without a row is let be for so long: it may still get one. Stores tell the day alone."""


class FileStore(Protocol):
    """The interface of a file store. Names are those of `random_name`, of parts with PART_PREFIX."""

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        """Keep a file. Raises FilesUnavailable, and then at most an orphan is there."""
        ...

    def get(self, name: str) -> Iterator[bytes]:
        """The file in pieces. Raises NotFound, FilesUnavailable."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file; one that is not there is no error. Raises FilesUnavailable."""
        ...

    def listing(self) -> Iterator[tuple[str, date]]:
        """Every file and the day it was kept. Raises FilesUnavailable."""
        ...


def store_of(settings: Settings) -> FileStore:
    """The store that the settings name. Nothing is asked of it yet."""
    return store_at(settings.files)


def store_at(files: Path | Bucket) -> FileStore:
    return BucketStore(files) if isinstance(files, Bucket) else FolderStore(files)


def random_name() -> str:
    return secrets.token_hex(16)


class FolderStore:
    """A folder that only its owner can read. File times are cut to the day, so that they do not show when a
    complainant was active."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        with store_errors():
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            obstore.put(LocalStore(self.folder), name, b"".join(pieces), mode="create", use_multipart=False)
            path = self.folder / name
            path.chmod(0o600)
            midnight = datetime.combine(clock.now().date(), time(), UTC).timestamp()
            os.utime(path, (midnight, midnight))
            for synced in (path, self.folder):
                _sync(synced)

    def get(self, name: str) -> Iterator[bytes]:
        if not self.folder.exists():
            raise errors.NotFound("the file is not in the store")
        return _pieces(lambda: LocalStore(self.folder), name)

    def delete(self, name: str) -> None:
        with store_errors():
            (self.folder / name).unlink(missing_ok=True)
            if self.folder.exists():
                _sync(self.folder)

    def listing(self) -> Iterator[tuple[str, date]]:
        # Not obstore's: it hides what it was writing when it was killed, and that must be found too.
        found = []
        with store_errors():
            for path in self.folder.iterdir() if self.folder.exists() else ():
                # One that was renamed or deleted since the folder was read is not there.
                with suppress(FileNotFoundError):
                    found.append((path.name, path.stat().st_mtime))
        for name, written_at in sorted(found):
            yield name, datetime.fromtimestamp(written_at, UTC).date()


class BucketStore:
    """A bucket, or the part of one under a prefix. The store's own clock dates each file: docs/operators/attachments.md."""

    def __init__(self, bucket: Bucket) -> None:
        self._store = object_store(bucket)

    def put(self, name: str, pieces: Iterable[bytes]) -> None:
        with store_errors():
            # In one request: parts of an upload that broke off would lie there unseen.
            obstore.put(self._store, name, b"".join(pieces), use_multipart=False)

    def get(self, name: str) -> Iterator[bytes]:
        return _pieces(lambda: self._store, name)

    def delete(self, name: str) -> None:
        with store_errors():
            obstore.delete(self._store, name)

    def listing(self) -> Iterator[tuple[str, date]]:
        batches = iter(obstore.list(self._store))
        while True:
            with store_errors():
                batch = next(batches, None)
            if batch is None:
                return
            for one in batch:
                yield one["path"], one["last_modified"].date()


def is_ours(name: str) -> bool:
    """Whether a name in the store is one of ours, or what was left of writing one: nothing else is ever removed."""
    return re.fullmatch(rf"(?:{PART_PREFIX})?[0-9a-f]{{32}}(?:#[0-9]+)?", name) is not None


def is_part(name: str) -> bool:
    """Whether it is a part of a file that is, or was, on its way: no row ever speaks of one."""
    return is_ours(name) and name.startswith(PART_PREFIX)


def _pieces(store: Callable[[], LocalStore | S3Store], name: str) -> Iterator[bytes]:
    with store_errors():
        try:
            pieces = iter(obstore.get(store(), name).stream(min_chunk_size=_PIECE))
        except FileNotFoundError:
            raise errors.NotFound("the file is not in the store") from None
    while True:
        with store_errors():
            piece = next(pieces, None)
        if piece is None:
            return
        yield bytes(piece)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Names of files without a row, too young ones counted; references whose original, or whose clean copy, is missing."""

    orphans: tuple[str, ...]
    young: int
    without_original: tuple[str, ...]
    without_copy: tuple[str, ...]


def compare(session: Session, store: FileStore, today: date) -> Reconciled:
    """The differences found. A file with none of our names is not looked at. Raises FilesUnavailable."""
    # The store first: a file that is listed had its row committed by the time rows are read, or is young.
    listed = {name: day for name, day in store.listing() if is_ours(name)}
    rows = list(session.execute(select(Attachment).order_by(Attachment.id)).scalars())
    spoken_of = {name for row in rows for name in (row.original_name, row.clean_name)}
    loose = {name: day for name, day in listed.items() if name not in spoken_of}
    orphans = tuple(sorted(name for name, day in loose.items() if day < today - GRACE))
    return Reconciled(
        orphans=orphans,
        young=len(loose) - len(orphans),
        without_original=tuple(
            row.reference for row in rows if row.original_name is not None and row.original_name not in listed
        ),
        without_copy=tuple(
            row.reference for row in rows if row.clean_name is not None and row.clean_name not in listed
        ),
    )


def copy_again(session: Session, references: Sequence[str]) -> None:
    """Let clean copies that are missing be made again; where the copy alone was kept there is nothing to make it of."""
    rows = session.execute(select(Attachment).where(Attachment.reference.in_(references)))
    for row in rows.scalars():
        row.clean_name = None
        row.state, row.attempts = AttachmentState.KEPT, 0
        if row.original_name is None:
            row.state, row.no_copy = AttachmentState.NO_CLEAN_COPY, NoCopy.DAMAGED
    session.flush()
