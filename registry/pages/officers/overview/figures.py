"""What an overview comes to on a page: sums by state, age, week, sector and country."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry.oversight.overview.queries import Came, Overview
from registry.oversight.overview.rules import Age
from registry.vocabulary.cases import CaseState, Indicator


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
        "by_sector": _most(Counter(), inflow, "sector"),
        "by_country": _most(Counter(), inflow, "country"),
        "came": sum(one.complaints for one in inflow),
        "late": sum(one.late for one in found.clocks),
        "by_indicator": [(one, found.indicators[one]) for one in _ranked(found.indicators)],
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


def _most(counts: Counter[str | None], inflow: Sequence[Came], of: str) -> list[tuple[str | None, int]]:
    for one in inflow:
        counts[getattr(one, of)] += one.complaints
    # What was not stated says least, and stands last.
    return sorted(counts.items(), key=lambda one: (one[0] is None, -one[1], one[0] or ""))


def _ranked(indicators: Mapping[Indicator, int]) -> list[Indicator]:
    return sorted(indicators, key=lambda one: -indicators[one])


MONTH, MAX_MONTHS = 30, 6


def _by_month(decisions: Mapping[int, int]) -> list[tuple[int, int]]:
    """How many decisions took up to 30 days, 60 and so on; the last takes all that took longer."""
    counts = [0] * MAX_MONTHS
    for days, count in decisions.items():
        counts[min(max(days - 1, 0) // MONTH, MAX_MONTHS - 1)] += count
    return [((number + 1) * MONTH, count) for number, count in enumerate(counts)]
