"""Lists that come as XLS, ODS, HTML, DOCX or PDF: their tables are taken out by a confined process and read here."""

import tempfile
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from registry.core.errors import ImportRefused
from registry.register.imports import confined
from registry.register.imports.encodings import Encoding, found_encoding, named_encoding, stated_encoding
from registry.register.imports.extraction import terms
from registry.register.imports.mapping import Layout
from registry.register.imports.rows import ListFile, Row, TableSeen
from registry.register.imports.spreadsheets import hidden_columns, sheet_row
from registry.register.imports.tables import Header, Headings, checked_row, found_header, other_list_in, picked
from registry.vocabulary.codes import Flaw

_UNTOLD = ("(cid:", "\ufffd")
"""How a letter is written that a file draws but does not name."""


class Table:
    """One table of the file: where it is, what heads it, its rows, and the columns that the file hides."""

    def __init__(self, started: terms.Started) -> None:
        self.place, self.is_sheet, self.name = started.place, started.is_sheet, started.name
        self.heading = started.heading
        self.rows: list[terms.Cells] = []
        self.hidden_columns: list[int] = []

    @property
    def is_empty(self) -> bool:
        return not any(any(row.cells) for row in self.rows)

    @property
    def width(self) -> int:
        return max(len(row.cells) for row in self.rows)

    @property
    def is_full(self) -> bool:
        """Whether it may be a list: some rows with more than one cell filled."""
        return sum(sum(map(bool, row.cells)) > 1 for row in self.rows) >= _ROWS_OF_A_LIST

    def texts_above(self, depth: int) -> list[str]:
        """Its heading and what stands above the row of that index, and in it."""
        return [self.heading, *(" ".join(filter(None, row.cells)) for row in self.rows[: depth + 1])]


_ROWS_OF_A_LIST = 2
_LOOKED_AT = 3
"""Rows of a table without a known header that are looked at for what list it is."""


def open_extract(path: Path, form: str, layout: Layout, encoding: str | None, country: str = "") -> ListFile:
    """The table, or the tables that go on from page to page, in which the wanted columns stand."""
    found, stated = _encoding(path, form, encoding or layout.encoding, country)
    tables, notes, losses = _extracted(path, form, found)
    result = ListFile(form, layout, iter(()), lambda: 1.0, stated, notes, losses=losses)
    chosen = _sheet(tables, layout, path, result) if tables[0].is_sheet else tables
    first, header = _header(chosen, layout, path)
    notes.append(f"{chosen[first].place}: the header is on row {header.depth + 1}")
    result.stated = header.stated
    starts, places = [], []
    line = 0
    for table in chosen:
        starts.append(line)
        places.append(table.place)
        result.tables.append(TableSeen(place=table.place, heading=table.heading, rows=len(table.rows)))
        line += len(table.rows)

    def table_at(number: int) -> int:
        return bisect_right(starts, number - 1) - 1

    def where(number: int) -> str:
        at = table_at(number)
        return f"{places[at]}, row {number - starts[at]}"

    result.where, result.table_at = where, table_at
    for number, table in enumerate(chosen[:first]):
        _leave_out(table, result, result.tables[number])
    result.rows = _rows(chosen, starts, first, header, layout, result)
    return result


def first_rows(path: Path, form: str, count: int, encoding: str | None = None) -> list[list[str]]:
    """The first rows of the table with the most rows and of those as wide, for a look at its columns.

    What heads each of them stands between them as a row of one cell.
    """
    found, _ = _encoding(path, form, encoding, "")
    tables, _notes, _losses = _extracted(path, form, found)
    width = max(tables, key=lambda table: len(table.rows)).width
    alike = [table for table in tables if table.width == width]
    rows = ([[table.heading], *(row.cells for row in table.rows)] for table in alike)
    return [cells for cells in islice(chain.from_iterable(rows), count + 1) if any(cells)]


def all_tables(path: Path, form: str, encoding: str | None = None) -> list[tuple[str, list[list[str]]]]:
    """Every table of a file: what heads it, and its rows. ImportRefused where a part cannot be read, or is hidden."""
    found, _ = _encoding(path, form, encoding, "")
    tables, _notes, losses = _extracted(path, form, found)
    for table in tables:
        require_whole(path, table.place, table.rows, table.hidden_columns, losses)
    return [(table.heading, [row.cells for row in table.rows]) for table in tables]


