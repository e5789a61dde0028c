"""Looking into a sample file without a mapping: which columns it has, some values of each, and its field.

A field is guessed by what the column is called (headers.toml) and by its values.
"""

import csv
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import ijson

from registry.core.errors import ImportRefused
from registry.register.imports import documents, encodings, extracted, mapping, spreadsheets, tables, values
from registry.register.imports.extraction.terms import FORMS, HEADER_WITHIN
from registry.register.imports.identifiers import checked_lei, checked_uscc, checked_vat
from registry.register.imports.personal import holds_personal_number
from registry.register.imports.reading import form_of
from registry.vocabulary.record import TERM_DAYS

LOOKED_AT = 200
"""Rows that are looked at."""


@dataclass(slots=True)
class Column:
    """A column's header or JSON path, and its values that are not empty. `is_sparse`: some rows have none."""

    name: str
    values: list[str] = field(default_factory=list)
    is_sparse: bool = False


@dataclass(slots=True)
class Sample:
    """`rows` and `each` as in Layout, for JSON; `headings` that name a status or a kind, for tables."""

    form: str
    columns: list[Column]
    rows: str = ""
    each: str | None = None
    headings: list[str] = field(default_factory=list)


def read_sample(path: Path, encoding: str | None = None) -> Sample:
    """The columns of a file and some of their values. ImportRefused when it is no table and no JSON list."""
    form = form_of(path)
    if form == "json":
        return _of_document(path, encoding)
    lines = first_lines(path, form, encoding)
    return Sample(form, _of_lines(lines), headings=headings_in(lines))


def first_lines(path: Path, form: str, encoding: str | None = None) -> list[list[str]]:
    """The first lines of a table as they stand, titles above the header among them."""
    if form == "xlsx":
        return spreadsheets.first_rows(path, mapping.Layout(columns={}), LOOKED_AT)
    return (
        extracted.first_rows(path, form, LOOKED_AT, encoding) if form in FORMS else _of_text(path, encoding, LOOKED_AT)
    )


def _of_text(path: Path, encoding: str | None, count: int | None) -> list[list[str]]:
    """The first `count` lines of a text table, or all."""
    found = encodings.named_encoding(encoding) if encoding else encodings.found_encoding(path)
    delimiter = tables.found_delimiter(path, found)
    with path.open(encoding=found.codec, newline="") as text:
        try:
            return list(islice(csv.reader(text, delimiter=delimiter), count))
        except (UnicodeError, csv.Error) as error:
            raise ImportRefused(f"{path.name} cannot be read as {found.shown}: {error}") from None


@dataclass(slots=True)
class Part:
    """One list of a file that holds several: the heading that it stands under, its header and its rows."""

    heading: str
    header: list[str]
    rows: list[list[str]] = field(default_factory=list)


def parts_of(path: Path, encoding: str | None = None, sheet: str | None = None) -> list[Part]:
    """The lists of a file, which begin at each table and at each row of one cell. A part without rows is a note, or heads others.

    Of a workbook `sheet`, or else its only sheet with a table. ImportRefused where the file cannot be read as a whole.
    """
    parts: list[Part] = []
    for heading, rows in _tables_of(path, encoding, sheet):
        filled = [sum(bool(cell.strip()) for cell in cells) for cells in rows[:HEADER_WITHIN]]
        depth = filled.index(max(filled))
        if parts and any(_is_data(cell.strip()) for cell in rows[depth]):
            # The next page of the table before it.
            depth = -1
        else:
            titles = [" ".join(filter(None, cells)) for cells in rows[:depth]]
            parts.append(Part(" ".join(filter(None, [heading, *titles])), rows[depth]))
        for cells in rows[depth + 1 :]:
            texts = [cell for cell in cells if cell.strip()]
            if len(texts) == 1 and len(parts[-1].header) > 1:
                parts.append(Part(texts[0], parts[-1].header))
            elif texts and cells != parts[-1].header:
                parts[-1].rows.append(cells)
    return parts


