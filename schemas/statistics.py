"""Open numbers about complaints."""

from marshmallow import fields

from registry.vocabulary.cases import Dimension
from schemas.base import InSchema, OutSchema
from schemas.fields import Line, OneOf

QUARTER_PATTERN = "^[0-9]{4}-[Qq][1-4]$"


class StatisticsQuerySchema(InSchema):
    quarter = Line(
        max_length=10,
        tidy=str.upper,
        pattern="^[0-9]{4}-Q[1-4]$",
        expected="must be a quarter, for example 2026-Q3",
        metadata={"description": "One quarter alone.", "example": "2026-Q3", "pattern": QUARTER_PATTERN},
    )


class StatisticsCellSchema(OutSchema):
    value = fields.String(
        required=True,
        metadata={
            "description": "A country, NACE class, indicator or outcome as its code; `not_stated` where it was not said."
        },
    )
    name = fields.String(required=True, metadata={"description": "In words of the asked language."})
    count = fields.Integer(required=True, metadata={"description": "Rounded to five; never below five.", "minimum": 5})


class StatisticsTableSchema(OutSchema):
    """Complaints counted one way. What is not listed is fewer than five, or none."""

    dimension = OneOf(Dimension, required=True)
    cells = fields.List(fields.Nested(StatisticsCellSchema), required=True)
    total = fields.Integer(
        required=True,
        allow_none=True,
        metadata={
            "description": "Sum of these cells, so less than all complaints; null by indicator: one may show several."
        },
    )


class ReleaseSchema(OutSchema):
    """One closed quarter; it never changes."""

    quarter = fields.String(required=True, metadata={"pattern": "^[0-9]{4}-Q[1-4]$"})
    from_ = fields.Date(required=True, data_key="from", metadata={"description": "Its first day."})
    to = fields.Date(required=True, metadata={"description": "Its last day."})
    closed_on = fields.Date(required=True)
    rules = fields.String(required=True, metadata={"description": "Version of the rules of counting and rounding."})
    tables = fields.List(fields.Nested(StatisticsTableSchema), required=True)


class StatisticsSchema(OutSchema):
    items = fields.List(fields.Nested(ReleaseSchema), required=True, metadata={"description": "The newest first."})
