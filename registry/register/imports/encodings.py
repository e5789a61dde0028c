"""Detects the encoding of a text file.

A byte order mark decides; otherwise text that is valid UTF-8 as a whole is UTF-8. What is left is told apart by how
likely its letters are in the languages that each encoding is used for (`letters`). Where two readings are about as likely
the operator is asked, with a word of the file in both.
"""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from registry.core.errors import ImportRefused
from registry.register.imports import letters

CHUNK = 1 << 20
SAMPLE = 4 << 20
_ASK = "name it with --encoding (or `encoding` in the mapping), for example windows-1252, windows-1250, gb18030"


class Encoding(NamedTuple):
    """`codec` is Python's name, `shown` the one for people, `how` says why."""

    codec: str
    shown: str
    how: str


_MARKS = (
    (codecs.BOM_UTF8, Encoding("utf-8-sig", "UTF-8", "byte order mark")),
    (codecs.BOM_UTF32_LE, Encoding("utf-32", "UTF-32", "byte order mark")),
    (codecs.BOM_UTF32_BE, Encoding("utf-32", "UTF-32", "byte order mark")),
    (codecs.BOM_UTF16_LE, Encoding("utf-16", "UTF-16", "byte order mark")),
    (codecs.BOM_UTF16_BE, Encoding("utf-16", "UTF-16", "byte order mark")),
)


def named_encoding(name: str) -> Encoding:
    """The encoding an operator or a mapping names. ImportRefused when Python does not know it."""
    try:
        codec = codecs.lookup(name)
        "".encode(codec.name)
    except (LookupError, UnicodeError, TypeError):
        raise ImportRefused(f"no encoding is called {name!r}; {_ASK}") from None
    # A byte order mark is no part of the first header.
    return Encoding("utf-8-sig" if codec.name == "utf-8" else codec.name, name, "named")


_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_-]{2,40})""", re.IGNORECASE)


def stated_encoding(path: Path) -> Encoding | None:
    """The encoding that a web page states of itself, if all of it can be read so. None otherwise.

    What browsers take for ISO-8859-1 and GB2312 are their larger sisters.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    match = _CHARSET.search(head)
    if match is None or any(head.startswith(mark) for mark, _ in _MARKS):
        return None
    name = match[1].decode("ascii").lower()
    name = {"iso-8859-1": "windows-1252", "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(name, name)
    try:
        codec = codecs.lookup(name).name
        if first_undecodable(path, codec) is not None:
            return None
    except (LookupError, ValueError, AttributeError):
        return None
    return Encoding(codec, name, "stated in the page")


def found_encoding(path: Path, country: str = "") -> Encoding:
    """The encoding of a text file; the languages of `country`, whose list it is, are likelier than others.

    ImportRefused where it cannot be told, with the place that speaks against UTF-8.
    """
    with path.open("rb") as file:
        head = file.read(CHUNK)
    for mark, encoding in _MARKS:
        if head.startswith(mark):
            return encoding
    place = first_undecodable(path, "utf-8")
    # A stray zero byte or two in UTF-8 are cleaned away with other control characters.
    if place is None and head.count(0) * 20 < len(head):
        return Encoding("utf-8", "UTF-8", "valid throughout")
    if b"\0" in head or place is None:
        return _without_mark(head)
    sample = _high_lines(path)
    if _is_broken_utf8(sample):
        raise ImportRefused(
            f"{place.words('UTF-8')}, though the rest of the file is UTF-8: it is cut off or mixes encodings; "
            "ask for it again or mend that line"
        )
    return _best(sample, place, country)


def _without_mark(head: bytes) -> Encoding:
    """UTF-16 shows by its line ends and separators, whose other byte is zero."""
    plain = {codec: _plain_characters(head, codec) for codec in ("utf-16-le", "utf-16-be")}
    codec = max(plain, key=plain.__getitem__)
    if plain[codec] > 0:
        return Encoding(codec, codec.upper(), "its line ends are of two bytes")
    raise ImportRefused("the file holds zero bytes: it is no text; give a CSV, XLSX or JSON file")


def _plain_characters(head: bytes, codec: str) -> int:
    """How many ASCII characters a text has in this encoding; 0 when it is not one."""
    text = letters.decoded(head, codec) or ""
    broken = sum(not (c.isprintable() or c in "\r\n\t\u3000\xa0") for c in text)
    return 0 if broken * 50 > len(text) or not {"\n", "\r"} & set(text) else sum(c.isascii() for c in text)


class Place(NamedTuple):
    """Where bytes cannot be decoded: line and byte from 1."""

    line: int
    byte: int

    def words(self, encoding: str) -> str:
        return f"line {self.line} (byte {self.byte} of the file) is not {encoding}"


def first_undecodable(path: Path, codec: str) -> Place | None:
    """The first place that is not valid in the encoding; None when all is."""
    decoder = codecs.getincrementaldecoder(codec)(errors="strict")
    seen, lines = 0, 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            pending = len(decoder.getstate()[0])
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                # The decoder prepends what it held back of the chunk before.
                at = error.start - pending
                return Place(lines + chunk[: max(at, 0)].count(b"\n") + 1, seen + at + 1)
            if not chunk:
                return None
            seen += len(chunk)
            lines += chunk.count(b"\n")


def _high_lines(path: Path) -> bytes:
    """The first lines that hold high bytes, up to 4 MiB of them."""
    stored: list[bytes] = []
    size = 0
    with path.open("rb") as file:
        while size < SAMPLE:
            line = file.readline(CHUNK)
            if not line:
                break
            if not line.isascii():
                stored.append(line)
                size += len(line)
    return b"".join(stored)


_UTF8_SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]")


def _is_broken_utf8(sample: bytes) -> bool:
    rest, sequences = _UTF8_SEQUENCE.subn(b"", sample)
    return sequences > len(_HIGH.findall(rest))


def _best(sample: bytes, place: Place, country: str) -> Encoding:
    readings = letters.readings(sample, country)
    if not readings:
        raise ImportRefused(f"{place.words('UTF-8')}, and no other encoding fits well either: {_ASK}")
    best = readings[0]
    rival = next((one for one in readings[1:] if one.text != best.text), None)
    if rival is not None and best.score - rival.score < letters.SURE:
        word, other = letters.first_difference(best.text, rival.text)
        raise ImportRefused(
            f"{place.words('UTF-8')}; it may be {best.shown} ({word!r}) or {rival.shown} ({other!r}): "
            "see which of the two is right, and name it with --encoding"
        )
    twins = [one.shown for one in readings[1:] if one.text == best.text]
    how = f"{twins[0]} would read the same" if twins else f"its letters fit best ({best.language})"
    return Encoding(best.codec, best.shown, how)