def _tables_of(path: Path, encoding: str | None, sheet: str | None) -> list[tuple[str, list[list[str]]]]:
    """Every table of a file: what heads it, and its rows."""
    form = form_of(path)
    if form == "json":
        raise ImportRefused(
            f"{path.name} is JSON, which has no headings: map what tells its records apart as `status` or `kind`"
        )
    if form == "xlsx":
        found = spreadsheets.sheet_of(path, mapping.Layout(columns={}, sheet=sheet))
        extracted.require_whole(path, found.name, list(found.lines()), found.hidden_columns, found.losses)
        return [("", list(found.rows()))]
    if form in FORMS:
        return extracted.all_tables(path, form, encoding)
    return [("", _of_text(path, encoding, None))]


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
    return below([*lines[: depth + 1], *rows_below(lines, depth)], depth)


def _is_data(cell: str) -> bool:
    """Whether a cell is what stands below a header and not in it: a day, a number, an address of mail."""
    is_number = cell.isdigit() and len(cell) >= 5
    return is_number or "@" in cell or values.day_of(cell, _FORMS) is not None or checked_uscc(cell).value is not None


_FORMS = tuple(sorted(values.DATE_FORMS))


def below(lines: Sequence[Sequence[str]], depth: int) -> list[Column]:
    """The columns of a table whose header is the line of that index."""
    columns = []
    rows = lines[depth + 1 :]
    for place, name in enumerate(lines[depth]):
        if name.strip():
            texts = [cells[place].strip() for cells in rows if place < len(cells)]
            filled = [text for text in texts if text]
            columns.append(Column(name.strip(), filled, len(filled) < len(rows)))
    return columns


def rows_below(lines: Sequence[Sequence[str]], depth: int) -> list[Sequence[str]]:
    """The rows below the header of that index, without headings and notes, which fill one cell, and without it again."""
    width = sum(bool(cell.strip()) for cell in lines[depth])

    def is_row(cells: Sequence[str]) -> bool:
        filled = [cell for cell in cells if cell.strip()]
        # Of a table of two columns such a line may be a row that lacks something.
        is_alone = len(filled) == 1 and (width > 2 or (width == 2 and bool(headings_in([cells]))))
        return bool(filled) and not is_alone and cells != lines[depth]

    return [cells for cells in lines[depth + 1 :] if is_row(cells)]


def headings_in(lines: Sequence[Sequence[str]]) -> list[str]:
    """Lines of one cell among those of a table that name a status or a kind, each once."""
    texts = [filled[0] for cells in lines if len(filled := [cell.strip() for cell in cells if cell.strip()]) == 1]
    return [
        text
        for text in dict.fromkeys(texts)
        if values.word_about(values.Topic.KIND, text) or values.word_about(values.Topic.END, text)
    ]


def _of_document(path: Path, encoding: str | None) -> Sample:
    found = encodings.named_encoding(encoding) if encoding else encodings.found_encoding(path)
    with path.open("rb") as raw:
        rows = _rows_of(documents.readable(raw, found), path)
    with path.open("rb") as raw:
        prefix = f"{rows}.item" if rows else "item"
        try:
            items = list(islice(ijson.items(documents.readable(raw, found), prefix, use_float=True), LOOKED_AT))
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
    fullest = max((len(column.values) for column in columns.values()), default=0)
    for column in columns.values():
        column.is_sparse = len(column.values) < fullest
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


_WHOLE = 1_000
"""By how much a header that is a known one as a whole beats one that only holds it."""

_SHORTEST_PART = 3
"""Characters (of Latin, Greek or Cyrillic script) below which a known header says nothing within a longer one."""


class Hint(NamedTuple):
    """A known header, plain, and the field it stands for. `is_han`: Chinese, which writes no spaces between words.

    `is_alone`: it says nothing within a longer header.
    """

    text: str
    field: str
    is_han: bool
    is_alone: bool


def plain(header: str) -> str:
    """A header as it is compared: small letters without marks, one space for whatever stands between words.

    "validFrom" is two words.
    """
    apart = re.sub(r"(?<=[a-z]{2})(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[\W_]+", " ", values.unaccented(values.folded(apart))).split())


@cache
def hints() -> tuple[Hint, ...]:
    text = (files("registry.register.imports") / "headers.toml").read_text(encoding="utf-8")
    fields: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(text)
    return tuple(
        Hint(plain(word), name, language == "zh", word.startswith("="))
        for name, languages in fields.items()
        for language, words in languages.items()
        for word in words
    )


