"""Reading tables: where the header is, which columns are wanted, and the rows of a CSV file.

Headings above tables and between rows may say that licences below them are no longer in force. A list that prints no status
is read as if all on it were licensed, and authorities print those whose licence was withdrawn in a second table, or further
down under a heading: taken so they would answer `yes`.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from registry.core.errors import ImportRefused
from registry.register.imports.encodings import Encoding, first_undecodable, found_encoding, named_encoding
from registry.register.imports.extraction.terms import HEADER_WITHIN
from registry.register.imports.mapping import Layout, dropped_columns, wanted_columns
from registry.register.imports.rows import ListFile, Row
from registry.register.imports.values import folded, unaccented
from registry.vocabulary.codes import Flaw

_STEMS = (
    # English, German, Dutch
    "revoked revocation suspended suspension withdrawn cancelled canceled expired ceased surrendered struck-off terminated "
    "widerruf erloschen ausgesetzt entzogen geloscht ruhend ingetrokken geschorst vervallen "
    # Italian, Spanish, Portuguese, French, Romanian
    "revocat revoca sospes sospension cessat cessazion scadut cancellat decadut revocad suspendid suspension cancelad "
    "caducad bajas revogad suspens cessad retire radie suspendu expire retras anulat radiat "
    # Czech, Slovak, Polish, Croatian, Slovenian, Hungarian
    "zrusen odebran pozastaven zanikl odnat zaniknut wykreslon zawieszon cofniet wygasl ukinut oduzet brisan izbrisan odvzet "
    "torolt felfuggesztett visszavont "
    # Baltic and Finnic
    "panaikint sustabdyt isbraukt anulet apturet izslegt kehtetu peatatud kustutatud peruutettu paattynyt "
    # Bulgarian, Greek
    "отнет прекратен заличен спрян ανακλη αναστολ διαγραφ"
).split()
_CHINESE = "吊销 撤销 注销 暂停 过期 失效 取消 撤回 吊銷 撤銷 註銷 暫停 過期".split()
_BEGINS = re.compile(r"\b(?:" + "|".join(sorted({unaccented(stem) for stem in _STEMS})) + ")")


def word_of_an_end(text: str) -> str | None:
    """The word of a heading that says that what stands below is not, or not all, in force. None for any other heading."""
    plain = unaccented(folded(text))
    match = _BEGINS.search(plain)
    if match is not None:
        return re.split(r"\W", plain[match.start() :], maxsplit=1)[0]
    return next((word for word in _CHINESE if word in text), None)


MAX_HEADINGS = 1_000
"""Lines of one cell that are looked at for what they head."""

FIELD_LIMIT = 64 * 1024
DELIMITERS = ",;\t|"


class Header:
    """Where the wanted columns stand in a table. `places` is None for a column the table does not have.

    A header that stands there twice is told by its number: `Name#1` is the first, `Name#2` the next. `doubled` names
    wanted ones that are not told so.
    """

    def __init__(self, layout: Layout, cells: Sequence[str], depth: int) -> None:
        standing: dict[str, int] = {}
        times: Counter[str] = Counter()
        for place, cell in enumerate(cells):
            name = folded(cell)
            times[name] += 1
            standing.setdefault(name, place)
            standing.setdefault(f"{name}#{times[name]}", place)
        dropped = set(dropped_columns(layout))
        optional = set(layout.optional)
        self.depth = depth
        self.width = max((place + 1 for place, cell in enumerate(cells) if cell.strip()), default=0)
        self.places: list[int | None] = []
        self.missing: list[str] = []
        self.doubled: list[str] = []
        self.cells = list(cells)
        for names in wanted_columns(layout):
            found = next((standing[folded(name)] for name in names if folded(name) in standing), None)
            self.doubled += [name for name in names if times[folded(name)] > 1 and standing[folded(name)] == found]
            is_dropped = any(name in dropped for name in names)
            if found is None and not is_dropped and not optional.intersection(names):
                self.missing.append(names[0])
            self.places.append(None if is_dropped else found)
        fields = list(layout.columns)
        self.has_status = "status" in fields and self.places[fields.index("status")] is not None
        self.matched = sum(place is not None for place in self.places)


def found_header(lines: Sequence[Sequence[str]], layout: Layout) -> Header:
    """The line among the first that has the wanted columns. ImportRefused names those that no line has."""
    headers = [Header(layout, cells, depth) for depth, cells in enumerate(lines)]
    best = max(headers, key=lambda header: (header.matched, -header.depth), default=None)
    if best is None or best.matched == 0:
        seen = max(lines, key=lambda cells: sum(bool(cell.strip()) for cell in cells), default=[])
        cells_text = ", ".join(repr(cell.strip()[:40]) for cell in seen if cell.strip())
        raise ImportRefused(
            f"none of the mapped columns is in the first {HEADER_WITHIN} lines; the fullest of them holds {cells_text[:600]}: "
            "is it the right file, and is the separator right?"
        )
    if best.missing:
        there = ", ".join(repr(cell.strip()[:40]) for cell in lines[best.depth] if cell.strip())
        raise ImportRefused(
            f"line {best.depth + 1} looks like the header, but lacks {', '.join(map(repr, best.missing))}; it has {there[:600]}: "
            "give the new name in the mapping, or list the column under `optional`"
        )
    if best.doubled:
        name = best.doubled[0]
        columns = [str(place + 1) for place, cell in enumerate(best.cells) if folded(cell) == folded(name)]
        raise ImportRefused(
            f"line {best.depth + 1} has the header {name!r} more than once, in columns {' and '.join(columns)}: "
            f"say which is meant, as {name + '#1'!r} or {name + '#2'!r} in the mapping"
        )
    return best


def titles_above(lines: Sequence[Sequence[str]], header: Header) -> list[str]:
    """What stands in the lines above the header."""
    return [" ".join(cell for cell in cells if cell.strip()) for cells in lines[: header.depth] if any(cells)]


def picked(header: Header) -> Any:
    """A function from a full row to the wanted cells in order; a column that is not there reads as empty.

    The row must have one more cell than the header, an empty one at its end.
    """
    places = [header.width if place is None else place for place in header.places]
    if len(places) == 1:
        only = places[0]
        return lambda cells: (cells[only],)
    return itemgetter(*places)


class TextTable(NamedTuple):
    """A text file of a table: how it is encoded, and what separates its columns."""

    path: Path
    encoding: Encoding
    delimiter: str

    def reader(self, raw: BinaryIO) -> Any:
        text = io.TextIOWrapper(raw, encoding=self.encoding.codec, errors="strict", newline="")
        return csv.reader(text, delimiter=self.delimiter)


def open_table(path: Path, layout: Layout, encoding: str | None, country: str = "") -> ListFile:
    """A CSV file, its encoding and delimiter found out unless they are given. `country` is that of the list."""
    wanted = encoding or layout.encoding
    found = named_encoding(wanted) if wanted else found_encoding(path, country)
    size = path.stat().st_size
    csv.field_size_limit(FIELD_LIMIT)
    table = TextTable(path, found, layout.delimiter or found_delimiter(path, found))
    with path.open("rb") as raw:
        lines = _first_lines(raw, table)
    header = found_header(lines, layout)
    raw = path.open("rb")
    # A read-ahead of a few hundred kilobytes lies between the file's position and the row in hand: fine for a progress bar.
    headings = [] if header.has_status else [("above the header", text) for text in titles_above(lines, header)]
    rows = _rows(raw, table, header, _usual_width(lines, header), headings)
    separator = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    notes = [f"columns are separated by {separator}, the header is on line {header.depth + 1}"]
    result = ListFile("csv", layout, rows, lambda: raw.tell() / size if not raw.closed else 1.0, found, notes)
    result.headings = headings
    return result


def _first_lines(raw: BinaryIO, table: TextTable) -> list[list[str]]:
    reader = table.reader(raw)
    lines: list[list[str]] = []
    for cells in _checked(reader, table):
        # Numbered as the file's lines are, so that a header can be pointed at.
        lines += [[]] * (reader.line_num - len(lines) - 1)
        lines.append(cells)
        if len(lines) >= HEADER_WITHIN:
            break
    return lines


def _checked(reader: Any, table: TextTable) -> Iterator[list[str]]:
    """The reader's rows, with what stops it said in words."""
    path, encoding = table.path, table.encoding
    try:
        yield from reader
    except UnicodeDecodeError:
        place = first_undecodable(path, encoding.codec)
        where = place.words(encoding.shown) if place else f"the file is not {encoding.shown} throughout"
        raise ImportRefused(f"{where}: the file is cut off, damaged, or in another encoding (see --encoding)") from None
    except UnicodeError as error:
        raise ImportRefused(f"{path.name} is not {encoding.shown}: {error}") from None
    except csv.Error as error:
        raise ImportRefused(
            f"line {reader.line_num}: {error}; a quotation mark that is opened and never closed does this"
        ) from None


