"""Old Excel files (XLS) and OpenDocument sheets (ODS), sheet by sheet. Macros are neither run nor read."""

import io
import struct
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, Any, NamedTuple
from xml.parsers import expat

import python_calamine

from registry.register.imports.extraction import terms

_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORD = "WordDocument".encode("utf-16-le")
_SLIDES = "PowerPoint Document".encode("utf-16-le")


def tables_of(body: bytes, form: str) -> Iterator[terms.Line]:
    """The visible sheets in order. Raises Refused."""
    if form == "ods":
        terms.refuse_bombs(body)
        if _is_encrypted(body):
            raise terms.Refused("is password-protected: open it, save it without a password, and import that")
    else:
        _refuse_other_office(body)
        if _MACROS in body:
            yield terms.Note("the file holds macros: they were neither run nor read")
    try:
        book = python_calamine.CalamineWorkbook.from_object(io.BytesIO(body))
    except python_calamine.PasswordError:
        raise terms.Refused("is password-protected: open it, save it without a password, and import that") from None
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise terms.Refused(
            f"cannot be opened ({_brief(error)}): open it in a spreadsheet program and save it as XLSX"
        ) from None
    hidden = _hidden_in(body, form, [about.name for about in book.sheets_metadata])
    if hidden is None:
        yield terms.Note("whether the file hides rows cannot be told: save it as XLSX and import that", is_loss=True)
    for about in book.sheets_metadata:
        if not is_worksheet(about):
            continue
        if not is_visible(about):
            yield terms.Note(f"hidden sheet {about.name!r} was ignored")
            continue
        yield from _sheet(book, about.name, hidden.get(about.name) if hidden is not None else None)


def is_worksheet(about: Any) -> bool:
    return bool(about.typ == python_calamine.SheetTypeEnum.WorkSheet)


def is_visible(about: Any) -> bool:
    return bool(about.visible == python_calamine.SheetVisibleEnum.Visible)


def _sheet(book: Any, name: str, hidden: "Hidden | None") -> Iterator[terms.Line]:
    try:
        sheet = book.get_sheet_by_name(name)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise terms.Refused(
            f"has a damaged sheet {name!r} ({_brief(error)}): save it as XLSX and import that"
        ) from None
    if sheet.total_height * sheet.total_width > 20 * terms.MAX_CELLS:
        raise terms.Refused(
            f"has {sheet.total_height} rows and {sheet.total_width} columns in sheet {name!r}, most of them surely empty: "
            "delete what lies beyond the list and save it again"
        )
    yield terms.Started(f"sheet {name!r}", is_sheet=True, name=name, heading=name)
    spans = [terms.Span(*first, *last) for first, last in (sheet.merged_cell_ranges or ())]
    if spans:
        yield terms.Note(f"sheet {name!r}: {len(spans)} merged ranges, their value counts for every row they span")
    if hidden is not None and hidden.columns:
        yield terms.HiddenColumns(hidden.columns)
    merges = Merges(spans)
    for number, values in enumerate(sheet.to_python(skip_empty_area=False)):
        cells = [text_of(value) for value in values]
        is_title = merges.fill(number, cells)
        yield terms.Cells(cells, is_title, hidden is not None and any(number in rows for rows in hidden.rows))


class Hidden(NamedTuple):
    """What a sheet hides: ranges of its rows, and its columns, counted from 0."""

    rows: list[range]
    columns: list[int]


def _hidden_in(body: bytes, form: str, names: Sequence[str]) -> dict[str, Hidden] | None:
    """What each sheet hides, by name, which the library that reads the cells does not say. None where it cannot be told."""
    try:
        return _hidden_in_ods(body) if form == "ods" else dict(zip(names, _hidden_in_xls(body), strict=True))
    except (struct.error, IndexError, KeyError, ValueError, zipfile.BadZipFile, expat.ExpatError):
        return None


_MAX_COLUMNS = 16_384


def _hidden_in_ods(body: bytes) -> dict[str, Hidden]:
    found: dict[str, Hidden] = {}
    current = Hidden([], [])
    row = column = shut_groups = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal current, row, column, shut_groups
        is_shut = attributes.get("table:visibility") in ("collapse", "filter")
        if name == "table:table":
            current = found[attributes.get("table:name", "")] = Hidden([], [])
            row = column = shut_groups = 0
        elif name in ("table:table-row-group", "table:table-column-group"):
            shut_groups += bool(shut_groups) or attributes.get("table:display") == "false"
        elif name == "table:table-row":
            count = int(attributes.get("table:number-rows-repeated", "1"))
            if is_shut or shut_groups:
                current.rows.append(range(row, row + count))
            row += count
        elif name == "table:table-column":
            count = int(attributes.get("table:number-columns-repeated", "1"))
            if is_shut or shut_groups:
                current.columns.extend(range(column, min(column + count, _MAX_COLUMNS)))
            column += count

    def end(name: str) -> None:
        nonlocal shut_groups
        if name in ("table:table-row-group", "table:table-column-group") and shut_groups:
            shut_groups -= 1

    with zipfile.ZipFile(io.BytesIO(body)) as archive, archive.open("content.xml") as stream:
        parse_xml(stream, start, end)
    return found


