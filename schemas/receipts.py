"""The file of receipts that an organisation keeps."""

from marshmallow import fields

from registry.vocabulary.organisations import JobKind
from registry.vocabulary.register import Answer
from schemas.base import InSchema, OutSchema
from schemas.credentials import ReceiptCheckSchema
from schemas.fields import Count, Day, Flag, Instant, Line, OneOf, Word
from schemas.open_data import TimestampSchema

ANSWERS = tuple(Answer)


class ArchivedReceiptsQuerySchema(InSchema):
    agency_id = Line(max_length=14, metadata={"description": "Those about this agency alone."})
    verdict = Word(Answer)
    from_on = Day(metadata={"description": "Issued on this day or later, in UTC."})
    to_on = Day(metadata={"description": "Issued on this day or earlier, in UTC."})
    text = Line(
        max_length=200,
        metadata={
            "description": "Those whose question holds this: a number or a name, or a part of one.",
            "example": "INV/2001",
        },
    )


class ArchivedReceiptsPageSchema(ArchivedReceiptsQuerySchema):
    limit = Count(minimum=1, maximum=100, metadata={"description": "At most so many; 50 where it is absent."})
    cursor = Line(max_length=200, metadata={"description": "`next_cursor` of the page before."})


class StampSchema(OutSchema):
    """A time stamp of a batch of receipts and lists. Saved as a file, `registry-client verify-offline --timestamp` reads it."""

    v = fields.Integer(required=True, metadata={"description": "Version of the format: 1."})
    head = fields.String(
        required=True,
        metadata={"description": "What was stamped, in three lines: a name, the count, the root in base64."},
    )
    index = fields.Integer(required=True, metadata={"description": "Its place in the batch, from 0."})
    path = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Hashes from there to the root, in the order of RFC 6962, base64."},
    )
    timestamps = fields.List(
        fields.Nested(TimestampSchema), required=True, metadata={"description": "One of each authority that was asked."}
    )


_STAMP = "What authorities of others say of when it existed; null: none was asked, or none has answered yet."


class ArchivedReceiptSchema(OutSchema):
    """A signed answer as it was given. `receipt` verifies off line, with `registry-client verify-offline`."""

    receipt_id = fields.String(required=True)
    issued_at = Instant(required=True)
    agency_id = fields.String(
        required=True, allow_none=True, metadata={"description": "Whom it was about, where that was one alone."}
    )
    verdict = OneOf(ANSWERS, required=True)
    question = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    retained_until = fields.Date(required=True, metadata={"description": "It is deleted after this day."})
    receipt = fields.String(required=True)
    stamp = fields.Nested(StampSchema, required=True, allow_none=True, metadata={"description": _STAMP})


class ArchivedReceiptsSchema(OutSchema):
    items = fields.List(fields.Nested(ArchivedReceiptSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ChangedReceiptSchema(OutSchema):
    """What was answered then, and what the same question gets now. `changed` names the parts that differ."""

    receipt_id = fields.String(attribute="reference", required=True)
    agency_id = fields.String(attribute="agency", required=True, allow_none=True)
    issued_at = Instant(required=True)
    then = OneOf(ANSWERS, attribute="verdict", required=True)
    today = OneOf(ANSWERS, required=True, allow_none=True)
    log_size = fields.Integer(
        required=True, allow_none=True, metadata={"description": "How far the log reached when it was issued."}
    )
    changed = fields.List(fields.String(), required=True)


class ChangedReceiptsSchema(OutSchema):
    items = fields.List(fields.Nested(ChangedReceiptSchema), required=True)
    asked = fields.Integer(required=True, metadata={"description": "How many receipts of this page were asked anew."})
    next_cursor = fields.String(required=True, allow_none=True)


class ReceiptExportSchema(ArchivedReceiptsQuerySchema):
    form = Word(
        ("jsonl", "csv", "zip"),
        required=True,
        metadata={
            "description": "Lines of JSON, a table for spreadsheets, or an archive with a file for each receipt and the table."
        },
    )


class ReceiptSettingsSchema(OutSchema):
    days = fields.Integer(required=True, metadata={"description": "For how many days what is kept today is kept."})
    is_archiving = fields.Boolean(
        required=True,
        metadata={"description": "Whether what the organisation's keys ask is kept without each question saying so."},
    )


class ReceiptSettingsChangeSchema(InSchema):
    days = Count(minimum=1, maximum=3660, required=True)
    is_archiving = Flag(metadata={"description": "As it was where it is absent. A key may have its own choice."})


class ArchivedListSchema(OutSchema):
    """Many answers under one signature. `registry-client verify-offline` checks both off line."""

    list_id = fields.String(attribute="reference", required=True)
    is_job = fields.Boolean(
        required=True, metadata={"description": "Whether it was a job, which has the same reference and goes with it."}
    )
    kind = OneOf(JobKind, required=True)
    filename = fields.String(
        required=True, allow_none=True, metadata={"description": "What the file was called; null: there was none."}
    )
    issued_at = Instant(required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    retained_until = fields.Date(
        attribute="ends_on", required=True, metadata={"description": "It is deleted after this day."}
    )
    manifest = fields.String(required=True)
    stamp = fields.Nested(StampSchema, required=True, allow_none=True, metadata={"description": _STAMP})


class ArchivedListsSchema(OutSchema):
    items = fields.List(fields.Nested(ArchivedListSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ArchivedListsPageSchema(InSchema):
    text = Line(
        max_length=200,
        metadata={
            "description": "Those whose file was called so, or in part, or that have this reference.",
            "example": "suppliers",
        },
    )
    from_on = Day(metadata={"description": "Answered on this day or later, in UTC."})
    to_on = Day(metadata={"description": "Answered on this day or earlier, in UTC."})
    limit = Count(minimum=1, maximum=100, metadata={"description": "At most so many; 50 where it is absent."})
    cursor = Line(max_length=200, metadata={"description": "`next_cursor` of the page before."})


class ListChangesPageSchema(InSchema):
    limit = Count(minimum=1, maximum=1000, metadata={"description": "Ask so many rows anew; 1000 where it is absent."})
    cursor = Line(max_length=200, metadata={"description": "`next_cursor` of the page before."})


class ChangedRowSchema(OutSchema):
    """A row of an archived list that has another answer now. `changed` names the parts that differ."""

    n = fields.Integer(required=True, metadata={"description": "Its place in the list, from 0."})
    key = fields.String(required=True, allow_none=True)
    then = fields.String(required=True, allow_none=True, metadata={"description": "The answer of then; null: refused."})
    today = fields.String(required=True, allow_none=True)
    changed = fields.List(fields.String(), required=True)


class ListChangesSchema(OutSchema):
    items = fields.List(fields.Nested(ChangedRowSchema), required=True)
    asked = fields.Integer(required=True, metadata={"description": "How many rows of this page were asked anew."})
    next_cursor = fields.String(required=True, allow_none=True)


class ArchivedReceiptCheckSchema(ReceiptCheckSchema):
    """An archived receipt, checked, and the answer to the same question now."""
