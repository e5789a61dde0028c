"""Tables that no lines rule, by where the words of a page stand. Pure.

The lines with the most cells say where the columns are. A line that fits no column as a whole is not put into one by guess: it is
named, and its table counts as one that lost rows.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import NamedTuple

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
    rows, lost = _rows(lines[first : last + 1], columns, _pitch([lines[i] for i in full]))
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


def _rows(
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
