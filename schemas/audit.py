"""Schemas of the audit trail: who did what about whom, and whether the chain of its lines holds."""

from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, Flag, Line

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
