"""Reads the rows of an uploaded list: CSV or XLSX, in any encoding, one after another."""

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from registry.bulk.rules import JOBS, Columns, guess_columns, lacking
from registry.core.errors import ImportRefused, ReaderUnavailable, TooBusy, TooLarge, UnreadableList
from registry.register.imports import mapping, tables, values
from registry.register.imports.columns import LOOKED_AT, Column, below, first_lines
from registry.register.imports.extraction.terms import HEADER_WITHIN
from registry.register.imports.reading import form_of
from registry.register.imports.spreadsheets import LIST, LOOK, Allowance, Sheet, open_sheet, sheet_of

FORMS = ("csv", "xlsx")
AWAY = 3600
"""Seconds after which asking again may make sense where no workbook can be read."""
MAX_COLUMNS = 1000


class Line(NamedTuple):
    """A row: its line in the file and its non-empty cells by field; or, where it is broken, what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    trouble: str = ""


@contextmanager
def memory_file(body: bytes) -> Iterator[Path]:
    """A file that lies in memory alone: what is asked in one go leaves nothing on a disk."""
    descriptor = os.memfd_create("list", os.MFD_CLOEXEC)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(body)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


_OTHERS = {
    "json": "JSON: send a list of questions as the body of a request, or as CSV or XLSX",
    "pdf": "a PDF: ask the publisher for CSV, XLSX or JSON",
    "html": "a web page, not a list: the address may lead to an error page or a sign-in",
    "xls": "an old Excel file (.xls): open it and save it as .xlsx or CSV",
}
"""Forms that an authority's list may have and a list of questions may not, in the words of the catalogues."""


def is_workbook(path: Path) -> bool:
    """Whether reading the list costs a process of its own. Raises UnreadableList."""
    with _in_words(path):
        return form_of(path) == "xlsx"


def sheet_in(path: Path, allowance: Allowance) -> Sheet:
    """The sheet of a workbook, for the functions below: with it they start no process. Raises UnreadableList, TooBusy."""
    with _in_words(path):
        return sheet_of(path, mapping.Layout(columns={}), allowance)


def columns_in(path: Path, wanted: Sequence[str], sheet: Sheet | None = None) -> list[Column]:
    """The columns of a list with some of their values. Raises UnreadableList, TooBusy."""
    return columns_of_lines(read_first_lines(path, sheet), wanted)


def read_first_lines(path: Path, sheet: Sheet | None = None) -> list[list[str]]:
    """The first lines of a list. Raises UnreadableList, TooBusy."""
    with _in_words(path):
        form = form_of(path)
        if form not in FORMS:
            other = _OTHERS.get(form, "a ZIP archive and no XLSX file: unpack it first")
            raise UnreadableList(f"the file is {other}")
        if form == "csv":
            lines = first_lines(path, form)
        else:
            found = sheet or sheet_of(path, mapping.Layout(columns={}), LOOK, LOOKED_AT)
            lines = list(islice(found.rows(), LOOKED_AT))
        if not any(cell.strip() for line in lines for cell in line):
            raise UnreadableList("the file has no columns: is it a table?")
        return lines


def columns_of_lines(lines: Sequence[Sequence[str]], wanted: Sequence[str]) -> list[Column]:
    """The header is the first line that names most of what is wanted: the fullest may be a row with a cell too many.

    Where no line names anything, the fullest is shown, for its columns to be told by hand. Raises UnreadableList where a
    line has more columns than are compared with what is wanted.
    """
    widest = max(map(len, lines), default=0)
    if widest > MAX_COLUMNS:
        raise UnreadableList(
            f"the file has a line of {widest} columns; at most {MAX_COLUMNS} are read: is it the right file?"
        )
    named = [len(guess_columns(line, wanted).columns) for line in lines[:HEADER_WITHIN]]
    filled = named if any(named) else [sum(bool(cell.strip()) for cell in line) for line in lines[:HEADER_WITHIN]]
    return below(lines, filled.index(max(filled)))


def require_small(path: Path, max_bytes: int) -> None:
    """Raises TooLarge where a workbook unpacks to more than `max_bytes`, as the caller waits for it."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError):
        # No workbook, or a broken one: its reader reports that.
        return
    if size > max_bytes:
        stated = f"the workbook unpacks to {size >> 20} MB; in one go {max_bytes >> 20} MB are read"
        raise TooLarge(f"{stated}: send it to {JOBS}, or as CSV")


def mapping_of(columns: Sequence[Column], wanted: Sequence[str]) -> Columns:
    return guess_columns([column.name for column in columns], wanted)


def require(columns: Mapping[str, str], wanted: Sequence[str], names: Sequence[str]) -> None:
    """Raises UnreadableList where a mapping cannot do, and says which columns there are."""
    trouble = lacking(columns, wanted)
    if trouble:
        there = ", ".join(repr(name[:40]) for name in names[:30])
        raise UnreadableList(f"{trouble}; the file has {there}")


def lines_of(path: Path, columns: Mapping[str, str], sheet: Sheet | None = None) -> Iterator[Line]:
    """The rows of a list in order. Raises UnreadableList where the file breaks off, TooBusy."""
    layout = mapping.Layout(columns=dict(columns), trusts_columns=True)
    with _in_words(path):
        if form_of(path) == "xlsx":
            opened = open_sheet(path, layout, sheet or sheet_of(path, layout, LIST))
        else:
            opened = tables.open_table(path, layout, None)
        for row in opened.rows:
            if row.cells is None:
                yield Line(row.line, {}, row.detail or f"has {row.found} cells where the header has {row.wanted}")
                continue
            cells = {field: text for field, cell in zip(columns, row.cells, strict=True) if (text := values.tidy(cell))}
            yield Line(row.line, cells)


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    """Reword the errors of an import, which speak to the operator, for the caller who sent the file."""
    try:
        yield
    except ReaderUnavailable:
        raise TooBusy("no workbook can be read on this server now: send the list as CSV", AWAY) from None
    except ImportRefused as error:
        text = error.text.replace(" (see --encoding)", "").replace("with --encoding", "")
        raise UnreadableList(
            f"the file{text.removeprefix(path.name)}" if text.startswith(path.name) else text
        ) from None