def found_delimiter(path: Path, encoding: Encoding) -> str:
    """The delimiter that gives most of the first lines the same number of cells, and more than one."""
    with path.open("rb") as raw:
        text = io.TextIOWrapper(raw, encoding=encoding.codec, errors="strict", newline="")
        try:
            lines = [line for line, _ in zip(text, range(200), strict=False)]
        except UnicodeError:
            return ","
    scores: dict[str, int] = {}
    for delimiter in DELIMITERS:
        try:
            widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=delimiter) if len(cells) > 1)
        except csv.Error:
            continue
        width, times = max(widths.items(), key=lambda item: item[0] * item[1], default=(1, 0))
        scores[delimiter] = width * times
    return max(scores, key=scores.__getitem__, default=",")


def _usual_width(lines: Sequence[Sequence[str]], header: Header) -> int:
    """How many cells most rows have. Some programs end every row with a separator more than the header has."""
    widths = Counter(len(cells) for cells in lines[header.depth + 1 :] if any(cells))
    width, times = max(widths.items(), key=lambda item: item[1], default=(header.width, 0))
    # Of two rows one cannot tell which is the odd one.
    return width if times > 1 and 2 * times > widths.total() else header.width


def _swallowed(cells: Sequence[str], delimiter: str, width: int) -> str | None:
    """The beginning of a cell that holds rows of the table; None if no cell does.

    A quotation mark that is opened and closed rows later costs, for each line end, as many separators as a row has.
    """
    for cell in cells:
        if "\n" in cell or "\r" in cell:
            text = cell.strip("\r\n")
            breaks = len(text.splitlines()) - 1
            if breaks and text.count(delimiter) == breaks * (width - 1):
                return text.splitlines()[0]
    return None