def require_whole(
    path: Path, place: str, rows: Sequence[terms.Cells], hidden_columns: Sequence[int], losses: Sequence[str]
) -> None:
    """Raises ImportRefused where a part of the file could not be read, or a table has rows or columns that are not shown."""
    hidden = [f"row {number} is hidden" for number, row in enumerate(rows, start=1) if row.is_hidden]
    if hidden_columns:
        hidden.append("a column is hidden")
    if hidden:
        losses = [*losses, f"{place}: {', '.join(hidden[:5])}: ask the publisher whether it counts"]
    if losses:
        raise ImportRefused(f"{path.name}: {'; '.join(losses)}")


def _encoding(path: Path, form: str, named: str | None, country: str) -> tuple[str, Encoding | None]:
    """The encoding that a web page is read in; other forms state their own."""
    if form != "html":
        if named is not None:
            raise ImportRefused(f"--encoding is for text files: {form.upper()} states its own")
        return "-", None
    found = named_encoding(named) if named else stated_encoding(path) or found_encoding(path, country)
    return found.codec, found


def _extracted(path: Path, form: str, encoding: str) -> tuple[list[Table], list[str], list[str]]:
    """All tables, what is to be noted, and what was lost. ImportRefused says what is wrong and what to do."""
    limit = terms.MAX_FILE[form]
    if path.stat().st_size > limit:
        raise ImportRefused(
            f"{path.name} is {path.stat().st_size >> 20} MB; the limit for {form.upper()} is {limit >> 20} MB"
        )
    tables: list[Table] = []
    notes: list[str] = []
    losses: list[str] = []
    with tempfile.TemporaryFile() as made:
        confined.read(path, terms.Task(form, terms.LIMITS[form], encoding), made)
        for line in confined.lines_of(made):
            match line:
                case terms.Started() as started:
                    tables.append(Table(started))
                case terms.Cells() as cells:
                    tables[-1].rows.append(cells)
                case terms.HiddenColumns(columns):
                    tables[-1].hidden_columns = columns
                case terms.Note(text, is_loss):
                    (losses if is_loss else notes).append(text)
    tables = [table for table in tables if not table.is_empty]
    if not tables:
        raise ImportRefused(f"{path.name} holds no table with anything in it: is it the right file?")
    return tables, notes, losses


def _sheet(tables: Sequence[Table], layout: Layout, path: Path, result: ListFile) -> list[Table]:
    """The sheet the mapping names, or the first that is not empty: then another that may be a list is a loss."""
    if layout.sheet is None:
        chosen = tables[0]
        result.losses += [
            f"{table.place} holds a table too, which was not read: name the right one as `sheet` in the mapping"
            for table in tables[1:]
            if table.is_full
        ]
    else:
        named = [table for table in tables if table.name == layout.sheet]
        if not named:
            there = ", ".join(repr(table.name) for table in tables)
            raise ImportRefused(f"{path.name} has no visible sheet {layout.sheet!r}; it has {there}")
        chosen = named[0]
    others = [repr(table.name) for table in tables if table is not chosen]
    result.notes.append(f"sheet {chosen.name!r} was read" + (f", not {', '.join(others)}" if others else ""))
    return [chosen]


def _header(tables: Sequence[Table], layout: Layout, path: Path) -> tuple[int, Header]:
    """The first table that has the wanted columns and is no other list, and its header. ImportRefused where none has."""
    refusal: ImportRefused | None = None
    for place, table in enumerate(tables):
        try:
            header = found_header([row.cells for row in table.rows[: terms.HEADER_WITHIN]], layout)
        except ImportRefused as refused:
            # The nearest miss says most: a table with some of the columns lacks others.
            if refusal is None or "looks like the header" in refused.text:
                refusal = ImportRefused(f"{path.name}, {table.place}: {refused.text}")
            continue
        word = other_list_in(table.texts_above(header.depth), layout)
        if word is None:
            return place, header
        refusal = refusal or ImportRefused(
            f"{path.name}, {table.place} says {word!r} above its rows, so it is another list than this (`other_lists`)"
        )
    assert refusal is not None
    raise refusal


