"""Detects the encoding of a text file.

A byte order mark decides; otherwise text that is valid UTF-8 as a whole is UTF-8. What is left is told apart by how its
high bytes lie: Chinese encodings write them in runs, those of Central Europe one at a time within words.
"""

import codecs
import re
from pathlib import Path
from typing import NamedTuple

from registry.core.errors import ImportRefused

CHUNK = 1 << 20
SAMPLE = 4 << 20
NAMES = ("utf-8", "utf-16", "gb18030", "big5", "windows-1250", "iso-8859-2")
"""Encodings that are detected. Any other that Python knows can be named by hand."""

_ASK = "name it with --encoding, for example " + ", ".join(NAMES[2:])


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


def found_encoding(path: Path) -> Encoding:
    """The encoding of a text file. ImportRefused where it cannot be told, with the place that speaks against UTF-8."""
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
    return _best(sample, place)


def _without_mark(head: bytes) -> Encoding:
    """UTF-16 shows by its line ends and separators, whose other byte is zero."""
    plain = {codec: _plain_characters(head, codec) for codec in ("utf-16-le", "utf-16-be")}
    codec = max(plain, key=plain.__getitem__)
    if plain[codec] > 0:
        return Encoding(codec, codec.upper(), "its line ends are of two bytes")
    raise ImportRefused("the file holds zero bytes: it is no text; give a CSV, XLSX or JSON file")


def _plain_characters(head: bytes, codec: str) -> int:
    """How many ASCII characters a text has in this encoding; 0 when it is not one."""
    text = _decoded(head, codec) or ""
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


def _best(sample: bytes, place: Place) -> Encoding:
    words = re.findall(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*", sample)
    high = sum(len(_HIGH.findall(word)) for word in words)
    scored = {"cp1250": _letters_score(sample, "cp1250"), "iso-8859-2": _letters_score(sample, "iso-8859-2")}
    if high > 0.45 * sum(len(word) for word in words):
        chinese = {"gb18030": _gb_score(sample), "big5hkscs": _big5_score(sample)}
        scored = chinese if max(chinese.values()) >= 0.5 else scored
    codec = max(scored, key=scored.__getitem__)
    if scored[codec] < 0.5:
        raise ImportRefused(f"{place.words('UTF-8')}, and no other encoding fits well either: {_ASK}")
    how = "its letters fit best"
    if codec == "cp1250" and _decoded(sample, codec) == _decoded(sample, "iso-8859-2"):
        how = "ISO-8859-2 would read the same"
    return Encoding(codec, _SHOWN[codec], how)


_SHOWN = {"gb18030": "GB18030", "big5hkscs": "Big5", "cp1250": "Windows-1250", "iso-8859-2": "ISO-8859-2"}


def _decoded(sample: bytes, codec: str) -> str | None:
    # The sample may end within a character.
    try:
        return codecs.getincrementaldecoder(codec)(errors="strict").decode(sample)
    except UnicodeDecodeError:
        return None


def _gb_score(sample: bytes) -> float:
    """The share of Chinese characters that are in the everyday rows of GB 2312."""
    text = _decoded(sample, "gb18030")
    return -1.0 if text is None else _share(text, "gb2312", 0xB0, 0xD7)


def _big5_score(sample: bytes) -> float:
    """The share of Chinese characters that are in the frequent rows of Big5."""
    text = _decoded(sample, "big5hkscs")
    return -1.0 if text is None else _share(text, "big5", 0xA4, 0xC6)


def _share(text: str, codec: str, first: int, last: int) -> float:
    characters = [c for c in text if c >= "\u2e80" or "\u0100" <= c <= "\u052f"]
    if not characters:
        return 0.0
    common = sum(first <= (c.encode(codec, "replace"))[0] <= last for c in characters)
    return common / len(characters)


_ALPHABETS = (
    "áčďéěíňóřšťúůýž",
    "ąćęłńóśźż",
    "áäčďéíĺľňóôŕšťúýž",
    "áéíóöőúüű",
    "ăâîşţșț",
    "čćđšž",
    "äöüß",
)


def _letters_score(sample: bytes, codec: str) -> float:
    """The share of high characters that belong to the one national alphabet that explains most of them."""
    text = _decoded(sample, codec)
    if text is None or any("\x80" <= c <= "\x9f" for c in text):
        return -1.0
    # Typographic marks say nothing about the language; only Windows-1250 has them, and C1 controls exclude the other.
    high = [c for c in text.lower() if c > "\x7f" and c not in "„“”‚‘’–—…•§°«»\xa0\xad"]
    if not high:
        return 0.9
    return max(sum(c in alphabet for c in high) for alphabet in _ALPHABETS) / len(high)
