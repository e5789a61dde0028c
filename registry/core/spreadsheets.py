"""Tables as files that spreadsheets open: what somebody typed stays text in them and never becomes a formula.

A workbook (ECMA-376) is of plain cells, written row by row. openpyxl writes what it is made of, with its sheets empty; the
rows are put in here, at a tenth of its time, for it makes a tree of each cell first. XlsxWriter, its strings kept in the
cells, takes four times as long (docs/decisions/0165). Text is written as text that stands in the cell itself, which no
spreadsheet reads as a formula.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import chain, islice
from typing import IO
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

BEGINNINGS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""In their full width too, as those of East Asia read them."""


def harmless(text: str) -> str:
    """Text that no spreadsheet reads as a formula: one that begins like it gets an apostrophe before it."""
    return f"'{text}" if text.lstrip(" ").startswith(BEGINNINGS) else text


Cell = str | int | date | None

Table = tuple[str, Sequence[str], Iterable[Sequence[Cell]]]
"""A name, a header and the rows."""

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Signs that no XML document may hold."""


def as_csv(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """UTF-8 with a mark by which spreadsheets know it, lines ended as RFC 4180 has them."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(tables: Iterable[Table]) -> bytes:
    """A workbook with a sheet for each table: its name, header and rows."""
    body = io.BytesIO()
    write_xlsx(body, tables)
    return body.getvalue()


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs and every one can read."""
    if not isinstance(cell, str):
        return cell
    if cell.isascii() and cell.isprintable():
        # Most cells, and none of them holds what no document may.
        return harmless(cell)
    return harmless(_UNWRITABLE.sub("\ufffd", str(cell)))


_ROWS = b"<sheetData></sheetData>"
_DAY_ONE = date(1899, 12, 30).toordinal()
_AT_ONCE = 256
_NARROWEST, _WIDEST = 8, 60
"""Of a column, in characters."""
_MARKUP = re.compile("[<>&\r]")
_RETURN = {"\r": "&#13;"}
_LEVEL = 3
"""Of compression: further ones cost twice the time for a tenth of the length."""


def write_xlsx(file: IO[bytes], tables: Iterable[Table]) -> None:
    """As `as_xlsx`, into a file: rows are in memory one at a time."""

    # A table of answers says the same again and again. Told apart by type, for 1 is no True and no 1.0.
    @lru_cache(maxsize=4096, typed=True)
    def written(cell: Cell) -> str:
        return _write_cell(safe(cell))

    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as book:
        names: list[str] = []
        for name, header, rows in tables:
            names.append(name)
            some_rows = iter(rows)
            first = list(islice(some_rows, _AT_ONCE))
            before, hole, after = _empty((name,), _widths(header, first))["xl/worksheets/sheet1.xml"].partition(_ROWS)
            assert hole
            with book.open(f"xl/worksheets/sheet{len(names)}.xml", "w", force_zip64=True) as sheet:
                sheet.write(before + b"<sheetData>")
                lines = _rows(header, chain(first, some_rows), written)
                while some := "".join(islice(lines, _AT_ONCE)):
                    sheet.write(some.encode())
                sheet.write(b"</sheetData>" + after)
        for part, body in _empty(tuple(names)).items():
            if not part.startswith("xl/worksheets/"):
                book.writestr(part, body)


def _widths(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> list[int]:
    """Of each column in characters, as wide as the header and the first rows need, within bounds."""
    lines = [header, *rows]
    return [
        min(max(_NARROWEST, *(_wide(line[place]) + 2 for line in lines if place < len(line))), _WIDEST)
        for place in range(len(header))
    ]


def _wide(cell: Cell) -> int:
    if isinstance(cell, date):
        return 10
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in str(cell)) if cell is not None else 0


def _empty(names: Sequence[str], widths: Sequence[int] = ()) -> dict[str, bytes]:
    """The parts of a workbook whose sheets are empty; the second style of its cells is that of days.

    Each first row stays in sight, and the columns have `widths`.
    """
    # Loaded by the first who wants a workbook.
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    for name in names:
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for place, width in enumerate(widths):
            sheet.column_dimensions[_letters(place)].width = width
    day = openpyxl.cell.WriteOnlyCell(book[names[0]])
    day.number_format = "yyyy-mm-dd"
    assert day.style_id == 1
    body = io.BytesIO()
    book.save(body)
    with zipfile.ZipFile(body) as parts:
        return {part: parts.read(part) for part in parts.namelist()}


def _rows(header: Sequence[str], rows: Iterable[Sequence[Cell]], written: Callable[[Cell], str]) -> Iterator[str]:
    yield _row(1, header, _write_cell)
    for number, row in enumerate(rows, 2):
        yield _row(number, row, written)


def _row(number: int, row: Sequence[Cell], written: Callable[[Cell], str]) -> str:
    # An empty cell is none at all.
    cells = [
        f'<c r="{letter}{number}"{written(cell)}</c>'
        for letter, cell in zip(_letters_of(len(row)), row, strict=True)
        if cell is not None and cell != ""
    ]
    return f'<row r="{number}">{"".join(cells)}</row>'


def _write_cell(cell: Cell) -> str:
    if isinstance(cell, str):
        # A line feed alone would come back for a carriage return, and outer spaces not at all.
        text = escape(cell, _RETURN) if _MARKUP.search(cell) else cell
        stored = "" if text == text.strip() else ' xml:space="preserve"'
        return f' t="inlineStr"><is><t{stored}>{text}</t></is>'
    if isinstance(cell, date):
        return f' s="1"><v>{cell.toordinal() - _DAY_ONE}</v>'
    return f"><v>{cell:d}</v>"


@cache
def _letters_of(count: int) -> list[str]:
    return [_letters(place) for place in range(count)]


def _letters(place: int) -> str:
    """A column's name: A to Z, then AA."""
    before, last = divmod(place, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)
