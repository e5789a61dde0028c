"""How the unit's cases stand, as charts with tables beside them, and the same numbers to take away, in words for people who
forward them.

And a board for a wall: a few large figures, anew each minute by the desk's script; no name, no number of a case.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework.queue.listing import Filters, count_cases
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.transaction import reading
from registry.i18n.languages import text
from registry.i18n.names import country_name, name_in, sector_name
from registry.officer_acts import overview
from registry.officer_acts.permissions import names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight.overview import Came, Overview, clocks_due, inflow, open_cases
from registry.oversight.rules import Age, Period, is_period, monday, usual
from registry.pages.files import sent_file
from registry.pages.officers.forms import day
from registry.pages.officers.guard import Afterwards, page_at
from registry.pages.officers.rendering import language, page
from registry.vocabulary.cases import CaseState, ClockKind, Priority
from registry.vocabulary.register import Language

pages = Blueprint("console_overview", __name__)


class PeriodForm(NamedTuple):
    """`period` is None where the days make none; `typed` is what stood in the fields."""

    period: Period | None
    typed: Mapping[str, str]

    @property
    def query(self) -> str:
        return urlencode({name: self.typed[name] for name in ("from", "to")})

    def matches(self, one: Came) -> bool:
        sector, country = self.typed["sector"], self.typed["country"]
        return (not sector or one.sector == sector) and (not country or one.country == country)


def read_period(today: date) -> PeriodForm:
    """The usual period where no day is said, and nothing where what is said is no period of two years at most."""
    otherwise = usual(today)
    typed = {name: request.args.get(name, "").strip()[:20] for name in ("from", "to", "sector", "country")}
    typed["from"] = typed["from"] or str(otherwise.from_on)
    typed["to"] = typed["to"] or str(otherwise.to_on)
    from_on, to_on = day(typed["from"]), day(typed["to"])
    is_one = from_on is not None and to_on is not None and is_period(from_on, to_on)
    return PeriodForm(Period(from_on, to_on) if is_one else None, typed)  # type: ignore[arg-type]


@page_at(pages, "/overview", Resource.STATISTICS, Act.READ)
def show_overview(_session: Session, me: AuthenticatedOfficer) -> Response | Afterwards:
    at = now()
    stated, viewer = read_period(me.day(at)), overview.Viewer(me)
    if stated.period is None:
        return _no_period_page(stated)
    period = stated.period
    return Afterwards(lambda: _overview_page(reading(), viewer, stated, period, at))


@page_at(pages, "/overview/<table>.csv", Resource.STATISTICS, Act.EXPORT)
def download_table(session: Session, me: AuthenticatedOfficer, table: str) -> Response | Afterwards:
    if table not in overview.NAMES:
        raise NotFound(f"there is no table {table}: it is one of {', '.join(overview.NAMES)}")
    return _export(session, me, table)


@page_at(pages, "/overview.xlsx", Resource.STATISTICS, Act.EXPORT)
def download_workbook(session: Session, me: AuthenticatedOfficer) -> Response | Afterwards:
    return _export(session, me, None)


def _export(session: Session, me: AuthenticatedOfficer, table: str | None) -> Response | Afterwards:
    at = now()
    stated, viewer = read_period(me.day(at)), overview.Viewer(me)
    if stated.period is None:
        return _no_period_page(stated)
    period = stated.period
    name = overview.file_name(table, viewer, period)
    overview.note_export(session, viewer, table or "all", period, at)

    spoken = language()

    def worded(sheet: overview.Sheet) -> overview.Sheet:
        rows = [
            [cell_words(spoken, column, cell) for column, cell in zip(sheet.header, row, strict=True)]
            for row in sheet.rows
        ]
        return overview.Sheet(sheet_name(spoken, sheet.name), heads(spoken, tuple(sheet.header)), rows)

    def file() -> Response:
        if table is None:
            return sent_file(overview.workbook_file(reading(), viewer, period, at, worded), name)
        return sent_file(overview.table_file(reading(), viewer, table, period, at, worded), name)

    return Afterwards(file)


def _cases_of(viewer: overview.Viewer, filter_: str, counted: Sequence[tuple[str | None, int]]) -> list[str]:
    """For each count the address of its cases in the queue; empty where the viewer reads no cases or no value was said."""
    return [
        f"/console/cases?{urlencode({filter_: value})}" if viewer.reads_cases and value else "" for value, _ in counted
    ]


def _overview_page(
    session: Session, viewer: overview.Viewer, stated: PeriodForm, period: Period, at: datetime
) -> Response:
    found, patterns = overview.read_overview(session, viewer, period, at)
    spoken = language()
    return page(
        "overview/page.html",
        here="overview",
        asked=stated,
        viewer=viewer,
        ages=list(Age),
        cases_of=partial(_cases_of, viewer),
        sector=lambda code: sector_name(spoken, code),
        sectors=sorted({one.sector for one in found.inflow if one.sector}),
        countries=sorted({one.country for one in found.inflow if one.country}),
        clocks=found.clocks,
        patterns=patterns,
        names=names_in(session, viewer.unit),
        **sums(found, [one for one in found.inflow if stated.matches(one)]),
    )


def _no_period_page(stated: PeriodForm) -> Response:
    return page("overview/refused.html", here="overview", status=400, asked=stated)


def sums(found: Overview, inflow: Sequence[Came]) -> dict[str, Any]:
    """The figures of the page. `inflow` is what is left of the overview's after the page's filters."""
    states: Counter[CaseState] = Counter()
    ages: Counter[Age] = Counter()
    cells: Counter[tuple[CaseState, Age]] = Counter()
    for one in found.open_cases:
        states[one.state] += one.cases
        ages[one.age] += one.cases
        cells[one.state, one.age] += one.cases
    return {
        "open_by_state": [(state, states[state]) for state in CaseState if states[state]],
        "open_by_age": [(age, ages[age]) for age in Age],
        "open_cells": cells,
        "open_total": states.total(),
        "by_week": _by_week(found, inflow),
        "by_sector": _counts_of(inflow, "sector"),
        "by_country": _counts_of(inflow, "country"),
        "came": sum(one.complaints for one in inflow),
        "late": sum(one.late for one in found.load),
        "by_indicator": sorted(found.indicators.items(), key=lambda one: -one[1]),
        "spans": found.spans,
        "lying": list(found.lying.items()),
        "load": found.load,
        "former": found.former,
        "by_month": _by_month(found.decisions),
    }


def _by_week(found: Overview, inflow: Sequence[Came]) -> list[tuple[date, int]]:
    weeks: Counter[date] = Counter()
    for one in inflow:
        weeks[one.week] += one.complaints
    return [(week, weeks[week]) for week in found.period.weeks]


def _counts_of(inflow: Sequence[Came], of: str) -> list[tuple[str | None, int]]:
    counts: Counter[str | None] = Counter()
    for one in inflow:
        counts[getattr(one, of)] += one.complaints
    # What was not stated says least, and stands last.
    return sorted(counts.items(), key=lambda one: (one[0] is None, -one[1], one[0] or ""))


MONTH, MAX_MONTHS = 30, 6


def _by_month(decisions: Mapping[int, int]) -> list[tuple[int, int]]:
    """How many decisions took up to 30 days, 60 and so on; the last takes all that took longer."""
    counts = [0] * MAX_MONTHS
    for days, count in decisions.items():
        counts[min(max(days - 1, 0) // MONTH, MAX_MONTHS - 1)] += count
    return [((number + 1) * MONTH, count) for number, count in enumerate(counts)]


EVERY = 60
"""Seconds."""
BACK = timedelta(days=366)
"""How far back what is overdue is looked for."""


@page_at(pages, "/board", Resource.STATISTICS, Act.READ)
def show_board(_session: Session, me: AuthenticatedOfficer) -> Afterwards:
    unit, at = me.standing.unit, now()
    today = me.day(at)
    name = name_in(language(), me.unit_names) or unit
    return Afterwards(
        lambda: page(
            "overview/board.html",
            here="board",
            every=EVERY,
            at=at,
            unit=name,
            kinds=list(ClockKind),
            **_figures(reading(), unit, at, today),
        )
    )


def _figures(session: Session, unit: str, at: datetime, today: date) -> dict[str, Any]:
    cases = open_cases(session, unit, today)
    deadlines = clocks_due(session, unit, Period(today - BACK, today), at)
    late = {one.kind: one.late for one in deadlines if one.late}
    this_week = monday(today)
    came = Counter[bool]()
    for one in inflow(session, unit, Period(this_week - timedelta(weeks=1), today)):
        came[one.week == this_week] += one.complaints
    return {
        "open": sum(one.cases for one in cases),
        "gravest": sum(one.cases for one in cases if one.priority is Priority.P0),
        "urgent": sum(one.cases for one in cases if one.priority is Priority.P1),
        "unseen": sum(one.cases for one in cases if one.state is CaseState.SUBMITTED),
        "waiting": sum(one.cases for one in cases if one.state is CaseState.WAITING_COMPLAINANT),
        "old": sum(one.cases for one in cases if one.age is Age.OLDER),
        "late_cases": count_cases(session, unit, Filters(is_late=True), at),
        "late": late,
        "came": came[True],
        "came_before": came[False],
    }


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
