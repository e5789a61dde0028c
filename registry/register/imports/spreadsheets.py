"""Lists that come as XLSX: a confined process takes out the sheet that is wanted, and its rows are read here one by one.

Visible sheets only, merged cells filled, stored results of formulas.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from registry.core.confinement import Limits
from registry.register.imports import confined, tables
from registry.register.imports.extraction import terms
from registry.register.imports.mapping import Layout
from registry.register.imports.rows import LIMIT, ListFile, Row, TableSeen
from registry.register.imports.values import folded
from registry.vocabulary.codes import Flaw


class Allowance(NamedTuple):
    """What reading a workbook may cost. `is_in_memory`: what is read lies on no disk."""

    limits: Limits
    room: terms.Room
    is_in_memory: bool = False


LIST = Allowance(Limits(2048 * terms.MB, 300, 600, 1024 * terms.MB), terms.Room(LIMIT, 20_000_000, 5_000_000))
"""A list that is imported, or that a job answers: no one waits for it."""

LOOK = Allowance(Limits(2048 * terms.MB, 30, 60, 64 * terms.MB), LIST.room)
"""The first lines of such a list, for which its sender waits."""

AT_ONCE = Allowance(
    Limits(768 * terms.MB, 10, 20, 128 * terms.MB), terms.Room(64 * terms.MB, 2_000_000, 500_000), is_in_memory=True
)
"""A list that is answered in one go, for an organisation."""

WITHOUT_KEY = Allowance(
    Limits(512 * terms.MB, 3, 10, 32 * terms.MB), terms.Room(4 * terms.MB, 200_000, 50_000), is_in_memory=True
)
"""A list that is answered in one go, for anybody."""


class Sheet:
    """A sheet that was taken out of its workbook, in a file without a name, which goes with the last who reads it."""

    def __init__(self, made: BinaryIO) -> None:
        self._made = made
        self._size = os.fstat(made.fileno()).st_size
        self._reached = 0
        self.name = ""
        self.notes: list[str] = []
        self.losses: list[str] = []
        self.hidden_columns: list[int] = []
        for line in confined.lines_of(made):
            match line:
                case terms.Started(name=name):
                    self.name = name
                case terms.Note(text, is_loss):
                    (self.losses if is_loss else self.notes).append(text)
                case terms.HiddenColumns(columns):
                    self.hidden_columns = columns
                case _:
                    break

    def lines(self) -> Iterator[terms.Cells]:
        """All rows as text, from row 1; without the empty cells at their ends."""
        with Path(f"/proc/self/fd/{self._made.fileno()}").open("rb") as made:
            for line in confined.lines_of(made):
                if isinstance(line, terms.Cells):
                    self._reached = made.tell()
                    yield line

    def rows(self) -> Iterator[list[str]]:
        return (line.cells for line in self.lines())

    def progress(self) -> float:
        """The share that was read so far, 0 to 1."""
        return self._reached / self._size


def sheet_of(path: Path, layout: Layout, allowance: Allowance = LIST, count: int | None = None) -> Sheet:
    """The sheet the mapping names, or the first visible one that is not empty; its first `count` rows, or all.

    Raises ImportRefused, ReaderUnavailable.
    """
    task = terms.Task("xlsx", allowance.limits, sheet=layout.sheet, rows=count, room=allowance.room)
    made = _nameless_file(allowance.is_in_memory)
    confined.read(path, task, made)
    return Sheet(made)


def _nameless_file(is_in_memory: bool) -> BinaryIO:
    if is_in_memory:
        return cast(BinaryIO, os.fdopen(os.memfd_create("sheet", os.MFD_CLOEXEC), "w+b"))
    return cast(BinaryIO, tempfile.TemporaryFile())


def open_sheet(path: Path, layout: Layout, sheet: Sheet | None = None) -> ListFile:
    """The rows below the header of a sheet, which is taken out of its workbook here unless it is given."""
    found = sheet or sheet_of(path, layout)
    lines = list(islice((row.cells for row in found.lines()), terms.HEADER_WITHIN))
    header = tables.found_header(lines, layout)
    notes = [*found.notes, f"the header is on row {header.depth + 1}"]
    titles = [found.name, *tables.titles_above(lines, header)]
    tables.refuse_other_list([*titles, *header.cells], layout, path)
    headings = tables.Headings(layout)
    for text in titles:
        headings.hear("above the header", text, is_first=True)
    seen = TableSeen(place=f"sheet {found.name!r}", heading=" ".join(titles[1:])[:200])

    def rows() -> Iterator[Row]:
        width, pick = header.width, tables.picked(header)
        for line, row in enumerate(found.lines(), start=1):
            cells = row.cells
            if line <= header.depth + 1 or not cells:
                continue
            seen.rows += 1
            if cells[:width] == header.cells[:width]:
                # Tables of several pages repeat their header.
                continue
            if row.is_hidden and not layout.reads_hidden:
                yield sheet_row(line, cells, header, pick)._replace(flaw=Flaw.HIDDEN_ROW, detail="")
                continue
            if sum(bool(cell) for cell in cells) == 1 < width and headings.hear(f"row {line}", "".join(cells)):
                continue
            yield tables.checked_row(sheet_row(line, cells, header, pick), header, cells, headings.rule)

    result = ListFile("xlsx", layout, rows(), found.progress, None, notes)
    result.losses = [*found.losses, *hidden_columns(found.hidden_columns, header, layout, seen.place)]
    result.headings, result.stated, result.tables = headings.heard, header.stated, [seen]
    return result


def hidden_columns(hidden: Sequence[int], header: tables.Header, layout: Layout, place: str) -> list[str]:
    """Sentences on columns of a table that its file hides, and that the mapping neither takes nor drops knowingly."""
    dropped = set(map(folded, layout.drop))
    names = [header.cells[at] for at in hidden if at < header.width and folded(header.cells[at]) not in dropped]
    return [
        f"{place} hides the column {name!r}: ask the publisher whether it counts; list it under `drop`, or write "
        "`reads_hidden = true`"
        for name in names
        if not layout.reads_hidden
    ]


def sheet_row(line: int, cells: Sequence[str], header: tables.Header, pick: Any) -> Row:
    """A row of a sheet, which leaves out empty cells at its end. What stands beside the table is warned of."""
    width = header.width
    full = pick([*cells[:width], *([""] * (width + 1 - len(cells[:width])))])
    beside = next((place for place, cell in enumerate(cells[width:], start=width + 1) if cell.strip()), None)
    if beside is None:
        return Row(line, 0, full)
    return Row(line, 0, full, flaw=Flaw.SPARE_CELLS, detail=f"column {beside}")


def first_rows(path: Path, layout: Layout, count: int, allowance: Allowance = LIST) -> list[list[str]]:
    return list(sheet_of(path, layout, allowance, count).rows())
