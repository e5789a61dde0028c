"""XLSX workbooks: the one sheet that is wanted, row by row. Macros are neither run nor read.

A workbook says of itself which rows it has and which of its shared texts a cell shows. A reader that believes it goes on for
ever, or beyond an end: each sheet is looked at first, and what it says is held against the format's bounds and our own.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from typing import IO, Any
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine

from registry.register.imports.extraction import terms
from registry.register.imports.extraction.sheets import Merges, is_visible, is_worksheet, parse_xml, text_of

MAX_ROW, MAX_COLUMN = 1_048_576, 16_384
"""Of a sheet, by ECMA-376."""

MAX_MERGES = 100_000
MAX_ERRORS = 100_000
"""Cells with an error value, such as #REF!, whose words are read."""

_CELL = re.compile("([A-Z]{1,3})([0-9]{1,7})")


def rows_of(body: bytes, task: terms.Task) -> Iterator[terms.Line]:
    """The sheet that `task` names, or the first visible one with anything at its top. Raises Refused."""
    terms.refuse_bombs(body, task.room.unpacked)
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        try:
            _require_workbook(archive)
            texts = _count_texts(archive, task.room)
            book = python_calamine.CalamineWorkbook.from_object(io.BytesIO(body))
            yield from _chosen(archive, book, texts, task)
        except (
            python_calamine.CalamineError, zipfile.BadZipFile, expat.ExpatError, ElementTree.ParseError,
            EOFError, KeyError, NotImplementedError, OSError, RuntimeError, ValueError,
        ) as error:  # fmt: skip
            raise terms.Refused(f"is damaged or cut off ({_brief(error)}): download it again") from None


def _require_workbook(archive: zipfile.ZipFile) -> None:
    names = archive.namelist()
    if not any(name.startswith("xl/") for name in names):
        raise terms.Refused("is a ZIP archive and no XLSX file: unpack it first")
    if len(names) > len(set(names)):
        # Two readers could take one each.
        raise terms.Refused("is damaged or cut off (two parts have one name): download it again")


def _chosen(archive: zipfile.ZipFile, book: Any, texts: int, task: terms.Task) -> Iterator[terms.Line]:
    sheets = [about for about in book.sheets_metadata if is_worksheet(about)]
    visible = [about.name for about in sheets if is_visible(about)]
    for about in sheets:
        if not is_visible(about):
            yield terms.Note(f"hidden sheet {about.name!r} was ignored")
    if task.sheet is not None:
        if task.sheet not in visible:
            raise terms.Refused(f"has no visible sheet {task.sheet!r}; it has {', '.join(map(repr, visible))}")
        visible.remove(task.sheet)
        visible.insert(0, task.sheet)
    parts = _parts(archive)
    for name in visible:
        part = parts.get(name)
        if part is None:
            raise terms.Refused(f"is damaged or cut off (no part holds sheet {name!r}): download it again")
        look = _Look(name, texts, task.room)
        with archive.open(part) as stream:
            look.read(stream)
        sheet = book.get_sheet_by_name(name)
        rows = _rows(sheet, look, MAX_ROW if task.rows is None else task.rows)
        first = list(islice(rows, terms.HEADER_WITHIN))
        if task.sheet is None and not any(any(row.cells) for row in first):
            continue
        yield terms.Started(f"sheet {name!r}", is_sheet=True, name=name, heading=name)
        others = [repr(other) for other in visible if other != name]
        yield terms.Note(f"sheet {name!r} was read" + (f", not {', '.join(others)}" if others else ""))
        if task.sheet is None and task.rows is None:
            for other in visible:
                if other != name and _holds_a_table(archive, parts.get(other), texts, task.room):
                    yield terms.Note(
                        f"sheet {other!r} holds a table too, which was not read: name the right one as `sheet` in the mapping",
                        is_loss=True,
                    )
        yield from look.notes()
        if look.hidden_columns:
            yield terms.HiddenColumns(sorted(look.hidden_columns))
        merges = len([span for span in sheet.merged_cell_ranges or () if span[1][0] > span[0][0]])
        if merges:
            yield terms.Note(f"{merges} merged ranges: their value counts for every row they span")
        yield from first
        yield from rows
        return
    raise terms.Refused("has no visible sheet with anything in it")