def parse_xml(stream: IO[bytes], start: Any, end: Any = None, text: Any = None) -> None:
    """Have the elements of an XML file handled as they come. Raises Refused for one that declares entities."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _refuse_entities
    parser.ParseFile(stream)


def _refuse_entities(*_declared: object) -> None:
    raise terms.Refused("declares entities, as no spreadsheet program writes: it was made to harm, and is not read")


# Of XLS, by [MS-CFB] and [MS-XLS]: a file of sectors that holds streams, one of which is a row of records.
_BOF, _EOF, _SHEET, _ROW, _COLUMNS = 0x0809, 0x000A, 0x0085, 0x0208, 0x007D
_ROW_HIDDEN, _COLUMN_HIDDEN = 0x20, 0x01
_FREE = 0xFFFFFFFA
"""Numbers from here on are no sectors."""


def _hidden_in_xls(body: bytes) -> list[Hidden]:
    """What each sheet hides, in their order."""
    stream = _workbook_stream(body)
    starts = [struct.unpack_from("<I", record)[0] for kind, record in _records(stream, 0) if kind == _SHEET]
    return [_hidden_of(_records(stream, start)) for start in starts]


def _hidden_of(records: Iterator[tuple[int, bytes]]) -> Hidden:
    hidden = Hidden([], [])
    for kind, record in records:
        if kind == _ROW and struct.unpack_from("<H", record, 12)[0] & _ROW_HIDDEN:
            row = struct.unpack_from("<H", record)[0]
            hidden.rows.append(range(row, row + 1))
        elif kind == _COLUMNS:
            first, last, width, _, flags = struct.unpack_from("<5H", record)
            if flags & _COLUMN_HIDDEN or not width:
                hidden.columns.extend(range(first, last + 1))
    return hidden


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of one part of the workbook, without those of charts within it."""
    depth, place = 0, start
    while True:
        kind, length = struct.unpack_from("<2H", stream, place)
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _workbook_stream(body: bytes) -> bytes:
    size = 1 << struct.unpack_from("<H", body, 30)[0]
    if size not in (512, 4096):
        raise ValueError("no such size of sectors")

    def sector(number: int) -> bytes:
        return body[(number + 1) * size : (number + 2) * size]

    numbers = [number for number in struct.unpack_from("<109I", body, 76) if number < _FREE]
    further, count = struct.unpack_from("<2I", body, 68)
    for _ in range(min(count, len(body) // size)):
        *more, further = struct.unpack(f"<{size // 4}I", sector(further))
        numbers += [number for number in more if number < _FREE]
    following = struct.unpack(f"<{size // 4 * len(numbers)}I", b"".join(map(sector, numbers)))

    def chain(first: int) -> bytes:
        parts: list[bytes] = []
        while first < _FREE and len(parts) <= len(following):
            parts.append(sector(first))
            first = following[first]
        return b"".join(parts)

    directory = chain(struct.unpack_from("<I", body, 48)[0])
    for place in range(0, len(directory), 128):
        length = struct.unpack_from("<H", directory, place + 64)[0]
        name = directory[place : place + max(length - 2, 0)].decode("utf-16-le", errors="replace")
        if name in ("Workbook", "Book"):
            first, whole = struct.unpack_from("<2I", directory, place + 116)
            return chain(first)[:whole]
    raise KeyError("Workbook")


class Merges:
    """Merged ranges of a sheet whose rows are read in order: their value counts for every row they span."""

    def __init__(self, spans: Sequence[terms.Span]) -> None:
        self._waiting = sorted(spans, reverse=True)
        self._open: list[tuple[terms.Span, str]] = []

    def fill(self, row: int, cells: list[str]) -> bool:
        """Fill in the cells of a row, counted from 0; whether one range spans the whole of it."""
        self._open = [(span, text) for span, text in self._open if span.bottom >= row]
        for span, text in self._open:
            if span.left < len(cells) and not cells[span.left]:
                cells[span.left] = text
        while self._waiting and self._waiting[-1].top <= row:
            span = self._waiting.pop()
            if span.top == row and span.bottom >= row:
                self._open.append((span, cells[span.left] if span.left < len(cells) else ""))
        width = len(cells)
        return width > 2 and any(span.right - span.left + 1 >= width for span, _ in self._open)


def text_of(value: Any) -> str:
    """A cell's value as text; days as YYYY-MM-DD, whole numbers without a decimal point."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def _refuse_other_office(body: bytes) -> None:
    """What else comes in the same container: a password, Word, PowerPoint."""
    if _ENCRYPTED in body:
        raise terms.Refused("is password-protected: open it, save it without a password, and import that")
    if _WORD in body:
        raise terms.Refused("is an old Word file (.doc): open it and save it as .docx")
    if _SLIDES in body:
        raise terms.Refused("is a PowerPoint file: ask the publisher for a table")


def _is_encrypted(body: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        try:
            return b"encryption-data" in archive.read("META-INF/manifest.xml")
        except KeyError:
            return False


def _brief(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
