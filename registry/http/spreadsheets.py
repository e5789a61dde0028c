"""Tables as files that spreadsheets open: what somebody typed stays text in them and never becomes a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import IO

from registry.core.formulas import harmless
from registry.http.workbooks import Cell, write

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


def write_xlsx(file: IO[bytes], tables: Iterable[Table]) -> None:
    """As `as_xlsx`, into a file: rows are in memory one at a time."""
    write(file, tables, safe)


def safe(cell: Cell) -> Cell:
    """A cell that no spreadsheet runs and every one can read."""
    if not isinstance(cell, str):
        return cell
    if cell.isascii() and cell.isprintable():
        # Most cells, and none of them holds what no document may.
        return harmless(cell)
    return harmless(_UNWRITABLE.sub("\ufffd", str(cell)))
