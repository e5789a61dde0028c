"""The entry format, fixed on the first day: format version 1.

A leaf is the RFC 8785 bytes of one object:

    {"at": instant, "index": n, "key": "<thing>/<reference>", "prev": n, "record": {...}, "type": word, "v": 1}

`at` is UTC with microseconds and a closing Z; `index` counts from 0 without gaps; `prev` is the index of the last entry of
the same key and is absent in the first; `record` is the whole current public record of that thing. There are no floats, no
nulls, no text outside NFC, no control or bidirectional control characters; a leaf has at most 16 KiB.
The JSON Schema is openapi/entry-v1.schema.json; vectors in tests/log fail when a byte changes.
"""

import re
import unicodedata
from typing import Any

import msgspec

from registry.core.errors import EntryTooLarge, UnfitText

VERSION = 1
LIMIT = 16 * 1024

_encoder = msgspec.json.Encoder(order="sorted")

BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that reorder what follows them: a record that shows one name and holds another."""


_ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\[ubfnrt]")
_HIDING = re.compile("[\u007f-\u009f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def clean_text(text: str) -> str:
    """NFC, without control, zero-width and bidirectional characters, folded spaces: fit to be logged and shown."""
    stored = "".join(" " if c in "\t\n\r\u00a0\u3000" else c for c in text)
    stored = "".join(
        c for c in stored if c not in BIDI and unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    return unicodedata.normalize("NFC", " ".join(stored.split()))


def leaf_bytes(*, at: str, index: int, key: str, prev: int | None, record: Any, type: str) -> bytes:
    """The exact bytes of one entry; `at` is `clock.instant_text`. EntryTooLarge beyond 16 KiB: nothing is cut silently."""
    entry = {"at": at, "index": index, "key": key, "record": record, "type": type, "v": VERSION}
    if prev is not None:
        entry["prev"] = prev
    leaf = _encoder.encode(entry)
    if len(leaf) > LIMIT:
        raise EntryTooLarge(f"the public record of {key} takes {len(leaf)} bytes; one log entry holds {LIMIT}")
    if not _is_fit(leaf):
        raise UnfitText(
            f"the public record of {key} holds characters that may not be logged: pass its texts by clean_text"
        )
    return leaf


def _is_fit(leaf: bytes) -> bool:
    """NFC, and neither control characters (which the encoder escapes) nor those that reorder or hide text."""
    if b"\\" in leaf and _ESCAPED.search(leaf):
        return False
    if leaf.isascii():
        return True
    text = leaf.decode("utf-8")
    # Whatever hides is not printable, and most leaves are: to ask that is a tenth of a search.
    return unicodedata.is_normalized("NFC", text) and (text.isprintable() or _HIDING.search(text) is None)
