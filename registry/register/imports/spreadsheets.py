"""Reading XLSX files row by row: visible sheets only, merged cells filled, stored results of formulas."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree.ElementTree import ParseError

from registry.core.codes import Flaw
from registry.core.errors import ImportRefused
from registry.register.imports.mapping import Layout
from registry.register.imports.rows import LIMIT, Opened, Row
from registry.register.imports.tables import HEADER_WITHIN, Header, found_header, picked
from registry.register.imports.values import day_of_cell

RATIO = 200
"""A member packed tighter than this, and larger than SMALL, was made to fill a disk."""

SMALL = 16 << 20
SHARED_TEXT = 128 << 20
"""Sheets refer to a table of texts that has to be held in memory."""

MERGES = 100_000


class Sheet(NamedTuple):
    """A sheet that is read, its workbook, and what is to be said about both."""

    book: Any
    sheet: Any
    inside: "Inside"
    notes: list[str]


def opened_sheet(path: Path, layout: Layout) -> Opened:
    """The sheet the mapping names, or the first visible one that is not empty."""
    found = _found_sheet(path, layout)
    lines = list(islice(_texts(found.sheet, found.inside, path), HEADER_WITHIN))
    header = found_header(lines, layout)
    notes = [*found.notes, f"the header is on row {header.depth + 1}"]
    total = max(found.sheet.max_row or 0, 1)
    reached = [0]

    def rows() -> Iterator[Row]:
        width, pick = header.width, picked(header)
        for line, cells in enumerate(_texts(found.sheet, found.inside, path), start=1):
            reached[0] = line
            if line <= header.depth + 1 or not any(cells):
                continue
            if cells[:width] == header.cells[:width]:
                # Tables of several pages repeat their header.
                continue
            yield sheet_row(line, cells, header, pick)
        found.book.close()

    return Opened("xlsx", layout, rows(), lambda: min(reached[0] / total, 1.0), None, notes)


def sheet_row(line: int, cells: Sequence[str], header: Header, pick: Any) -> Row:
    """A row of a sheet, which leaves out empty cells at its end. What stands beside the table is warned of."""
    width = header.width
    full = pick([*cells[:width], *([""] * (width + 1 - len(cells[:width])))])
    beside = next((place for place, cell in enumerate(cells[width:], start=width + 1) if cell.strip()), None)
    if beside is None:
        return Row(line, 0, full)
    return Row(line, 0, full, flaw=Flaw.SPARE_CELLS, detail=f"column {beside}")


def first_rows(path: Path, layout: Layout, count: int) -> list[list[str]]:
    found = _found_sheet(path, layout)
    try:
        return list(islice(_texts(found.sheet, found.inside, path), count))
    finally:
        found.book.close()


def _found_sheet(path: Path, layout: Layout) -> Sheet:
    # Loaded by the first workbook: most processes that import this module never read one.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    sheets = _inspected(path)
    try:
        # By the open file: of a path the library looks at the ending, and a list is told by its content.
        book = openpyxl.load_workbook(path.open("rb"), read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, ParseError, OSError) as error:
        raise ImportRefused(
            f"{path.name} cannot be opened as XLSX ({error}): open it, save it again as .xlsx"
        ) from None
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    notes = [f"hidden sheet {sheet.title!r} was ignored" for sheet in book.worksheets if sheet.sheet_state != "visible"]
    sheet = _chosen(visible, layout, path)
    others = [other.title for other in visible if other is not sheet]
    notes.append(f"sheet {sheet.title!r} was read" + (f", not {', '.join(map(repr, others))}" if others else ""))
    inside = sheets.get(sheet._worksheet_path.lstrip("/"), Inside())
    if inside.formulas:
        notes.append(
            f"{inside.formulas} formula cells: their stored results were read; one without a result counts as empty "
            "(open and save the file in a spreadsheet program to have them computed)"
        )
    if inside.merges:
        notes.append(f"{len(inside.merges)} merged ranges: their value counts for every row they span")
    return Sheet(book, sheet, inside, notes)


def _chosen(visible: Sequence[Any], layout: Layout, path: Path) -> Any:
    if layout.sheet is not None:
        named = [sheet for sheet in visible if sheet.title == layout.sheet]
        if not named:
            there = ", ".join(repr(sheet.title) for sheet in visible)
            raise ImportRefused(f"{path.name} has no visible sheet {layout.sheet!r}; it has {there}")
        return named[0]
    for sheet in visible:
        sheet.reset_dimensions()
        if any(
            any(cell is not None for cell in row) for row in islice(sheet.iter_rows(values_only=True), HEADER_WITHIN)
        ):
            return sheet
    raise ImportRefused(f"{path.name} has no visible sheet with anything in it")


class Inside(NamedTuple):
    """What a sheet holds that a row-by-row reading does not show: formula cells, and merged ranges (row, column, row, column)."""

    formulas: int = 0
    merges: tuple[tuple[int, int, int, int], ...] = ()


_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="([A-Z0-9:]+)"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")


def _inspected(path: Path) -> dict[str, Inside]:
    """Sizes checked before anything is unpacked; then formulas and merges by sheet.

    A member cannot unpack to more than it states: the library stops there.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            _refuse_bombs(path, members)
            if not any(member.filename.startswith("xl/") for member in members):
                raise ImportRefused(f"{path.name} is a ZIP archive and no XLSX file: unpack it first")
            return {
                member.filename: _inside(archive, member)
                for member in members
                if member.filename.startswith("xl/worksheets/") and member.filename.endswith(".xml")
            }
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, OSError) as error:
        raise ImportRefused(f"{path.name} is damaged or cut off ({error}): download it again") from None