def _rows(
    raw: BinaryIO, table: TextTable, header: Header, usual: int, headings: list[tuple[str, str]]
) -> Iterator[Row]:
    width, pick = header.width, picked(header)
    forgiven = {usual, len(header.cells)}
    empty = [""]
    with raw:
        reader = table.reader(raw)
        above = header.depth + 1
        before = 0
        own, tells_status = header.cells, header.has_status
        for cells in _checked(reader, table):
            first, line = before + 1, reader.line_num
            before = line
            if line <= above or not any(cells):
                continue
            found = len(cells)
            if not tells_status and cells.count("") == found - 1 > 0 and len(headings) < MAX_HEADINGS:
                headings.append((f"line {line}", "".join(cells)))
            if line > first and _swallowed(cells, table.delimiter, max(usual, width)) is not None:
                yield Row(first, 0, None, found, width, Flaw.SWALLOWED_ROWS, f"lines {first} to {line} became one row")
            elif found == width:
                # Tables of several pages repeat their header.
                if cells != own:
                    yield Row(line, 0, pick(cells + empty))
            elif found > width:
                # Empty cells at the end are a habit of the program that wrote the file, or one row is shifted.
                is_padded = found in forgiven and not any(cells[width:])
                yield Row(line, 0, pick([*cells[:width], ""]) if is_padded else None, found, width)
            else:
                yield Row(line, 0, None, found, width)
