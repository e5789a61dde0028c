"""PDF files, page by page: the tables that are ruled with lines. Text outside a table is not guessed into one."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pdfplumber
import pypdfium2
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfparser import PDFSyntaxError
from pdfplumber.utils.exceptions import PdfminerException

from registry.register.imports.extraction.terms import (
    MAX_CELLS,
    MAX_PAGES,
    MAX_TEXT,
    Cells,
    Line,
    Note,
    Refused,
    Started,
)

_WORDS = 12
"""Characters on a page without a table from which on rows may stand there: page numbers and stamps have fewer."""

_HAN = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_BROKEN_HAN = re.compile(rf"(?<={_HAN})\s*\n\s*(?={_HAN})")


def tables_of(body: bytes) -> Iterator[Line]:
    """The ruled tables in order. Raises Refused."""
    pages = _page_count(body)
    if pages > MAX_PAGES:
        raise Refused(
            f"has {pages} pages; the limit is {MAX_PAGES}: ask the publisher for a spreadsheet, or split it "
            "and import the parts as lists of their own"
        )
    try:
        with pdfplumber.open(io.BytesIO(body)) as document:
            yield from _tables(document)
    except (
        PdfminerException,
        PDFException,
        PDFSyntaxError,
        ValueError,
        TypeError,
        KeyError,
        IndexError,
        RecursionError,
    ):
        raise Refused("is damaged: download it again, or open it and print it to a new PDF") from None


def _page_count(body: bytes) -> int:
    """Counted by another program than the one that reads, which would read all pages for it."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Refused("is password-protected: open it, print it to a new PDF, and import that") from None
        raise Refused("is damaged or cut off: download it again") from None
    try:
        return len(document)
    finally:
        document.close()


def _tables(document: Any) -> Iterator[Line]:
    scans: list[int] = []
    bare: list[int] = []
    first = cells = 0
    for number, page in enumerate(document.pages, start=1):
        text = len(page.chars)
        if not text:
            if page.images or page.curves:
                scans.append(number)
            page.close()
            continue
        tables = page.extract_tables({"vertical_strategy": "lines", "horizontal_strategy": "lines"})
        page.close()
        tables = [table for table in tables if len(table) > 1 or len(table[0]) > 2]
        if not tables and text >= _WORDS:
            bare.append(number)
        for place, table in enumerate(tables, start=1):
            first = first or number
            yield Started(f"page {number}" + (f", table {place}" if len(tables) > 1 else ""))
            for row in table:
                cells += len(row)
                yield _row(row)
        if cells > MAX_CELLS:
            raise Refused(f"has more than {MAX_CELLS} cells (up to page {number}): ask for CSV or a spreadsheet")
    _refuse_nothing(first, scans, bare)
    if scans:
        yield Note(f"{_named(scans)} without text (a scan): what stands there was not read", is_loss=True)
    # Covers come before the table, and are no part of it.
    after = [number for number in bare if number > first]
    if after:
        yield Note(f"{_named(after)} with text and no ruled table: what stands there was not read", is_loss=True)


def _refuse_nothing(first: int, scans: list[int], bare: list[int]) -> None:
    if first:
        return
    if scans and not bare:
        raise Refused(
            "holds pictures of pages and no text (a scan): ask the publisher for the file that was printed, "
            "or have it typed; letters are not guessed here"
        )
    if bare:
        raise Refused(
            "holds text and no ruled table: columns are not guessed here; ask the publisher for a spreadsheet, "
            "or bring it into one by hand"
        )
    raise Refused("holds no text: is it the right file?")


def _named(pages: list[int]) -> str:
    shown = ", ".join(map(str, pages[:10])) + (f" and {len(pages) - 10} more" if len(pages) > 10 else "")
    return f"page {shown}" if len(pages) == 1 else f"pages {shown}"


def _row(cells: list[str | None]) -> Cells:
    # A cell that another spans is None.
    texts = [_unbroken(cell or "") for cell in cells]
    is_title = len(cells) > 2 and cells[0] is not None and all(cell is None for cell in cells[1:])
    return Cells(texts, is_title)


def _unbroken(text: str) -> str:
    """A cell's text without its line ends, which stand where the column was too narrow."""
    return " ".join(_BROKEN_HAN.sub("", text).split())[:MAX_TEXT]
