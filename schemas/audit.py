"""Schemas of the audit trail: who did what about whom, and whether the chain of its lines holds."""

from marshmallow import fields

from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, Flag, Line

HEAD_PATTERN = "^[0-9]{1,18}:[0-9a-f]{64}$"


class AuditFilterSchema(InSchema):
    """Which lines; without any, all of the unit's."""

    from_on = Day(metadata={"description": "The first day."})
    to_on = Day(metadata={"description": "The last day."})
    actor = Line(max_length=60, metadata={"description": "An officer's reference, or a word like `complainant`."})
    act = Line(
        max_length=60, metadata={"description": "One act, `case.read`, or all of a kind, `case`.", "example": "case"}
    )
    subject = Line(max_length=60, metadata={"description": "A reference, or the pseudonym of a purged case."})
    reads = Flag(metadata={"description": "Only openings of what is sealed."})


class AuditQuerySchema(AuditFilterSchema):
    before = Count(minimum=0, maximum=999_999_999, metadata={"description": "The `next_before` of the page before."})


class AuditLineSchema(OutSchema):
    """`subject` is null once it was purged: then the pseudonym alone holds its lines together."""

    number = fields.Integer(required=True)
    on = fields.Date(attribute="on_day", required=True)
    actor = fields.String(required=True)
    act = fields.String(required=True)
    subject = fields.String(required=True, allow_none=True)
    pseudonym = fields.String(required=True)
    detail = fields.String(required=True)


class AuditLinesSchema(OutSchema):
    items = fields.List(fields.Nested(AuditLineSchema), required=True)
    next_before = fields.Integer(required=True, allow_none=True, metadata={"description": "Null on the last page."})


class AuditHeadQuerySchema(InSchema):
    head = Line(
        max_length=90,
        pattern=HEAD_PATTERN,
        expected="must be a number of lines, a colon and 64 hexadecimal digits, as this answer gives it",
        metadata={"description": "A head that was noted before; the chain is held to it.", "pattern": HEAD_PATTERN},
    )


class AuditVerificationSchema(OutSchema):
    holds = fields.Boolean(required=True)
    lines = fields.Integer(required=True)
    head = fields.String(
        required=True, metadata={"description": "Note it where no operator of the registry can write."}
    )
    troubles = fields.List(
        fields.String(), required=True, metadata={"description": "What does not follow, in English."}
    )
