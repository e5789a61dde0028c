"""What supervisors and auditors read of a unit: how its cases stand, its audit trail; open numbers about complaints."""

from registry.vocabulary.cases import CaseState, ClockKind, Dimension, Indicator, Priority
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, Flag, Line, Word

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


HEAD_PATTERN = "^[0-9]{1,18}:[0-9a-f]{64}$"


class AuditFilterSchema(InSchema):
    """Which lines; without any, all of the unit's."""

    from_on = Day("The first day.")
    to_on = Day("The last day.")
    actor = Line("An officer's reference, or a word like `complainant`.", max_length=60)
    act = Line("One act, `case.read`, or all of a kind, `case`.", max_length=60, example="case")
    subject = Line("A reference, or the pseudonym of a purged case.", max_length=60)
    reads = Flag("Only openings of what is sealed.")


class AuditQuerySchema(AuditFilterSchema):
    before = Count("The `next_before` of the page before.", minimum=0, maximum=999_999_999)


class AuditLineSchema(OutSchema):
    """`subject` is null once it was purged: then the pseudonym alone holds its lines together."""

    number = out.integer()
    on = out.date(attribute="on_day")
    actor = out.string()
    act = out.string()
    subject = out.string(allow_none=True)
    pseudonym = out.string()
    detail = out.string()


class AuditLinesSchema(OutSchema):
    items = out.list_of(AuditLineSchema)
    next_before = out.integer("Null on the last page.", allow_none=True)


class AuditHeadQuerySchema(InSchema):
    head = Line(
        "A head that was noted before; the chain is held to it.",
        max_length=90,
        pattern=HEAD_PATTERN,
        expected="must be a number of lines, a colon and 64 hexadecimal digits, as this answer gives it",
        metadata={"pattern": HEAD_PATTERN},
    )


class AuditVerificationSchema(OutSchema):
    holds = out.boolean()
    lines = out.integer()
    head = out.string("Note it where no operator of the registry can write.")
    troubles = out.strings("What does not follow, in English.")


class StatisticsQuerySchema(InSchema):
    quarter = Line(
        "One quarter alone.",
        max_length=10,
        tidy=str.upper,
        pattern="^[0-9]{4}-Q[1-4]$",
        expected="must be a quarter, for example 2026-Q3",
        example="2026-Q3",
        metadata={"pattern": "^[0-9]{4}-[Qq][1-4]$"},
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


StatisticsSchema = out.list_schema("Statistics", ReleaseSchema, "The newest first.")