def _holds_a_table(archive: zipfile.ZipFile, part: str | None, texts: int, room: terms.Room) -> bool:
    """Whether a sheet that is not read has rows and columns, or cannot be looked at."""
    if part is None:
        return True
    look = _Look("", texts, room)
    try:
        with archive.open(part) as stream:
            look.read(stream)
    except terms.Refused:
        return True
    return look.is_table


def _rows(sheet: Any, look: "_Look", count: int) -> Iterator[terms.Cells]:
    """The first rows of a sheet, from the first; empty cells at the end of each are left out."""
    spans = [terms.Span(*first, *last) for first, last in sheet.merged_cell_ranges or ()]
    if len(spans) > MAX_MERGES:
        raise terms.Refused("has more merged ranges than a list needs: save it as CSV and import that")
    merges = Merges(spans)
    before = [""] * (sheet.start[1] if sheet.start else 0)
    for number, values in enumerate(islice(sheet.iter_rows(), count)):
        cells = [*before, *(text_of(value)[: terms.MAX_TEXT] for value in values)]
        for place, error in look.errors.get(number, ()):
            cells += [""] * (place + 1 - len(cells))
            cells[place] = error
        merges.fill(number, cells)
        while cells and not cells[-1]:
            cells.pop()
        yield terms.Cells(cells, is_hidden=number in look.hidden_rows)


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Names of the archive's members that hold sheets, by the names of the sheets."""
    # The library does not tell apart the case of letters either.
    members = {name.lower(): name for name in archive.namelist()}
    relations = ElementTree.fromstring(archive.read(members["xl/_rels/workbook.xml.rels"]))
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    parts = {}
    for sheet in ElementTree.fromstring(archive.read(members["xl/workbook.xml"])).iter():
        if sheet.tag.rpartition("}")[2] == "sheet":
            target = targets.get(next((value for key, value in sheet.items() if key.endswith("}id")), ""), "")
            path = f"xl/{target.removeprefix('/').removeprefix('xl/')}".lower()
            if path in members:
                parts[sheet.get("name", "")] = members[path]
    return parts


def _count_texts(archive: zipfile.ZipFile, room: terms.Room) -> int:
    """How many texts the cells of the workbook share. Raises Refused for more than there is room for."""
    count = 0

    def start(name: str, _attributes: dict[str, str]) -> None:
        nonlocal count
        if name.rpartition(":")[2] == "si":
            count += 1
            if count > room.texts:
                raise terms.Refused("holds more text than fits into memory: save it as CSV and import that")

    for name in archive.namelist():
        if name.lower() == "xl/sharedstrings.xml":
            with archive.open(name) as stream:
                parse_xml(stream, start)
    return count


