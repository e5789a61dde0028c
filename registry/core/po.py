"""Reads catalogues of texts, which are PO files.

A key and its text is all that a running registry needs of them. Babel reads also what translators need, in ten times the time; a
test holds that both read the same.
"""

import re
from importlib.resources.abc import Traversable

_STRING = r'"((?:[^"\\\n]|\\.)*)"[ \t]*(?:\n|\Z)'
_MESSAGE = re.compile(rf"^msgid {_STRING}((?:{_STRING})*)msgstr {_STRING}((?:{_STRING})*)", re.MULTILINE)
_PART = re.compile(_STRING)
_BETWEEN = re.compile(r"(?:#.*\n|[ \t]*\n)*(?:#.*|[ \t]*)")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r"}


def read_texts(file: Traversable) -> dict[str, str]:
    """The texts of a PO file in UTF-8 by their keys, without those that are empty.

    Raises ValueError for a file that is cut or no PO file, for plural forms and contexts, which our catalogues lack, and for a
    key that stands twice.
    """
    content = file.read_text(encoding="utf-8")
    texts: dict[str, str] = {}
    end = 0
    for match in _MESSAGE.finditer(content):
        _refuse_unless_comments(content[end : match.start()], file)
        end = match.end()
        key, more_key, words, more_words = match.group(1, 2, 4, 5)
        key, words = _joined(key, more_key), _joined(words, more_words)
        if key in texts:
            raise ValueError(f"{key} stands twice in {file.name}")
        if key and words:
            texts[key] = words
    _refuse_unless_comments(content[end:], file)
    return texts


def _refuse_unless_comments(between: str, file: Traversable) -> None:
    if between not in ("", "\n") and not _BETWEEN.fullmatch(between):
        raise ValueError(f"{file.name} is cut, or has more in it than keys and texts: {between.strip()[:60]}")


def _joined(first: str, more: str) -> str:
    written = first + "".join(_PART.findall(more)) if more else first
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[1]), written) if "\\" in written else written
