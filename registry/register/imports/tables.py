"""Reading tables: where the header is, which columns are wanted, what heads the rows, and the rows of a CSV file.

Headings and columns that no one mapped may say that a licence is no longer in force, or that it is of another kind. A list
that prints no status is read as if all on it were licensed, and authorities print those whose licence was withdrawn in a
second table, further down under a heading, or with a remark: taken so they would answer `yes`.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from registry.core.errors import ImportRefused
from registry.register.imports.encodings import Encoding, first_undecodable, found_encoding, named_encoding
from registry.register.imports.extraction.terms import HEADER_WITHIN
from registry.register.imports.mapping import HeadingRule, Layout, dropped_columns, wanted_columns
from registry.register.imports.personal import holds_personal_number, is_personal_column
from registry.register.imports.rows import REFUSED, Heading, ListFile, Row, TableSeen
from registry.register.imports.values import NO, Topic, folded, word_about
from registry.vocabulary.codes import Flaw

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
        dropped = {*dropped_columns(layout), *layout.drop}
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
        there = {field for field, place in zip(layout.columns, self.places, strict=False) if place is not None}
        self.stated = frozenset(there & {"status", "kind"}) | ({"kind"} if layout.flags else frozenset())
        self.matched = sum(place is not None for place in self.places)
        self._other_lists = [folded(word) for word in layout.other_lists]
        self._is_trusted = layout.trusts_columns
        self._left = (
            []
            if layout.trusts_columns
            else [
                (place, name.strip() or f"column {place + 1}", word_about(Topic.END, name) is not None)
                for place, name in enumerate(cells)
                if place not in self.places
                and folded(name) not in map(folded, dropped)
                and not is_personal_column(name)
            ]
        )

    def unread_status(self, cells: Sequence[str]) -> str:
        """Which column that is not mapped says of a row that its licence may have ended, and by which word; "" if none.

        A column whose header says so says it wherever a cell is filled.
        """
        beside = ((place, f"column {place + 1}", False) for place in range(len(self.cells), len(cells)))
        for place, name, speaks_of_an_end in chain(self._left, () if self._is_trusted else beside):
            text = cells[place] if place < len(cells) else ""
            if not text or text.isspace():
                continue
            word = word_about(Topic.END, text) or next((w for w in self._other_lists if w in folded(text)), None)
            if word is None and speaks_of_an_end and folded(text) not in NO:
                word = text.strip()[:40] if not holds_personal_number(text) else "..."
            if word is not None:
                return f"{name}: {word}"
        return ""


class Headings:
    """What heads the rows of a file, in order. `rule` is what the mapping says of the last heading that it knows."""

    def __init__(self, layout: Layout) -> None:
        self._rules = sorted(((folded(rule.text), rule) for rule in layout.headings), key=lambda one: -len(one[0]))
        self.rule: HeadingRule | None = None
        self.heard: list[Heading] = []

    def hear(self, place: str, text: str, *, is_first: bool = False) -> bool:
        """Take a text that heads what follows. Gives whether the mapping knows it; a rule may say that it means nothing."""
        plain = folded(text)
        rule = next((rule for words, rule in self._rules if _stands_in(words, plain)), None)
        if rule is not None and (rule.kind is not None or rule.status is not None):
            self.rule = rule
        if len(self.heard) < MAX_HEADINGS and text.strip():
            self.heard.append(Heading(place, text, rule is not None, not is_first))
        return rule is not None


def _stands_in(words: str, text: str) -> bool:
    """Whether `words` stand in the text as whole words: `sezione i` does not stand in `sezione iii`."""
    start = text.find(words)
    while start >= 0:
        before, after = text[:start][-1:], text[start + len(words) :][:1]
        if not (_joins(before, words[0]) or _joins(words[-1], after)):
            return True
        start = text.find(words, start + 1)
    return False


def _joins(one: str, other: str) -> bool:
    """Whether two letters that follow one another are of one word. Chinese has no such words."""
    return one.isalnum() and other.isalnum() and not (_is_han(one) or _is_han(other))


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


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


def other_list_in(texts: Iterable[str], layout: Layout) -> str | None:
    """The word by which the mapping knows these texts, of a table, to be another list's; None if there is none."""
    plain = folded(" ".join(texts))
    return next((word for word in layout.other_lists if folded(word) in plain), None)


def refuse_other_list(texts: Sequence[str], layout: Layout, path: Path) -> None:
    """ImportRefused where what stands above the only table says that it is another list."""
    word = other_list_in(texts, layout)
    if word is not None:
        raise ImportRefused(
            f"{path.name} says {word!r} above its table, so it is another list than this (`other_lists` in the mapping)"
        )


def titles_above(lines: Sequence[Sequence[str]], header: Header) -> list[str]:
    """What stands in the lines above the header."""
    return [" ".join(cell for cell in cells if cell.strip()) for cells in lines[: header.depth] if any(cells)]


def checked_row(row: Row, header: Header, cells: Sequence[str], heading: HeadingRule | None) -> Row:
    """The row under its heading; refused where a column that is not mapped says that its licence may have ended."""
    if row.cells is None or row.flaw in REFUSED:
        return row
    word = header.unread_status(cells)
    if word:
        return row._replace(flaw=Flaw.UNREAD_STATUS, detail=word, heading=heading)
    return row._replace(heading=heading) if heading is not None else row


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
    titles = titles_above(lines, header)
    refuse_other_list([*titles, *header.cells], layout, path)
    headings = Headings(layout)
    for text in titles:
        headings.hear("above the header", text, is_first=True)
    seen = TableSeen(place=path.name, heading=" ".join(titles)[:200])
    rows = _rows(raw, table, header, _usual_width(lines, header), headings, seen)
    separator = {"\t": "tab"}.get(table.delimiter, table.delimiter)
    notes = [f"columns are separated by {separator}, the header is on line {header.depth + 1}"]
    result = ListFile("csv", layout, rows, lambda: raw.tell() / size if not raw.closed else 1.0, found, notes)
    result.headings, result.stated, result.tables = headings.heard, header.stated, [seen]
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
    raw: BinaryIO, table: TextTable, header: Header, usual: int, headings: Headings, seen: TableSeen
) -> Iterator[Row]:
    width, pick = header.width, picked(header)
    forgiven = {usual, len(header.cells)}
    empty = [""]
    with raw:
        reader = table.reader(raw)
        above = header.depth + 1
        before = 0
        own = header.cells
        for cells in _checked(reader, table):
            first, line = before + 1, reader.line_num
            before = line
            if line <= above or not any(cells):
                continue
            found = len(cells)
            seen.rows += 1
            if cells.count("") == found - 1 > 0 and headings.hear(f"line {line}", "".join(cells)):
                continue
            if line > first and _swallowed(cells, table.delimiter, max(usual, width)) is not None:
                yield Row(first, 0, None, found, width, Flaw.SWALLOWED_ROWS, f"lines {first} to {line} became one row")
            elif found == width:
                # Tables of several pages repeat their header.
                if cells != own:
                    yield checked_row(Row(line, 0, pick(cells + empty)), header, cells, headings.rule)
            elif found > width:
                # Empty cells at the end are a habit of the program that wrote the file, or one row is shifted.
                is_padded = found in forgiven and not any(cells[width:])
                row = Row(line, 0, pick([*cells[:width], ""]) if is_padded else None, found, width)
                yield checked_row(row, header, cells, headings.rule)
            else:
                yield Row(line, 0, None, found, width)
