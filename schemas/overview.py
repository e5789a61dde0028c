"""How a unit's cases stand."""

from marshmallow import fields

from registry.vocabulary.cases import CaseState, ClockKind, Indicator, Priority
from schemas.base import InSchema, OutSchema
from schemas.fields import Day, OneOf, Word

_TABLES = ("open", "clocks", "inflow", "indicators", "decisions", "agencies")
_AGES = ("week", "month", "quarter", "older")


class OverviewQuerySchema(InSchema):
    """A period of two years at most; without it the last twelve weeks."""

    from_on = Day(metadata={"description": "The first day."})
    to_on = Day(metadata={"description": "The last day."})


class OverviewTableQuerySchema(OverviewQuerySchema):
    table = Word(_TABLES, required=True, metadata={"description": "Which of the tables.", "example": "open"})


class OpenCasesSchema(OutSchema):
    state = OneOf(tuple(CaseState), required=True)
    priority = OneOf(tuple(Priority), required=True, allow_none=True)
    age = OneOf(_AGES, required=True, metadata={"description": "Up to 7, 30 or 90 days since it was filed, or more."})
    cases = fields.Integer(required=True)


class ClocksDueSchema(OutSchema):
    clock = OneOf(tuple(ClockKind), attribute="kind", required=True)
    kept = fields.Integer(required=True)
    missed = fields.Integer(required=True, metadata={"description": "Met too late."})
    late = fields.Integer(required=True, metadata={"description": "Over and not met yet."})
    running = fields.Integer(required=True, metadata={"description": "Due later in the period, or paused."})


class InflowSchema(OutSchema):
    week = fields.Date(required=True, metadata={"description": "Its Monday."})
    sector = fields.String(required=True, allow_none=True)
    country = fields.String(required=True, allow_none=True)
    complaints = fields.Integer(required=True)


class IndicatorCountSchema(OutSchema):
    indicator = OneOf(tuple(Indicator), required=True)
    complaints = fields.Integer(required=True)


class DecisionTimeSchema(OutSchema):
    """Days from filing to the first decision, by nearest rank; null without any decision."""

    decisions = fields.Integer(attribute="decided", required=True)
    median = fields.Integer(required=True, allow_none=True)
    p90 = fields.Integer(required=True, allow_none=True)


class PatternSchema(OutSchema):
    """An agency with three independent complaints or more. `name` is empty for officers who may read no cases."""

    name = fields.String(required=True)
    agency_id = fields.String(required=True, allow_none=True)
    independent = fields.Integer(required=True)
    complaints = fields.Integer(required=True)
    last_on = fields.Date(required=True)


class OverviewSchema(OutSchema):
    from_on = fields.Date(attribute="period.from_on", required=True)
    to_on = fields.Date(attribute="period.to_on", required=True)
    open = fields.List(fields.Nested(OpenCasesSchema), attribute="open_cases", required=True)
    clocks = fields.List(fields.Nested(ClocksDueSchema), required=True)
    inflow = fields.List(fields.Nested(InflowSchema), required=True)
    indicators = fields.List(fields.Nested(IndicatorCountSchema), required=True)
    decisions = fields.Nested(DecisionTimeSchema, attribute="spans", required=True)
    agencies = fields.List(fields.Nested(PatternSchema), required=True)
