"""Dates as numbers, in SQL of both databases, so that weeks and spans are counted where the rows are."""

from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Integer, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_A_DAY = 86_400_000_000
_FIRST = date(1970, 1, 1).toordinal()


class DayNumber(FunctionElement[int]):
    """A date as `date.toordinal()` counts it: 1 is the Monday on which year 1 began."""

    type = Integer()
    inherit_cache = True
    name = "day_number"


@compiles(DayNumber, "sqlite")
def _sqlite(element: DayNumber, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(julianday({compiler.process(element.clauses, **kw)}) - 1721424.5 AS INTEGER)"


@compiles(DayNumber, "postgresql")
def _postgresql(element: DayNumber, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)} - DATE '0001-01-01' + 1)"


def monday_number(day: Any) -> ColumnElement[int]:
    """The number of the Monday with which a date's week begins."""
    number = DayNumber(day)
    return number - (number - 1) % 7


def last_day_number(due_at: Any) -> ColumnElement[int]:
    """The number of the last day on which something due at that instant is done in time; at midnight it is the day before."""
    return (type_coerce(due_at, BigInteger) - 1) // _A_DAY + _FIRST
