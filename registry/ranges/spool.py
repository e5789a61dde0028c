"""Entries of range files on their way from the order of agencies into that of files: on disk, whatever their number."""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from typing import IO

import msgspec

from registry.ranges.rules import Entry

PART = 64 * 1024
"""Bytes that are gathered for each of the 256 places before they are written: 16 MiB of memory in all."""

_encode = msgspec.json.Encoder().encode
_entries = msgspec.json.Decoder(Entry)


class Spool:
    """Entries put into a file in any order, and given back in that of their hashes.

    They are sorted by the first byte of the hash as they come, and within it as they are given back: then a 256th of all is in
    memory.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting: dict[str, list[bytes]] = defaultdict(list)
        self._sizes: dict[str, int] = defaultdict(int)
        self._parts: dict[str, list[tuple[int, int]]] = defaultdict(list)

    def add(self, entry: Entry) -> None:
        place, line = entry.hash[:2], _encode(entry)
        self._waiting[place].append(line)
        self._sizes[place] += len(line)
        if self._sizes[place] >= PART:
            part = zlib.compress(b"\n".join(self._waiting.pop(place)), 1)
            self._parts[place].append((self._file.tell(), self._file.write(part)))
            self._sizes[place] = 0

    def in_order(self) -> Iterator[Entry]:
        """All entries in the order of their hashes."""
        for place in sorted(self._sizes):
            lines = self._waiting.pop(place, [])
            for start, size in self._parts[place]:
                self._file.seek(start)
                lines.append(zlib.decompress(self._file.read(size)))
            yield from sorted(_entries.decode_lines(b"\n".join(lines)), key=lambda entry: entry.hash)
