"""Open numbers about complaints."""

from registry.vocabulary.cases import Dimension
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Line

QUARTER_PATTERN = "^[0-9]{4}-[Qq][1-4]$"


class StatisticsQuerySchema(InSchema):
    quarter = Line(
        "One quarter alone.",
        max_length=10,
        tidy=str.upper,
        pattern="^[0-9]{4}-Q[1-4]$",
        expected="must be a quarter, for example 2026-Q3",
        example="2026-Q3",
        metadata={"pattern": QUARTER_PATTERN},
    )


class StatisticsCellSchema(OutSchema):
    value = out.string("A country, NACE class, indicator or outcome as its code; `not_stated` where it was not said.")
    name = out.string("In words of the asked language.")
    count = out.integer("Rounded to five; never below five.", metadata={"minimum": 5})


class StatisticsTableSchema(OutSchema):
    """Complaints counted one way. What is not listed is fewer than five, or none."""

    dimension = out.one_of(Dimension)
    cells = out.list_of(StatisticsCellSchema)
    total = out.integer(
        "Sum of these cells, so less than all complaints; null by indicator: one may show several.", allow_none=True
    )


class ReleaseSchema(OutSchema):
    """One closed quarter; it never changes."""

    quarter = out.string(metadata={"pattern": "^[0-9]{4}-Q[1-4]$"})
    from_ = out.date("Its first day.", data_key="from")
    to = out.date("Its last day.")
    closed_on = out.date()
    rules = out.string("Version of the rules of counting and rounding.")
    tables = out.list_of(StatisticsTableSchema)


class StatisticsSchema(OutSchema):
    items = out.list_of(ReleaseSchema, "The newest first.")
