"""Reading JSON lists record by record, whatever their size."""

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from registry.core.errors import ImportRefused
from registry.register.imports import encodings, mapping, personal, rows
from registry.register.imports.values import NO, Topic, folded, word_about
from registry.vocabulary.codes import Flaw

STRANGE = object()


def open_document(path: Path, layout: mapping.Layout, encoding: str | None, country: str = "") -> rows.ListFile:
    """A JSON file. Rows are the licences of each record where the layout names `each`, the records themselves otherwise."""
    wanted = encoding or layout.encoding
    found = encodings.named_encoding(wanted) if wanted else encodings.found_encoding(path, country)
    raw = path.open("rb")
    size = path.stat().st_size
    stream = readable(raw, found)
    prefix = f"{layout.rows}.item" if layout.rows else "item"
    result = rows.ListFile("json", layout, iter(()), lambda: raw.tell() / size if not raw.closed else 1.0, found)
    result.rows = _rows(raw, stream, path, prefix, found, result)
    return result


def readable(raw: BinaryIO, encoding: encodings.Encoding) -> Any:
    """The file as the UTF-8 bytes that the parser takes."""
    if encoding.codec == "utf-8":
        return raw
    if encoding.codec == "utf-8-sig":
        raw.seek(len(codecs.BOM_UTF8))
        return raw
    return _Recoded(raw, encoding)


class _Recoded:
    """Another encoding, as the UTF-8 bytes that the parser takes."""

    def __init__(self, raw: BinaryIO, encoding: encodings.Encoding) -> None:
        self._raw = raw
        self._decoder = codecs.getincrementaldecoder(encoding.codec)(errors="strict")
        self._rest = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._rest) < size:
            chunk = self._raw.read(64 * 1024)
            self._rest += self._decoder.decode(chunk, final=not chunk).encode()
            if not chunk:
                break
        cut = len(self._rest) if size < 0 else size
        given, self._rest = self._rest[:cut], self._rest[cut:]
        return given


def _rows(
    raw: BinaryIO, stream: Any, path: Path, prefix: str, encoding: encodings.Encoding, result: rows.ListFile
) -> Iterator[rows.Row]:
    layout = result.layout
    paths = _paths(layout)
    # A column that no record has means that the list has changed its shape; one that is only mostly absent does not.
    aside = _Aside(layout)
    unseen = {place for place, (steps, _) in enumerate(paths) if steps is not None}
    count = 0
    with raw:
        for count, item in enumerate(_items(stream, path, prefix, encoding, raw), start=1):
            parts: Sequence[Any] = (None,) if layout.each is None else _parts(item, layout.each)
            for number, part in enumerate(parts, start=1):
                values = [_value(item, part, steps, of_part) for steps, of_part in paths]
                if unseen:
                    unseen -= {place for place in unseen if values[place] is not STRANGE}
                cells = [_text_of(value) for value in values]
                row = rows.Row(count, number if layout.each is not None else 0, cells)
                word = aside.unread_status(item, part)
                yield row._replace(flaw=Flaw.UNREAD_STATUS, detail=word) if word else row
    names = mapping.wanted_columns(layout)
    lacking = [names[place][0] for place in sorted(unseen) if not set(names[place]) & set(layout.optional)]
    result.missing = lacking if count else []
    if not count:
        where = f"a list called {layout.rows!r}" if layout.rows else "a list"
        result.notes.append(f"no record was found: the mapping looks for {where}")


class _Aside:
    """What a record says beside the wanted columns: whether a word of an end is in it."""

    def __init__(self, layout: mapping.Layout) -> None:
        wanted = {name for names in mapping.wanted_columns(layout) for name in names}
        self._known = wanted | set(layout.drop) | set(mapping.dropped_columns(layout))
        self._each = layout.each
        self._is_trusted = layout.trusts_columns

    def unread_status(self, item: Any, part: Any) -> str:
        """Which field that is not mapped says that the licence may have ended, and by which word; "" if none."""
        if self._is_trusted:
            return ""
        found = next(self._words(item, ""), None)
        if found is None and self._each is not None:
            found = next(self._words(part, f"{self._each}[]."), None)
        return found or ""

    def _words(self, value: Any, path: str) -> Iterator[str]:
        if not isinstance(value, dict):
            return
        for name, inner in value.items():
            here = f"{path}{name}"
            if here in self._known or here == self._each or personal.is_personal_column(name):
                continue
            if isinstance(inner, dict):
                yield from self._words(inner, f"{here}.")
                continue
            text = _text_of(inner)
            word = word_about(Topic.END, text) if text else None
            if word is None and text and folded(text) not in NO and word_about(Topic.END, _apart(name)) is not None:
                word = text[:40] if not personal.holds_personal_number(text) else "..."
            if word is not None:
                yield f"{here}: {word}"


def _apart(name: str) -> str:
    """The words of a field's name: 'datumZruseni' is two."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", name)


Steps = tuple[str, ...] | None


def _paths(layout: mapping.Layout) -> list[tuple[Steps, bool]]:
    """For each wanted column its steps (None: dropped) and whether they begin at a part of the record."""
    dropped = set(mapping.dropped_columns(layout))
    lead = f"{layout.each}[]." if layout.each else None
    paths: list[tuple[Steps, bool]] = []
    for names in mapping.wanted_columns(layout):
        name = names[0]
        if name in dropped:
            paths.append((None, False))
        elif lead is not None and name.startswith(lead):
            paths.append((tuple(name.removeprefix(lead).split(".")), True))
        else:
            paths.append((tuple(name.split(".")), False))
    return paths


def _items(stream: Any, path: Path, prefix: str, encoding: encodings.Encoding, raw: BinaryIO) -> Iterator[Any]:
    try:
        yield from ijson.items(stream, prefix, use_float=True)
    except ijson.IncompleteJSONError as error:
        words = str(error).splitlines()[0] if str(error) else ""
        raise ImportRefused(
            f"{path.name} stops being JSON within {raw.tell()} bytes ({words.strip()}): "
            "it is cut off or damaged; download it again"
        ) from None
    except ijson.JSONError as error:
        raise ImportRefused(f"{path.name} is no well-formed JSON: {str(error).splitlines()[0]}") from None
    except UnicodeDecodeError:
        place = encodings.first_undecodable(path, encoding.codec)
        where = place.words(encoding.shown) if place else f"the file is not {encoding.shown} throughout"
        raise ImportRefused(f"{where}: see --encoding") from None


def _parts(item: Any, each: str) -> Sequence[Any]:
    found = _followed(item, tuple(each.split(".")))
    return found if isinstance(found, list) else ()


def _value(item: Any, part: Any, steps: Steps, of_part: bool) -> Any:
    if steps is None:
        return STRANGE
    return _followed(part if of_part else item, steps)


def _followed(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        if not isinstance(value, dict):
            return STRANGE
        value = value.get(step, STRANGE)
    return value


def _text_of(value: Any) -> str:
    if type(value) is str:
        return value
    if value is STRANGE or value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ";".join(_text_of(one) for one in value)
    # An object where a value was expected: none of its text may slip in unasked.
    return "" if isinstance(value, dict) else str(value)
