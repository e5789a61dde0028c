"""An overview as tables for export: codes and counts, and for agencies names that were once typed in."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from registry.oversight.overview.queries import Overview

Cell = str | int | date | None


class Sheet(NamedTuple):
    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[Cell]]


class NamedPattern(NamedTuple):
    """An agency with a pattern under the name that is shown; `agency_id` where it is a registered one."""

    name: str
    agency_id: str | None
    independent: int
    complaints: int
    last_on: date


NAMES = ("open", "clocks", "inflow", "indicators", "decisions", "agencies")


def sheets(found: Overview, patterns: Sequence[NamedPattern]) -> dict[str, Sheet]:
    """The tables by name, as in NAMES. A value that was not stated is an empty cell."""
    return {sheet.name: sheet for sheet in _sheets(found, patterns)}


def _sheets(found: Overview, patterns: Sequence[NamedPattern]) -> Iterator[Sheet]:
    yield Sheet("open", ("state", "priority", "age", "cases"), found.open_cases)
    yield Sheet("clocks", ("clock", "kept", "missed", "late", "running"), found.clocks)
    yield Sheet("inflow", ("week", "sector", "country", "complaints"), found.inflow)
    yield Sheet("indicators", ("indicator", "complaints"), list(found.indicators.items()))
    yield Sheet("decisions", ("days", "cases"), sorted(found.decisions.items()))
    yield Sheet("agencies", ("agency", "agency_id", "independent", "complaints", "last"), patterns)