class _Look:
    """One look at a sheet: raises Refused for what no sheet may say, and notes what the library leaves out."""

    def __init__(self, sheet: str, texts: int, room: terms.Room) -> None:
        self._sheet, self._texts, self._room = sheet, texts, room
        self._row = self._column = 0
        self._kind: str | None = None
        self._value: list[str] | None = None
        self._top, self._left = MAX_ROW, MAX_COLUMN
        self._bottom = self._right = self._count = self._merges = 0
        self._formulas = 0
        self.errors: dict[int, list[tuple[int, str]]] = {}
        """Words of cells with an error value, as (column, words) by row, both from 0."""
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()

    @property
    def is_table(self) -> bool:
        return self._bottom > self._top and self._right > self._left

    def read(self, stream: IO[bytes]) -> None:
        parse_xml(stream, self._start, self._end, self._text)

    def notes(self) -> Iterator[terms.Note]:
        if self._formulas:
            yield terms.Note(
                f"{self._formulas} formula cells: their stored results were read; one without a result counts as empty "
                "(open and save the file in a spreadsheet program to have them computed)"
            )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = name.rpartition(":")[2]
        if kind == "c":
            self._begin_cell(attributes.get("r"))
            self._kind = attributes.get("t")
        elif kind == "v":
            self._hold_cell()
            if self._kind in ("s", "e"):
                self._value = []
        elif kind == "is":
            self._hold_cell()
        elif kind == "row":
            self._begin_row(attributes.get("r"))
            if _is_out_of_sight(attributes, "ht"):
                self.hidden_rows.add(self._row - 1)
        elif kind == "col" and _is_out_of_sight(attributes, "width"):
            self.hidden_columns |= _columns_between(attributes.get("min", ""), attributes.get("max", ""))
        elif kind == "f":
            self._formulas += 1
        elif kind == "mergeCell":
            self._merges += 1
            if self._merges > MAX_MERGES:
                raise terms.Refused("has more merged ranges than a list needs: save it as CSV and import that")

    def _text(self, words: str) -> None:
        if self._value is not None:
            self._value.append(words)

    def _end(self, name: str) -> None:
        if self._value is None or name.rpartition(":")[2] != "v":
            return
        words, self._value = "".join(self._value).strip(), None
        if self._kind == "e":
            if len(self.errors) < MAX_ERRORS:
                self.errors.setdefault(self._row - 1, []).append((self._column - 1, words[:20]))
        elif not words.isdecimal() or not words.isascii() or len(words) > 9 or int(words) >= self._texts:
            self._refuse_cell(f"it shows shared text {words[:20]!r} of {self._texts}")

    def _begin_row(self, number: str | None) -> None:
        row = self._row + 1
        if number is not None:
            if not (number.isascii() and number.isdecimal()) or len(number) > 7 or int(number) > MAX_ROW:
                self._refuse_row(number, f"a sheet has {MAX_ROW} rows at most")
            row = int(number)
            if row <= self._row:
                self._refuse_row(number, f"it follows row {self._row}")
        self._row, self._column = row, 0

    def _begin_cell(self, reference: str | None) -> None:
        column = self._column + 1
        if reference is not None:
            match = _CELL.fullmatch(reference)
            column = _column_of(match[1]) if match else 0
            if not match or not 0 < column <= MAX_COLUMN:
                self._refuse_row(str(self._row), f"it has a cell {reference[:20]!r}")
            elif int(match[2]) != self._row:
                self._refuse_row(str(self._row), f"it has cell {reference} of another row")
        self._column = column

    def _hold_cell(self) -> None:
        """The cell begun last holds something: the library makes a field of all cells between the outermost that do."""
        self._top, self._bottom = min(self._top, self._row), max(self._bottom, self._row)
        self._left, self._right = min(self._left, self._column), max(self._right, self._column)
        self._count += 1
        rows, columns = self._bottom - self._top + 1, self._right - self._left + 1
        if max(rows * columns, self._count) > self._room.cells:
            raise terms.Refused(
                f"has {self._bottom} rows and {self._right} columns in sheet {self._sheet!r}, most of them surely empty: "
                "delete what lies beyond the list and save it again"
            )

    def _refuse_cell(self, why: str) -> None:
        cell = f"{_letters(self._column)}{self._row}"
        raise terms.Refused(
            f"has a fault in sheet {self._sheet!r}, cell {cell} ({why}): open it, save it again as .xlsx"
        )

    def _refuse_row(self, number: str, why: str) -> None:
        raise terms.Refused(
            f"has a fault in sheet {self._sheet!r}, row {number[:20]} ({why}): open it, save it again as .xlsx"
        )


def _is_out_of_sight(attributes: dict[str, str], size: str) -> bool:
    """Whether a row or column is hidden, or made so small that nothing of it is seen."""
    return attributes.get("hidden") in ("1", "true") or attributes.get(size) in ("0", "0.0")


def _columns_between(first: str, last: str) -> set[int]:
    if not all(text.isascii() and text.isdecimal() and len(text) <= 5 for text in (first, last)):
        return set()
    return set(range(int(first) - 1, min(int(last), MAX_COLUMN)))


def _column_of(letters: str) -> int:
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - ord("A") + 1
    return column


def _letters(column: int) -> str:
    letters = ""
    while column > 0:
        column, last = divmod(column - 1, 26)
        letters = chr(ord("A") + last) + letters
    return letters


def _brief(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
