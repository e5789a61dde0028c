"""PDF files, page by page: the tables that are ruled with lines; where a file has none, those that the places of words make."""

import io
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import pdfplumber
import pypdfium2
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfparser import PDFSyntaxError
from pdfplumber.utils.exceptions import PdfminerException

from registry.register.imports.extraction import terms

_WORDS = 12
"""Characters on a page without a table from which on rows may stand there: page numbers and stamps have fewer."""

_HAN = r"[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]"
_BROKEN_HAN = re.compile(rf"(?<={_HAN})\s*\n\s*(?={_HAN})")


# Tables that no lines rule, by where the words of a page stand. The lines with the most cells say where the columns are. A
# line that fits no column as a whole is not put into one by guess: it is named, and its table counts as one that lost rows.

GAP = 0.5
"""Of a letter's height: words nearer to each other than this are of one cell. A space is about half as wide."""

TIGHT = 1.7
"""Of a letter's height: lines nearer than this may be one cell's, where the rows of the table stand further apart."""


class Word(NamedTuple):
    """A word and its box, in points from the left and upper edge of the page."""

    x0: float
    x1: float
    top: float
    bottom: float
    text: str


class Row(NamedTuple):
    """A row's cells. `is_title`: one cell across the table. `is_joined`: lines below it were taken for parts of its cells."""

    cells: list[str]
    is_title: bool = False
    is_joined: bool = False


class Placed(NamedTuple):
    """What a page's words come to. `lost`: places (from 1) in `rows` before which a line stood that fits no column."""

    heading: str
    rows: list[Row]
    below: str
    lost: list[int]


def placed(words: Sequence[Word]) -> Placed | None:
    """The one table of a page, with what stands above and below it; None where no lines agree about columns."""
    lines = [list(_segments(line)) for line in _lines(words)]
    fullest = max(map(len, lines), default=0)
    full = [place for place, line in enumerate(lines) if len(line) == fullest]
    if fullest < 2 or len(full) < (2 if fullest > 2 else 3):
        return None
    columns = [
        (min(one.x0 for one in cells), max(one.x1 for one in cells))
        for cells in zip(*(lines[i] for i in full), strict=True)
    ]
    if any(one[1] >= following[0] for one, following in pairwise(columns)):
        return None
    first = full[0]
    last = max(place for place, line in enumerate(lines) if place in full or (place > first and len(line) > 1))
    rows, lost = _placed_rows(lines[first : last + 1], columns, _pitch([lines[i] for i in full]))
    above, below = lines[:first], lines[last + 1 :]
    # What stands right below the last row may be the rest of a cell.
    while below and rows and _is_rest(below[0], columns, lines[last], _pitch([lines[i] for i in full])):
        rows[-1] = _joined(rows[-1], below[0], columns)
        last += 1
        below = below[1:]
    return Placed(_text(above), rows, _text(below), lost)


def _lines(words: Sequence[Word]) -> Iterator[list[Word]]:
    """Words of one height together, from left to right."""
    line: list[Word] = []
    for word in sorted(words, key=lambda one: (one.top + one.bottom, one.x0)):
        middle = (word.top + word.bottom) / 2
        if line and middle > line[0].bottom - 0.3 * (line[0].bottom - line[0].top):
            yield sorted(line)
            line = []
        line.append(word)
    if line:
        yield sorted(line)


def _segments(line: Sequence[Word]) -> Iterator[Word]:
    """The words of a line, those of one cell as one."""
    current = line[0]
    for word in line[1:]:
        if word.x0 - current.x1 < GAP * (current.bottom - current.top):
            is_apart = word.x0 - current.x1 > 0.1 * (current.bottom - current.top)
            text = f"{current.text} {word.text}" if is_apart else current.text + word.text
            current = current._replace(x1=max(current.x1, word.x1), text=text)
        else:
            yield current
            current = word
    yield current


def _pitch(full: Sequence[Sequence[Word]]) -> float:
    """How far apart the table's full lines stand, the nearest ones; 0 for a single one."""
    apart = [following[0].top - one[0].top for one, following in pairwise(full)]
    return min(apart, default=0.0)


