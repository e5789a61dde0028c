"""Old Excel files (XLS) and OpenDocument sheets (ODS), sheet by sheet. Macros are neither run nor read."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import python_calamine as calamine

from registry.register.imports.extraction.terms import (
    MAX_CELLS,
    Cells,
    Line,
    Note,
    Refused,
    Span,
    Started,
    refuse_bombs,
)

_MACROS = "_VBA_PROJECT".encode("utf-16-le")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_WORD = "WordDocument".encode("utf-16-le")
_SLIDES = "PowerPoint Document".encode("utf-16-le")


def tables_of(body: bytes, form: str) -> Iterator[Line]:
    """The visible sheets in order. Raises Refused."""
    if form == "ods":
        refuse_bombs(body)
        if _is_encrypted(body):
            raise Refused("is password-protected: open it, save it without a password, and import that")
    else:
        _refuse_other_office(body)
        if _MACROS in body:
            yield Note("the file holds macros: they were neither run nor read")
    try:
        book = calamine.CalamineWorkbook.from_object(io.BytesIO(body))
    except calamine.PasswordError:
        raise Refused("is password-protected: open it, save it without a password, and import that") from None
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Refused(
            f"cannot be opened ({_brief(error)}): open it in a spreadsheet program and save it as XLSX"
        ) from None
    for about in book.sheets_metadata:
        if not is_worksheet(about):
            continue
        if not is_visible(about):
            yield Note(f"hidden sheet {about.name!r} was ignored")
            continue
        yield from _sheet(book, about.name)


def is_worksheet(about: Any) -> bool:
    return bool(about.typ == calamine.SheetTypeEnum.WorkSheet)


def is_visible(about: Any) -> bool:
    return bool(about.visible == calamine.SheetVisibleEnum.Visible)


def _sheet(book: Any, name: str) -> Iterator[Line]:
    try:
        sheet = book.get_sheet_by_name(name)
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Refused(f"has a damaged sheet {name!r} ({_brief(error)}): save it as XLSX and import that") from None
    if sheet.total_height * sheet.total_width > 20 * MAX_CELLS:
        raise Refused(
            f"has {sheet.total_height} rows and {sheet.total_width} columns in sheet {name!r}, most of them surely empty: "
            "delete what lies beyond the list and save it again"
        )
    yield Started(f"sheet {name!r}", is_sheet=True, name=name, heading=name)
    spans = [Span(*first, *last) for first, last in (sheet.merged_cell_ranges or ())]
    if spans:
        yield Note(f"sheet {name!r}: {len(spans)} merged ranges, their value counts for every row they span")
    merges = Merges(spans)
    for number, values in enumerate(sheet.to_python(skip_empty_area=False)):
        cells = [text_of(value) for value in values]
        is_title = merges.fill(number, cells)
        yield Cells(cells, is_title)


class Merges:
    """Merged ranges of a sheet whose rows are read in order: their value counts for every row they span."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._waiting = sorted(spans, reverse=True)
        self._open: list[tuple[Span, str]] = []

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
        raise Refused("is password-protected: open it, save it without a password, and import that")
    if _WORD in body:
        raise Refused("is an old Word file (.doc): open it and save it as .docx")
    if _SLIDES in body:
        raise Refused("is a PowerPoint file: ask the publisher for a table")


def _is_encrypted(body: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        try:
            return b"encryption-data" in archive.read("META-INF/manifest.xml")
        except KeyError:
            return False


def _brief(error: BaseException) -> str:
    return str(error).splitlines()[0][:120] if str(error) else type(error).__name__
