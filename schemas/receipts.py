"""The file of receipts that an organisation keeps."""

from marshmallow import fields

from registry.terms import Answer
from schemas.base import InSchema, OutSchema
from schemas.credentials import ReceiptCheckSchema
from schemas.fields import Count, Day, Instant, Line, OneOf, Word

ANSWERS = tuple(Answer)


class KeptReceiptsQuerySchema(InSchema):
    agency_id = Line(most=14, metadata={"description": "Those about this agency alone."})
    verdict = Word(Answer)
    from_on = Day(metadata={"description": "Issued on this day or later, in UTC."})
    to_on = Day(metadata={"description": "Issued on this day or earlier, in UTC."})
    text = Line(
        most=200,
        metadata={
            "description": "Those whose question holds this: a number or a name, or a part of one.",
            "example": "INV/2001",
        },
    )


class KeptReceiptsPageSchema(KeptReceiptsQuerySchema):
    limit = Count(least=1, most=100, metadata={"description": "At most so many; 50 where it is absent."})
    cursor = Line(most=200, metadata={"description": "`next_cursor` of the page before."})


class KeptReceiptSchema(OutSchema):
    """A signed answer as it was given. `receipt` verifies off line, with `registry-client verify-offline`."""

    receipt_id = fields.String(required=True)
    issued_at = Instant(required=True)
    agency_id = fields.String(
        required=True, allow_none=True, metadata={"description": "Whom it was about, where that was one alone."}
    )
    verdict = OneOf(ANSWERS, required=True)
    question = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    ends_on = fields.Date(required=True, metadata={"description": "It is deleted after this day."})
    receipt = fields.String(required=True)


class KeptReceiptsSchema(OutSchema):
    items = fields.List(fields.Nested(KeptReceiptSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ChangedReceiptSchema(OutSchema):
    """What was answered then, and what the same question gets now. `changed` names the parts that differ."""

    receipt_id = fields.String(required=True)
    agency_id = fields.String(required=True, allow_none=True)
    issued_at = Instant(required=True)
    then = OneOf(ANSWERS, required=True)
    today = OneOf(ANSWERS, required=True, allow_none=True)
    log_size = fields.Integer(
        required=True, allow_none=True, metadata={"description": "How far the log reached when it was issued."}
    )
    changed = fields.List(fields.String(), required=True)


class ChangedReceiptsSchema(OutSchema):
    items = fields.List(fields.Nested(ChangedReceiptSchema), required=True)
    asked = fields.Integer(required=True, metadata={"description": "How many receipts of this page were asked anew."})
    next_cursor = fields.String(required=True, allow_none=True)


class ReceiptExportSchema(KeptReceiptsQuerySchema):
    form = Word(
        ("jsonl", "csv", "zip"),
        required=True,
        metadata={
            "description": "Lines of JSON, a table for spreadsheets, or an archive with a file for each receipt and the table."
        },
    )


class ReceiptSettingsSchema(OutSchema):
    days = fields.Integer(required=True, metadata={"description": "For how many days what is kept today is kept."})


class ReceiptSettingsChangeSchema(InSchema):
    days = Count(least=1, most=3660, required=True)


class KeptReceiptCheckSchema(ReceiptCheckSchema):
    """A kept receipt, checked, and the same asked again."""
