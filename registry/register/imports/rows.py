"""What reading a list gives, whatever kind of file it is: rows one after another, and what was noticed on the way."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from registry.register.imports.encodings import Encoding
from registry.register.imports.mapping import Layout
from registry.vocabulary.codes import Flaw

LIMIT = 512 << 20
"""The largest file taken, in bytes; a sheet may not unpack to more either."""


class Row(NamedTuple):
    """One row: its line (or record number) and part, both as in Finding, and the wanted cells in order, tidied of nothing.

    `cells` is None where the row is broken; `found` and `wanted` then count its cells, or `flaw` and `detail` say more.
    A row that has both cells and a flaw is taken with a warning.
    """

    line: int
    part: int
    cells: Sequence[str] | None
    found: int = 0
    wanted: int = 0
    flaw: Flaw | None = None
    detail: str = ""


@dataclass(slots=True)
class ListFile:
    """A file ready to be read. `rows` may be iterated once; `progress` gives the share read so far, 0 to 1.

    `notes` are sentences for the operator; `missing` names wanted columns that the file does not have; `losses` are
    sentences on parts that hold rows and could not be read. Both are complete when all rows were read. `headings`
    are texts above tables and between rows, each with its place, of a table that has no column for the status. `where`
    says for a row's line in which part of the file it stands, like `page 2`, where rows are counted through parts.
    """

    form: str
    layout: Layout
    rows: Iterator[Row]
    progress: Callable[[], float]
    encoding: Encoding | None = None
    notes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    losses: list[str] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)
    where: Callable[[int], str] | None = None
