"""The open numbers as a page: a chart for each way of counting, and the same numbers beneath as a table."""

from typing import NamedTuple

from flask import Blueprint, Response, request

from registry.core.errors import NotFound
from registry.http.transaction import public_reading
from registry.oversight.open_statistics import Table, cell_name, closed_quarters, releases
from registry.oversight.rules import MIN_CELL, read_quarter
from registry.pages.public.rendering import page
from registry.vocabulary.register import Language

pages = Blueprint("statistics", __name__)

MAX_BAR = 80
"""Percent of the chart's width; what is left takes the number beside it."""


class Bar(NamedTuple):
    """One count. `width` in percent of the chart."""

    name: str
    complaints: int
    width: float


@pages.get("/<language:language>/statistics")
def show_statistics(language: Language) -> Response:
    """The newest closed quarter, or the one that the address names."""
    quarters = closed_quarters(public_reading())
    wanted = read_quarter(request.args.get("quarter", "")) if "quarter" in request.args else None
    if "quarter" in request.args and str(wanted) not in quarters:
        raise NotFound("no such quarter is closed")
    quarter = str(wanted) if wanted else next(iter(quarters), None)
    release = releases(public_reading(), quarter)[0] if quarter else None
    tables = release.tables if release else ()
    return page(
        "statistics.html",
        language,
        here="statistics",
        quarters=quarters,
        release=release,
        charts=[{"dimension": one.dimension, "bars": _bars(language, one), "total": one.total} for one in tables],
        fewest=MIN_CELL,
    )


def _bars(language: Language, table: Table) -> list[Bar]:
    limit = max(table.cells.values(), default=1)
    return [
        Bar(cell_name(language, table.dimension, value), count, round(MAX_BAR * count / limit, 1))
        for value, count in table.cells.items()
    ]
