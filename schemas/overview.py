"""How a unit's cases stand."""

from registry.vocabulary.cases import CaseState, ClockKind, Indicator, Priority
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Day, Word

_TABLES = ("open", "clocks", "inflow", "indicators", "decisions", "agencies")
_AGES = ("week", "month", "quarter", "older")


class OverviewQuerySchema(InSchema):
    """A period of two years at most; without it the last twelve weeks."""

    from_on = Day("The first day.")
    to_on = Day("The last day.")


class OverviewTableQuerySchema(OverviewQuerySchema):
    table = Word(_TABLES, "Which of the tables.", required=True, example="open")


class OpenCasesSchema(OutSchema):
    state = out.one_of(tuple(CaseState))
    priority = out.one_of(tuple(Priority), allow_none=True)
    age = out.one_of(_AGES, "Up to 7, 30 or 90 days since it was filed, or more.")
    cases = out.integer()


class ClocksDueSchema(OutSchema):
    clock = out.one_of(tuple(ClockKind), attribute="kind")
    kept = out.integer()
    missed = out.integer("Met too late.")
    late = out.integer("Over and not met yet.")
    running = out.integer("Due later in the period, or paused.")


class InflowSchema(OutSchema):
    week = out.date("Its Monday.")
    sector = out.string(allow_none=True)
    country = out.string(allow_none=True)
    complaints = out.integer()


class IndicatorCountSchema(OutSchema):
    indicator = out.one_of(tuple(Indicator))
    complaints = out.integer()


class DecisionTimeSchema(OutSchema):
    """Days from filing to the first decision, by nearest rank; null without any decision."""

    decisions = out.integer(attribute="decided")
    median = out.integer(allow_none=True)
    p90 = out.integer(allow_none=True)


class PatternSchema(OutSchema):
    """An agency with three independent complaints or more. `name` is empty for officers who may read no cases."""

    name = out.string()
    agency_id = out.string(allow_none=True)
    independent = out.integer()
    complaints = out.integer()
    last_on = out.date()


class OverviewSchema(OutSchema):
    from_on = out.date(attribute="period.from_on")
    to_on = out.date(attribute="period.to_on")
    open = out.list_of(OpenCasesSchema, attribute="open_cases")
    clocks = out.list_of(ClocksDueSchema)
    inflow = out.list_of(InflowSchema)
    indicators = out.list_of(IndicatorCountSchema)
    decisions = out.nested(DecisionTimeSchema, attribute="spans")
    agencies = out.list_of(PatternSchema)