@cache
def pattern_of(field: str) -> str:
    """A pattern, without marks on letters, that matches every header known for a field as a whole."""
    texts = sorted({hint.text for hint in hints() if hint.field == field}, key=len, reverse=True)
    return "|".join(re.escape(text).replace(r"\ ", r"[\W_]*") + r"\.?" for text in texts)


def guess_fields(columns: Sequence[Column]) -> dict[str, str]:
    """Field by column name. The surest guesses are made first; a field is given once, and a column not to its next best."""
    ranked = sorted(
        ((score, place, guess) for place, column in enumerate(columns) for score, guess in _by_header(column)),
        key=lambda one: (-one[0], one[1]),
    )
    found: dict[str, str] = {}
    settled: set[str] = set()
    for _, place, guess in ranked:
        name = columns[place].name
        if name in settled:
            continue
        settled.add(name)
        if guess not in found.values():
            found[name] = guess
    for column in columns:
        if column.name not in found and column.values:
            by_value = _by_values(column)
            if by_value is not None and by_value not in found.values():
                found[column.name] = by_value
    return found


def _by_header(column: Column) -> list[tuple[int, str]]:
    """Fields that a column may hold, each with how sure that is."""
    whole, last = plain(column.name), plain(re.split(r"[.\[\]]+", column.name)[-1])
    scores: dict[str, int] = {}
    for hint in hints():
        if hint.text in (whole, last):
            score = _WHOLE + len(hint.text)
        elif hint.is_alone:
            continue
        elif hint.is_han and hint.text in last:
            score = 3 * len(hint.text)
        elif not hint.is_han and len(hint.text) >= _SHORTEST_PART and f" {hint.text} " in f" {last} ":
            score = len(hint.text)
        else:
            continue
        found = hint.field
        if found == "vat" and not _passes(column.values):
            # A national number under the name of a VAT number: without its prefix it is none.
            found = "registration_number"
        scores[found] = max(score, scores.get(found, 0))
    return [(score, field) for field, score in scores.items() if _may_contain(field, column.values, score >= _WHOLE)]


def _by_values(column: Column) -> str | None:
    if all(checked_uscc(value).value for value in column.values):
        return "uscc"
    if all(checked_lei(value).value for value in column.values):
        return "lei"
    return None


def _passes(texts: Sequence[str]) -> bool:
    """Whether most of a column's values are VAT numbers; none may be there."""
    return 2 * sum(checked_vat(text).value is not None for text in texts) >= len(texts)


def _is_day(value: str) -> bool:
    return (
        values.day_of(value, _FORMS, values.Edge.FIRST) is not None
        or values.days_of_term(value, _FORMS, values.LATEST) is not None
    )


_LOOKS: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys(TERM_DAYS, _is_day),
    "phone": lambda value: re.search(r"\d{5}|\d[\d\s/.()-]{5,}\d", value) is not None,
    "email": lambda value: "@" in value,
    "website": lambda value: "." in value,
    "registration_number": lambda value: sum(c.isdigit() for c in value) >= 4 and len(value) <= 30,
    "vat": lambda value: sum(c.isdigit() for c in value) >= 5 and len(value) <= 20,
    "uscc": lambda value: checked_uscc(value).value is not None,
    "lei": lambda value: checked_lei(value).value is not None,
    "euid": lambda value: "." in value,
    "name": lambda value: not value.replace(" ", "").isdigit(),
    "number": lambda value: len(value) <= 60,
    "status": lambda value: len(value) <= 60,
    "kind": lambda value: len(value) <= 120,
}


def _may_contain(field: str, texts: Sequence[str], is_whole: bool) -> bool:
    """Whether a column's values allow a field: most of them must look like it; a column of yes and no is a flag."""
    if not texts:
        return True
    if all(values.folded(text) in values.YES | values.NO for text in texts):
        return False
    looks = _LOOKS.get(field)
    if looks is None:
        return True
    fitting = sum(looks(text) for text in texts)
    # A column whose header says what it is may hold some values that are wrong.
    return 2 * fitting > len(texts) or (is_whole and fitting > 0)
