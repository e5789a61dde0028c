"""Entries of range files on their way from the order of agencies into that of files: on disk, whatever their number."""

import zlib
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import IO, NamedTuple

import msgspec

from registry.ranges.rules import Entry

PART = 64 * 1024
"""Bytes that are gathered for each of the 256 places before they are written: 16 MiB of memory in all."""

MAX_KNOWN = 4096
"""Answers of about a kilobyte each that are kept, so that they are written, and read, once for many entries."""

_SAID_ELSEWHERE = msgspec.Raw(b"0")


class _Span(NamedTuple):
    """Where something stands in the file."""

    start: int
    size: int


class _Line(NamedTuple):
    """An entry as it is written; of answers that another entry gave before it says where they stand."""

    hash: str
    holders: dict[str, list[str]]
    records: dict[str, msgspec.Raw]
    last_day: date | None
    answers: msgspec.Raw
    answers_at: _Span | None


_encode = msgspec.json.Encoder().encode
_lines = msgspec.json.Decoder(_Line)


class Spool:
    """Entries put into a file in any order, and given back in that of their hashes.

    They are sorted by the first byte of the hash as they come, and within it as they are given back: then a 256th of all is in
    memory.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting: dict[str, list[bytes]] = defaultdict(list)
        self._sizes: dict[str, int] = defaultdict(int)
        self._parts: dict[str, list[_Span]] = defaultdict(list)
        self._given: dict[bytes, _Span | None] = {}
        self._read: dict[_Span, msgspec.Raw] = {}

    def add(self, entry: Entry) -> None:
        answers_at = self._place_of(entry.answers)
        answers = entry.answers if answers_at is None else _SAID_ELSEWHERE
        place = entry.hash[:2]
        # In the order of the fields of a line.
        line = _encode((entry.hash, entry.holders, entry.records, entry.last_day, answers, answers_at))
        self._waiting[place].append(line)
        self._sizes[place] += len(line)
        if self._sizes[place] >= PART:
            self._parts[place].append(self._write(zlib.compress(b"\n".join(self._waiting.pop(place)), 1)))
            self._sizes[place] = 0

    def in_order(self) -> Iterator[Entry]:
        """All entries in the order of their hashes."""
        self._given.clear()
        for place in sorted(self._sizes):
            lines = self._waiting.pop(place, [])
            lines += [zlib.decompress(self._bytes_at(part)) for part in self._parts[place]]
            for hash_, holders, records, last_day, answers, at in sorted(
                _lines.decode_lines(b"\n".join(lines)), key=itemgetter(0)
            ):
                yield Entry(hash_, holders, records, answers if at is None else self._answers_at(at), last_day)

    def _place_of(self, stated: msgspec.Raw) -> _Span | None:
        """Where answers stand that another entry gave; None where none did, or so many others came since."""
        answers = bytes(stated)
        if answers not in self._given:
            if len(self._given) >= MAX_KNOWN:
                self._given.clear()
            self._given[answers] = None
            return None
        place = self._given[answers]
        if place is None:
            place = self._given[answers] = self._write(answers)
        return place

    def _answers_at(self, place: _Span) -> msgspec.Raw:
        known = self._read.get(place)
        if known is None:
            if len(self._read) >= MAX_KNOWN:
                self._read.clear()
            known = self._read[place] = msgspec.Raw(self._bytes_at(place))
        return known

    def _write(self, part: bytes) -> _Span:
        return _Span(self._file.tell(), self._file.write(part))

    def _bytes_at(self, span: _Span) -> bytes:
        self._file.seek(span.start)
        return self._file.read(span.size)