def _rows(
    tables: Sequence[Table], starts: Sequence[int], first: int, header: Header, layout: Layout, result: ListFile
) -> Iterator[Row]:
    """Rows of the table at `first` and of those that go on from it, numbered through all tables from 1."""
    waiting: list[Row] = []
    titles = 0
    headings = Headings(layout)
    result.headings = headings.heard
    for number, (table, start) in enumerate(zip(tables[first:], starts[first:], strict=True), start=first):
        depth = header.depth
        if number > first:
            own = _own_header(table, layout)
            if other_list_in(table.texts_above(own.depth if own is not None else -1), layout) is not None:
                _leave_out(table, result, result.tables[number])
                continue
            if own is not None:
                header, depth = own, own.depth
            elif _goes_on(table, header):
                depth = -1
            else:
                _leave_out(table, result, result.tables[number])
                continue
        for text in table.texts_above(depth - 1):
            headings.hear(table.place, text, is_first=number == first)
        result.losses += hidden_columns(table.hidden_columns, header, layout, table.place)
        pick = picked(header)
        for line, row in enumerate(table.rows, start=start + 1):
            if (
                line - start <= depth + 1
                or not any(row.cells)
                or row.cells[: header.width] == header.cells[: header.width]
            ):
                continue
            where = result.where(line) if result.where is not None else f"row {line}"
            if row.is_hidden and not layout.reads_hidden:
                hidden = sheet_row(line, row.cells, header, pick)
                yield hidden._replace(flaw=Flaw.HIDDEN_ROW, detail="")
                continue
            is_alone = sum(bool(cell) for cell in row.cells) == 1 and header.width > 2
            is_known = (row.is_title or is_alone) and headings.hear(where, " ".join(filter(None, row.cells)))
            if row.is_title or is_known:
                titles += 1
                continue
            read = _row(line, row.cells, header, pick)
            read = checked_row(read, header, row.cells, headings.rule)
            if is_alone:
                # Below the list notes stand in one cell; between its rows such a row has lost something.
                waiting.append(read)
                continue
            yield from waiting
            waiting = []
            yield read
    if titles:
        result.notes.append(f"taken for headings, as one cell spans the table: {titles}")
    if waiting:
        # What stands below all rows heads none.
        below = len(waiting)
        headings.heard[-below:] = [one._replace(heads_some=False) for one in headings.heard[-below:]]
        where = result.where(waiting[0].line) if result.where else f"row {waiting[0].line}"
        result.notes.append(f"taken for notes below the list, as each is one cell: {len(waiting)} (from {where})")


def _row(line: int, cells: list[str], header: Header, pick: object) -> Row:
    for place, cell in enumerate(cells):
        if any(sign in cell for sign in _UNTOLD):
            detail = f"column {place + 1} has letters that the file draws and does not name"
            return Row(line, 0, None, flaw=Flaw.UNREADABLE_TEXT, detail=detail)
    return sheet_row(line, cells, header, pick)


def _own_header(table: Table, layout: Layout) -> Header | None:
    try:
        return found_header([row.cells for row in table.rows[: terms.HEADER_WITHIN]], layout)
    except ImportRefused:
        return None


def _goes_on(table: Table, header: Header) -> bool:
    """Whether a table without a header is the next page of the one before: it is as wide."""
    return not table.is_sheet and max(len(row.cells) for row in table.rows) == len(header.cells)


def _leave_out(table: Table, result: ListFile, seen: TableSeen) -> None:
    """Note that a table was not read: a loss where it may be a list, for the rows in it are then gone."""
    word = other_list_in(table.texts_above(_LOOKED_AT - 1), result.layout)
    if word is not None:
        seen.left_because = f"another list ({word})"
        result.notes.append(f"{table.place} says {word!r}, so it is another list: it was not read")
        return
    width = max(len(row.cells) for row in table.rows)
    seen.left_because = f"no header that is wanted in {width} columns"
    words = f"{table.place} has {width} columns and no header that is wanted: it was not read"
    is_lost = table.is_full or (result.form in ("pdf", "docx") and width > 1 and len(table.rows) > 1)
    (result.losses if is_lost else result.notes).append(words)
