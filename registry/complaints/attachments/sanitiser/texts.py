"""Cleans a text file: UTF-8 with only visible characters."""

import unicodedata

from registry.complaints.attachments.file_kinds import text_of


def clean_text(body: bytes) -> bytes:
    """Control, reordering and invisible characters go; lines end as on this system. Raises ValueError if it is no text."""
    text = text_of(body)
    if text is None:
        raise ValueError("no text")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    unseen = {sign for sign in set(lines) - set("\n\t") if unicodedata.category(sign) in _UNSEEN}
    return lines.translate(dict.fromkeys(map(ord, unseen))).encode()


_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co"})
"""Controls, formats (bidi and zero width among them), halves of pairs, private use."""
