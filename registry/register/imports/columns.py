"""Looking into a sample file without a mapping: which columns it has, and some values of each."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import ijson

from registry.core.errors import ImportRefused
from registry.register.imports import extracted
from registry.register.imports.documents import readable
from registry.register.imports.encodings import found_encoding, named_encoding
from registry.register.imports.extraction.terms import FORMS, HEADER_WITHIN
from registry.register.imports.identifiers import checked_uscc
from registry.register.imports.mapping import Layout
from registry.register.imports.personal import holds_personal_number
from registry.register.imports.reading import form_of
from registry.register.imports.spreadsheets import first_rows
from registry.register.imports.tables import found_delimiter
from registry.register.imports.values import DATE_FORMS, day_of

LOOKED_AT = 200
"""Rows that are looked at."""


@dataclass(slots=True)
class Column:
    """A column's header or JSON path, and its values that are not empty."""

    name: str
    values: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Sample:
    """`rows` and `each` as in Layout, for JSON."""

    form: str
    columns: list[Column]
    rows: str = ""
    each: str | None = None


def columns_of(path: Path, encoding: str | None = None) -> Sample:
    """The columns of a file and some of their values. ImportRefused when it is no table and no JSON list."""
    form = form_of(path)
    if form == "json":
        return _of_document(path, encoding)
    return Sample(form, _of_lines(first_lines(path, form, encoding)))


def first_lines(path: Path, form: str, encoding: str | None = None) -> list[list[str]]:
    """The first lines of a table as they stand, titles above the header among them."""
    if form == "xlsx":
        return first_rows(path, Layout(columns={}), LOOKED_AT)
    return extracted.first_rows(path, form, LOOKED_AT, encoding) if form in FORMS else _of_text(path, encoding)


def _of_text(path: Path, encoding: str | None) -> list[list[str]]:
    found = named_encoding(encoding) if encoding else found_encoding(path)
    delimiter = found_delimiter(path, found)
    with path.open(encoding=found.codec, newline="") as text:
        try:
            return list(islice(csv.reader(text, delimiter=delimiter), LOOKED_AT))
        except (UnicodeError, csv.Error) as error:
            raise ImportRefused(f"{path.name} cannot be read as {found.shown}: {error}") from None


def _of_lines(lines: Sequence[Sequence[str]]) -> list[Column]:
    """The header is the first of the fullest lines, for titles above it fill a cell or two."""
    filled = [sum(bool(cell.strip()) for cell in cells) for cells in lines[:HEADER_WITHIN]]
    if not filled or max(filled) < 1:
        raise ImportRefused("the file has no columns: is it a table?")
    depth = filled.index(max(filled))
    data = next((cell.strip() for cell in lines[depth] if _is_data(cell.strip())), None)
    if data is not None:
        named = "" if holds_personal_number(data) else f" ({data[:40]!r})"
        raise ImportRefused(
            f"line {depth + 1} is the fullest of the first, and is no header{named}: if the file has none, "
            "write a line with the names of the columns above it"
        )
    return below(lines, depth)


def _is_data(cell: str) -> bool:
    """Whether a cell is what stands below a header and not in it: a day, a number, an address of mail."""
    is_number = cell.isdigit() and len(cell) >= 5
    return is_number or "@" in cell or day_of(cell, _FORMS) is not None or checked_uscc(cell).value is not None


_FORMS = tuple(sorted(DATE_FORMS))


def below(lines: Sequence[Sequence[str]], depth: int) -> list[Column]:
    """The columns of a table whose header is the line of that index."""
    columns = []
    for place, name in enumerate(lines[depth]):
        if name.strip():
            values = [cells[place].strip() for cells in lines[depth + 1 :] if place < len(cells)]
            columns.append(Column(name.strip(), [value for value in values if value]))
    return columns


def _of_document(path: Path, encoding: str | None) -> Sample:
    found = named_encoding(encoding) if encoding else found_encoding(path)
    with path.open("rb") as raw:
        rows = _rows_of(readable(raw, found), path)
    with path.open("rb") as raw:
        prefix = f"{rows}.item" if rows else "item"
        try:
            items = list(islice(ijson.items(readable(raw, found), prefix, use_float=True), LOOKED_AT))
        except ijson.JSONError as error:
            raise ImportRefused(f"{path.name} is no well-formed JSON: {str(error).splitlines()[0]}") from None
    records = [item for item in items if isinstance(item, dict)]
    if not records:
        raise ImportRefused(f"{path.name} holds no list of records")
    each = next((name for name, value in records[0].items() if _is_list_of_records(value)), None)
    columns: dict[str, Column] = {}
    for record in records:
        _collect(columns, {name: value for name, value in record.items() if name != each}, "")
        for part in record.get(each) or () if each else ():
            _collect(columns, part, f"{each}[].")
    return Sample("json", list(columns.values()), rows, each)


def _rows_of(stream: Any, path: Path) -> str:
    """The path of the first list of records; "" when the document itself is the list."""
    try:
        for prefix, event, _ in ijson.parse(stream):
            if event == "start_array":
                return str(prefix)
    except ijson.JSONError as error:
        raise ImportRefused(f"{path.name} is no well-formed JSON: {str(error).splitlines()[0]}") from None
    raise ImportRefused(f"{path.name} holds no list of records")


def _is_list_of_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _collect(columns: dict[str, Column], value: Any, path: str) -> None:
    if not isinstance(value, dict):
        return
    for name, inner in value.items():
        if isinstance(inner, dict):
            _collect(columns, inner, f"{path}{name}.")
            continue
        column = columns.setdefault(f"{path}{name}", Column(f"{path}{name}"))
        if isinstance(inner, list):
            inner = ";".join(str(one) for one in inner if not isinstance(one, (dict, list)))
        if inner is not None and inner != "":
            column.values.append(str(inner).lower() if isinstance(inner, bool) else str(inner))
