"""The tables of an overview in the words of a language, for people who forward them."""

import re
from collections.abc import Callable, Mapping
from datetime import date

from registry.i18n.languages import text
from registry.i18n.wording import country_name, sector_name
from registry.vocabulary.register import Language

Cell = str | int | date | None

COLUMNS: Mapping[str, str] = {
    "state": "overview.state", "priority": "cases.column.priority", "age": "cases.column.age", "cases": "overview.cases",
    "clock": "overview.clock", "kept": "overview.kept", "missed": "overview.missed", "late": "overview.still_late",
    "running": "overview.running", "week": "overview.week", "sector": "overview.sector", "country": "overview.country",
    "complaints": "overview.complaints", "indicator": "overview.indicator", "days": "overview.days",
    "agency": "overview.agency", "agency_id": "overview.agency_id", "independent": "overview.independent",
    "last": "overview.last",
}  # fmt: skip
"""Where the words of a column's head stand."""

_CELLS: Mapping[str, Callable[[Language, str], str]] = {
    "state": lambda language, code: text(language, f"case_state.{code}"),
    "age": lambda language, code: text(language, f"overview.age.{code}"),
    "priority": lambda _, code: code.upper(),
    "clock": lambda language, code: text(language, f"case_clock.{code}"),
    "sector": sector_name,
    "country": country_name,
    "indicator": lambda language, code: text(language, f"indicator.{code}"),
}

MAX_NAME = 31
"""Characters that the name of a sheet may have."""


def sheet_name(language: Language, name: str) -> str:
    return re.sub(r"[\[\]:*?/\\]", " ", text(language, f"overview.table.{name}"))[:MAX_NAME]


def heads(language: Language, header: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text(language, COLUMNS[code]) for code in header)


def cell_words(language: Language, column: str, cell: Cell) -> Cell:
    """A cell as people read it; one of a column without words, and an empty one, stays as it is."""
    if not isinstance(cell, str) or not cell or column not in _CELLS:
        return cell
    return _CELLS[column](language, cell)
