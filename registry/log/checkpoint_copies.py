"""Copies of the newest signed checkpoint beside the database: in the data folder, and in the bucket where there is one.

The data folder knows what this home signed, the bucket what any home signed. A database and a data folder that were restored
together from an old copy are recognised by the bucket alone. It is written by compare-and-swap, so of two homes that would
sign different entries at once one is refused.
"""

import hashlib
import secrets
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import obstore
from obstore.exceptions import AlreadyExistsError, PreconditionError

from registry.core.errors import BadProof, FilesUnavailable, ForkRefused, KeyTrouble
from registry.core.files import sync_folder, write_atomically
from registry.core.object_store import object_store, store_errors
from registry.core.settings import Bucket, Settings
from registry.log import note

_REQUEST, _ALTOGETHER = timedelta(seconds=2), timedelta(seconds=4)
"""Publishing waits for the log's lock meanwhile."""


def last_signed_file(home: Path) -> Path:
    """The data folder's copy."""
    return home / "log" / "last-signed"


def last_signed(home: Path) -> note.Checkpoint | None:
    """What the data folder says was signed last; None when nothing was. ForkRefused when it cannot be read."""
    path = last_signed_file(home)
    try:
        return note.read_checkpoint(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, BadProof):
        raise ForkRefused(f"{path} cannot be read: nothing is signed before it is put back from a backup") from None


def remember_signed(home: Path, head: note.Checkpoint) -> None:
    """Write the data folder's copy atomically; it is on the disk when this returns."""
    path = last_signed_file(home)
    write_atomically(path, head.text().encode())
    sync_folder(path.parent)


class Remembered(NamedTuple):
    """What the bucket says of a log: the head that was signed last, None for none, and the tag of that statement."""

    origin: str
    head: note.Checkpoint | None = None
    tag: str | None = None


class BucketGuard:
    """The newest signed head of each log, one small object for each name of a log, changed by compare-and-swap alone."""

    def __init__(self, bucket: Bucket) -> None:
        self._name = bucket.name
        self._store = object_store(bucket, request=_REQUEST, altogether=_ALTOGETHER)
        self._is_tried = False

    def read(self, origin: str) -> Remembered:
        """What any home signed last under that name. Raises FilesUnavailable, ForkRefused when it cannot be read."""
        try:
            with store_errors():
                try:
                    got = obstore.get(self._store, _object(origin))
                    text, tag = bytes(got.bytes()), got.meta["e_tag"]
                except FileNotFoundError:
                    return Remembered(origin)
            return Remembered(origin, note.read_checkpoint(text.decode()), tag)
        except FilesUnavailable:
            raise _away() from None
        except (UnicodeDecodeError, BadProof):
            raise ForkRefused(
                f"{_object(origin)} in the bucket {self._name} cannot be read: nothing is signed before its former version is "
                "put back"
            ) from None

    def advance(self, before: Remembered, head: note.Checkpoint) -> None:
        """Remember `head`, unless somebody changed what `before` read. Raises ForkRefused, FilesUnavailable, KeyTrouble."""
        self._require_conditions()
        if before.head == head:
            return
        try:
            with store_errors():
                try:
                    obstore.put(
                        self._store,
                        _object(head.origin),
                        head.text().encode(),
                        mode="create" if before.tag is None else {"e_tag": before.tag},
                        use_multipart=False,
                    )
                    return
                except (AlreadyExistsError, PreconditionError):
                    pass
        except FilesUnavailable:
            raise _away() from None
        # A request that was repeated because its answer was lost finds what it wrote itself.
        if self.read(head.origin).head != head:
            raise ForkRefused(
                f"another home signed a head of {head.origin} at this moment: this one signs nothing before it has looked again"
            )

    def _require_conditions(self) -> None:
        """Raise KeyTrouble for a store that writes whatever the condition says: two homes could then both sign."""
        if self._is_tried:
            return
        probe = f"log-guard/probe-{secrets.token_hex(8)}"
        try:
            with store_errors():
                obstore.put(self._store, probe, b"1", mode="create", use_multipart=False)
                try:
                    obstore.put(self._store, probe, b"2", mode="create", use_multipart=False)
                except AlreadyExistsError:
                    self._is_tried = True
                obstore.delete(self._store, probe)
        except FilesUnavailable:
            raise _away() from None
        if not self._is_tried:
            raise KeyTrouble(
                "the store of REGISTRY_FILES ignores conditions (If-None-Match) and cannot keep two homes from signing at once: "
                "use one that knows them, or set REGISTRY_LOG_GUARD=off"
            )


def guard_of(settings: Settings) -> BucketGuard | None:
    """The guard in the bucket of REGISTRY_FILES; None where files lie in a folder, or it is switched off."""
    if not settings.has_log_guard or not isinstance(settings.files, Bucket):
        return None
    return _guard_at(settings.files)


_guards: dict[Bucket, BucketGuard] = {}


def _guard_at(bucket: Bucket) -> BucketGuard:
    if bucket not in _guards:
        _guards[bucket] = BucketGuard(bucket)
    return _guards[bucket]


def _object(origin: str) -> str:
    return f"log-guard/{hashlib.sha256(origin.encode()).hexdigest()[:40]}"


def _away() -> FilesUnavailable:
    return FilesUnavailable("the bucket that remembers signed heads does not answer: nothing is signed before it does")


__all__ = ["BucketGuard", "Remembered", "guard_of", "last_signed", "last_signed_file", "remember_signed"]
