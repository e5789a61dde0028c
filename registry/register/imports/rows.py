"""What reading a list gives, whatever kind of file it is: rows one after another, and what was noticed on the way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from registry.register.imports.encodings import Encoding
from registry.register.imports.mapping import HeadingRule, Layout
from registry.vocabulary.codes import Flaw

LIMIT = 512 << 20
"""The largest file taken, in bytes; a sheet may not unpack to more either."""


class Row(NamedTuple):
    """One row: its line (or record number) and part, both as in Finding, and the wanted cells in order, as the file has them.

    `cells` is None where the row is broken; `found` and `wanted` then count its cells, or `flaw` and `detail` say more.
    A row that has both cells and a flaw is taken with a warning, or refused where the flaw is one of `REFUSED`. `heading`
    is the rule of the heading that it stands under.
    """

    line: int
    part: int
    cells: Sequence[str] | None
    found: int = 0
    wanted: int = 0
    flaw: Flaw | None = None
    detail: str = ""
    heading: HeadingRule | None = None


REFUSED = frozenset({Flaw.HIDDEN_ROW, Flaw.UNREAD_STATUS})
"""Flaws for which a row is refused though its cells can be read."""


class Heading(NamedTuple):
    """A text above a table or between its rows. `is_known`: the mapping says what it means. `heads_some`: but not all rows."""

    place: str
    text: str
    is_known: bool = False
    heads_some: bool = True


class TableSeen(msgspec.Struct, kw_only=True):
    """A table of the file: where it is, what heads it, its rows, and what became of them. `left_because`: it was not read."""

    place: str
    heading: str = ""
    rows: int = 0
    taken: int = 0
    left_out: int = 0
    rejected: int = 0
    left_because: str = ""


def _only_table(line: int) -> int:
    return 0


@dataclass(slots=True)
class ListFile:
    """A file ready to be read. `rows` may be iterated once; `progress` gives the share read so far, 0 to 1.

    `notes` are sentences for the operator; `missing` names wanted columns that the file does not have; `losses` are
    sentences on parts that hold rows and could not be read. Both are complete when all rows were read, as are `headings`
    and `tables`. `stated`: which of the status and the kind have columns. `where` says for a row's line in which part of
    the file it stands, like `page 2`, where rows are counted through parts; `table_at` in which of the tables.
    """

    form: str
    layout: Layout
    rows: Iterator[Row]
    progress: Callable[[], float]
    encoding: Encoding | None = None
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    headings: list[Heading] = field(default_factory=list)
    stated: frozenset[str] = frozenset()
    tables: list[TableSeen] = field(default_factory=list)
    where: Callable[[int], str] | None = None
    table_at: Callable[[int], int] = _only_table
