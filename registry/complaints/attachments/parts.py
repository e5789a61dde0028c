"""Parts of a file that is still on its way: a telephone that lost its line sends only what is missing.

Each part lies sealed in the store under a name that follows from mailbox and place, so that no row tells of an upload. Its key is
made from the mailbox's own for original files; without that a part opens nowhere. A mailbox has four slots and no more, each of
one file of the largest size. Parts that are never joined have no row, and `registry cases reconcile` removes them after a day.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import suppress

from registry.complaints.attachments.file_kinds import MAX_BYTES
from registry.complaints.attachments.storage import FileStore
from registry.complaints.case.models import Case
from registry.complaints.sealing.envelopes import Place, expand
from registry.complaints.sealing.sealer import OpenBox, Tier
from registry.complaints.sealing.streams import open_stream, seal_stream
from registry.core.codes import Problem
from registry.core.errors import Fault, FilesUnavailable, InvalidInput, NotFound, Unopenable

PART_BYTES = 128 * 1024
"""Of each part but the last: half a minute on a line of 32 kbit/s."""
MAX_PARTS = -(-MAX_BYTES // PART_BYTES)
SLOTS = 4

_MARK = hashlib.sha256().digest_size


class Upload:
    """One file on its way into a mailbox: `once` is what its sender calls it, `count` the number of its parts.

    Raises InvalidInput where there can be no such upload.
    """

    def __init__(self, store: FileStore, opened: OpenBox, case: Case, once: str, count: int) -> None:
        if not once or len(once) > 80 or not 1 <= count <= MAX_PARTS:
            raise InvalidInput([Fault("count", Problem.INVALID_VALUE, f"a file has 1 to {MAX_PARTS} parts")])
        self._store, self._case, self._count = store, case, count
        self._mark = hashlib.sha256(f"{once}/{count}".encode("utf-8", "surrogatepass")).digest()
        self._slot = self._mark[0] % SLOTS
        self._key = expand(opened.key(Tier.IDENTITY), b"registry upload part v1")

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
        name = self._name(number)
        self._store.delete(name)
        self._store.put(name, seal_stream(self._key, [self._mark + body], self._place(number)))

    def missing(self) -> list[int]:
        """The parts that did not arrive yet. Raises FilesUnavailable."""
        return [number for number in range(self._count) if self._part(number) is None]

    def joined(self) -> bytes | None:
        """The whole file; None while a part is missing. Raises FilesUnavailable."""
        parts = [self._part(number) for number in range(self._count)]
        return None if None in parts else b"".join(part for part in parts if part is not None)

    def drop(self) -> None:
        """Remove the parts. What cannot be removed now is removed by `registry cases reconcile`."""
        with suppress(FilesUnavailable):
            for number in range(self._count):
                self._store.delete(self._name(number))

    def _part(self, number: int) -> bytes | None:
        try:
            opened_part = b"".join(self._read(number))
        except (NotFound, Unopenable):
            return None
        # A slot may hold what another upload left in it.
        return opened_part[_MARK:] if hmac.compare_digest(opened_part[:_MARK], self._mark) else None

    def _read(self, number: int) -> Iterator[bytes]:
        return open_stream(self._key, self._store.get(self._name(number)), self._place(number))

    def _name(self, number: int) -> str:
        return hmac.new(self._key, f"{self._slot}/{number}".encode(), hashlib.sha256).hexdigest()[:32]

    def _place(self, number: int) -> Place:
        return Place("attachments", "part", f"{self._slot}-{number}", self._case.reference)