def _placed_rows(
    lines: Sequence[Sequence[Word]], columns: Sequence[tuple[float, float]], pitch: float
) -> tuple[list[Row], list[int]]:
    rows: list[Row] = []
    lost: list[int] = []
    before: Sequence[Word] = ()
    for line in lines:
        if rows and _is_rest(line, columns, before, pitch):
            rows[-1] = _joined(rows[-1], line, columns)
        elif len(line) == 1 and _is_across(line[0], columns):
            rows.append(Row([line[0].text, *[""] * (len(columns) - 1)], is_title=True))
        else:
            cells = _cells(line, columns)
            if cells is None:
                lost.append(len(rows) + 1)
            else:
                rows.append(Row(cells))
        before = line
    return rows, lost


def _is_across(one: Word, columns: Sequence[tuple[float, float]]) -> bool:
    return sum(one.x0 < right and one.x1 > left for left, right in columns) > 1


def _is_rest(
    line: Sequence[Word], columns: Sequence[tuple[float, float]], before: Sequence[Word], pitch: float
) -> bool:
    """Whether a line goes on with the cells above: it leaves cells empty, and stands nearer than rows do or begins later."""
    cells = _cells(line, columns)
    if cells is None or all(cells) or not before:
        return False
    height = median(word.bottom - word.top for word in before)
    apart = line[0].top - before[0].top
    is_near = apart < TIGHT * height and apart < 0.85 * pitch
    return is_near or (not cells[0] and apart < TIGHT * height)


def _cells(line: Sequence[Word], columns: Sequence[tuple[float, float]]) -> list[str] | None:
    """The line's cells; None where a word stands in two columns, or two in one."""
    cells = [""] * len(columns)
    for word in line:
        fitting = [place for place, (left, right) in enumerate(columns) if word.x0 < right and word.x1 > left]
        if not fitting:
            fitting = [min(range(len(columns)), key=lambda place: _distance(word, columns[place]))]
        if len(fitting) > 1 or cells[fitting[0]]:
            return None
        cells[fitting[0]] = word.text
    return cells


def _distance(word: Word, column: tuple[float, float]) -> float:
    return max(column[0] - word.x1, word.x0 - column[1])


def _joined(row: Row, line: Sequence[Word], columns: Sequence[tuple[float, float]]) -> Row:
    rest = _cells(line, columns) or []
    cells = [f"{cell}\n{more}".strip("\n") for cell, more in zip(row.cells, rest, strict=True)]
    return Row(cells, row.is_title, is_joined=True)


def _text(lines: Sequence[Sequence[Word]]) -> str:
    return "".join(f"{word.text} " for line in lines for word in line)