def _refuse_bombs(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    total = sum(member.file_size for member in members)
    if total > LIMIT:
        raise ImportRefused(f"{path.name} unpacks to {total >> 20} MB; the limit is {LIMIT >> 20} MB")
    for member in members:
        if member.file_size > SMALL and member.file_size > RATIO * max(member.compress_size, 1):
            raise ImportRefused(
                f"{path.name} is packed suspiciously tight: it was made to fill a disk, and is not opened"
            )
        if member.filename == "xl/sharedStrings.xml" and member.file_size > SHARED_TEXT:
            raise ImportRefused(f"{path.name} holds more text than fits into memory: save it as CSV and import that")
        if member.flag_bits & 1:
            raise ImportRefused(f"{path.name} is password-protected: save it without a password")


def _inside(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Inside:
    from openpyxl.utils.cell import range_boundaries

    formulas = 0
    merges: list[tuple[int, int, int, int]] = []
    rest = b""
    with archive.open(member) as stream:
        while chunk := stream.read(1 << 20):
            # A tag may lie across two chunks: what follows the last bracket waits for the next.
            text = rest + chunk
            cut = text.rfind(b">") + 1
            text, rest = text[:cut], text[cut:]
            formulas += len(_FORMULA.findall(text))
            for reference in _MERGE.findall(text):
                left, top, right, bottom = range_boundaries(reference.decode("ascii"))
                if bottom is not None and top is not None and bottom > top and left is not None and right is not None:
                    merges.append((top, left, bottom, right))
            if len(merges) > MERGES:
                raise ImportRefused(
                    "the sheet has more merged ranges than a list needs: save it as CSV and import that"
                )
    return Inside(formulas, tuple(sorted(merges)))


def _texts(sheet: Any, inside: Inside, path: Path) -> Iterator[list[str]]:
    """All rows of the sheet as text, from row 1, merged cells filled downwards."""
    open_merges: list[tuple[int, int, str]] = []
    waiting = list(reversed(inside.merges))
    rows = sheet.iter_rows(values_only=True)
    line = 0
    while True:
        try:
            values = next(rows, None)
        except (ParseError, zipfile.BadZipFile, EOFError, ValueError, KeyError, OSError) as error:
            raise ImportRefused(f"{path.name} is damaged after row {line} ({error}): download it again") from None
        if values is None:
            return
        line += 1
        cells = [_text_of(value) for value in values]
        open_merges = [merge for merge in open_merges if merge[0] >= line]
        for _, column, text in open_merges:
            if column < len(cells) and not cells[column]:
                cells[column] = text
        while waiting and waiting[-1][0] <= line:
            top, left, bottom, _right = waiting.pop()
            if top == line and left <= len(cells) and cells[left - 1]:
                open_merges.append((bottom, left - 1, cells[left - 1]))
        yield cells


def _text_of(value: Any) -> str:
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (datetime, date)):
        return day_of_cell(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)