def tables_of(body: bytes) -> Iterator[terms.Line]:
    """The ruled tables in order. Raises Refused."""
    if b"%%EOF" not in body[-4096:]:
        raise terms.Refused("is damaged or cut off (its end is missing): download it again")
    pages = _page_count(body)
    if pages > terms.MAX_PAGES:
        raise terms.Refused(
            f"has {pages} pages; the limit is {terms.MAX_PAGES}: ask the publisher for a spreadsheet, or split it "
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
        raise terms.Refused("is damaged: download it again, or open it and print it to a new PDF") from None


def _page_count(body: bytes) -> int:
    """Counted by another program than the one that reads, which would read all pages for it."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise terms.Refused("is password-protected: open it, print it to a new PDF, and import that") from None
        raise terms.Refused("is damaged or cut off: download it again") from None
    try:
        return len(document)
    finally:
        document.close()


def _tables(document: Any) -> Iterator[terms.Line]:
    scans: list[int] = []
    bare: list[int] = []
    first = cells = 0
    left_over = ""
    unruled: list[tuple[int, Placed]] = []
    for number, page in enumerate(document.pages, start=1):
        text = len(page.chars)
        if not text:
            if page.images or page.curves:
                scans.append(number)
            page.close()
            continue
        _close_gaps(page)
        found = page.find_tables({"vertical_strategy": "lines", "horizontal_strategy": "lines"})
        found.sort(key=lambda one: (one.bbox[1], one.bbox[0]))
        rows = [(one.bbox, one.extract()) for one in found]
        tables = [(box, table) for box, table in rows if len(table) > 1 or (table and len(table[0]) > 2)]
        if not tables and text >= _WORDS:
            by_place = None if first else placed([_word(one) for one in page.extract_words(y_tolerance=2)])
            if by_place is None:
                bare.append(number)
            else:
                unruled.append((number, by_place))
                cells += sum(len(row.cells) for row in by_place.rows)
        above = page.bbox[1]
        for place, (box, table) in enumerate(tables, start=1):
            if not first:
                # What stood before the first ruled table is a cover.
                bare, unruled = sorted([*bare, *(page for page, _ in unruled)]), []
            first = first or number
            heading = (left_over + _between(page, above, box[1]))[-terms.MAX_HEADING :]
            left_over, above = "", max(above, box[3])
            yield terms.Started(f"page {number}" + (f", table {place}" if len(tables) > 1 else ""), heading=heading)
            for row in table:
                cells += len(row)
                yield _row(row)
        # What stands below the last table may be the heading of the next page's.
        left_over = _between(page, above, page.bbox[3])
        page.close()
        if cells > terms.MAX_CELLS:
            raise terms.Refused(
                f"has more than {terms.MAX_CELLS} cells (up to page {number}): ask for CSV or a spreadsheet"
            )
    if unruled and not first:
        first = unruled[0][0]
        below = ""
        for number, by_place in unruled:
            yield from _by_place(number, by_place, below)
            below = by_place.below
    _refuse_nothing(first, scans, bare)
    if scans:
        yield terms.Note(f"{_named(scans)} without text (a scan): what stands there was not read", is_loss=True)
    # Covers come before the table, and are no part of it.
    after = [number for number in bare if number > first]
    if after:
        yield terms.Note(f"{_named(after)} with text and no table: what stands there was not read", is_loss=True)


def _word(found: dict[str, Any]) -> Word:
    return Word(found["x0"], found["x1"], found["top"], found["bottom"], found["text"])


def _by_place(number: int, found: Placed, before: str) -> Iterator[terms.Line]:
    """A table that no lines rule, with a word on how sure each row is. `before`: what stood below that of the page before."""
    yield terms.Started(f"page {number}", heading=(before + found.heading)[-terms.MAX_HEADING :])
    for row in found.rows:
        yield terms.Cells([_unbroken(cell) for cell in row.cells], row.is_title)
    yield terms.Note(
        f"page {number}: no lines rule the table; its columns are those in which the words stand: compare it"
    )
    joined = [place for place, row in enumerate(found.rows, start=1) if row.is_joined]
    if joined:
        listed = ", ".join(map(str, joined[:20])) + (" and more" if len(joined) > 20 else "")
        yield terms.Note(f"page {number}, row {listed}: several lines were taken for one row: compare them")
    for place in found.lost[:20]:
        yield terms.Note(f"page {number}, before row {place}: a line fits no column and was not read", is_loss=True)
    if found.below.strip() and len(found.below) > _WORDS:
        yield terms.Note(f"page {number}, below the table, not read: {found.below.strip()[:80]}")


def _between(page: Any, top: float, bottom: float) -> str:
    """The text of a page between two heights."""
    if bottom - top < 1:
        return ""
    left, upper, right, lower = page.bbox
    text = page.crop((left, max(top, upper), right, min(bottom, lower)), strict=False).extract_text() or ""
    return " ".join(text.split()) + " "


def _close_gaps(page: Any) -> None:
    """Letters drawn in two strokes, of which one has the text and the other the width, as one: no gap stands between."""
    chars = page.objects.get("char", [])
    for one, following in pairwise(chars):
        if one["text"] == "" and abs(following["x0"] - one["x1"]) < 0.5 and abs(following["top"] - one["top"]) < 0.5:
            following["x0"] = one["x0"]
    page.objects["char"] = [one for one in chars if one["text"] != ""]


def _refuse_nothing(first: int, scans: list[int], bare: list[int]) -> None:
    if first:
        return
    if scans and not bare:
        raise terms.Refused(
            "holds pictures of pages and no text (a scan): ask the publisher for the file that was printed, "
            "or have it typed; letters are not guessed here"
        )
    if bare:
        raise terms.Refused(
            "holds text and no table: neither lines nor the places of its words make columns; ask the publisher for a "
            "spreadsheet, or bring it into one by hand"
        )
    raise terms.Refused("holds no text: is it the right file?")


def _named(pages: list[int]) -> str:
    listed = ", ".join(map(str, pages[:10])) + (f" and {len(pages) - 10} more" if len(pages) > 10 else "")
    return f"page {listed}" if len(pages) == 1 else f"pages {listed}"


def _row(cells: list[str | None]) -> terms.Cells:
    # A cell that another spans is None.
    texts = [_unbroken(cell or "") for cell in cells]
    is_title = len(cells) > 2 and cells[0] is not None and all(cell is None for cell in cells[1:])
    return terms.Cells(texts, is_title)


def _unbroken(text: str) -> str:
    """A cell's text without its line ends, which stand where the column was too narrow."""
    return " ".join(_BROKEN_HAN.sub("", text).split())[: terms.MAX_TEXT]
