"""The file of receipts that an organisation keeps."""

from marshmallow import fields

from registry.vocabulary.organisations import JobKind
from registry.vocabulary.register import Answer
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.credentials import ReceiptCheckSchema
from schemas.fields import Count, Day, Flag, Line, Word
from schemas.open_data import TimestampSchema
from schemas.parameters import PageQuerySchema

ANSWERS = tuple(Answer)


class ArchivedReceiptsQuerySchema(InSchema):
    agency_id = Line("Those about this agency alone.", max_length=14)
    verdict = Word(Answer)
    from_on = Day("Issued on this day or later, in UTC.")
    to_on = Day("Issued on this day or earlier, in UTC.")
    text = Line(
        "Those whose question holds this: a number or a name, or a part of one.", max_length=200, example="INV/2001"
    )


class ArchivedReceiptsPageSchema(PageQuerySchema, ArchivedReceiptsQuerySchema):
    """Which receipts, a page at a time."""


class StampSchema(OutSchema):
    """A time stamp of a batch of receipts and lists. Saved as a file, `registry-client verify-offline --timestamp` reads it."""

    v = out.integer("Version of the format: 1.")
    head = out.string("What was stamped, in three lines: a name, the count, the root in base64.")
    index = out.integer("Its place in the batch, from 0.")
    path = out.strings("Hashes from there to the root, in the order of RFC 6962, base64.")
    timestamps = out.list_of(TimestampSchema, "One of each authority that was asked.")


_STAMP = "What authorities of others say of when it existed; null: none was asked, or none has answered yet."


class ArchivedReceiptSchema(OutSchema):
    """A signed answer as it was given. `receipt` verifies off line, with `registry-client verify-offline`."""

    receipt_id = out.string()
    issued_at = out.instant()
    agency_id = out.string("Whom it was about, where that was one alone.", allow_none=True)
    verdict = out.one_of(ANSWERS)
    question = out.dict_of(fields.String())
    retained_until = out.date("It is deleted after this day.")
    receipt = out.string()
    stamp = out.nested(StampSchema, _STAMP, allow_none=True)


class ChangedReceiptSchema(OutSchema):
    """What was answered then, and what the same question gets now. `changed` names the parts that differ."""

    receipt_id = out.string(attribute="reference")
    agency_id = out.string(attribute="agency", allow_none=True)
    issued_at = out.instant()
    then = out.one_of(ANSWERS, attribute="verdict")
    today = out.one_of(ANSWERS, allow_none=True)
    log_size = out.integer("How far the log reached when it was issued.", allow_none=True)
    changed = out.strings()


class ReceiptExportSchema(ArchivedReceiptsQuerySchema):
    form = Word(
        ("jsonl", "csv", "zip"),
        "Lines of JSON, a table for spreadsheets, or an archive with a file for each receipt and the table.",
        required=True,
    )


class ReceiptSettingsSchema(OutSchema):
    days = out.integer("For how many days what is kept today is kept.")
    is_archiving = out.boolean("Whether what the organisation's keys ask is kept without each question saying so.")


class ReceiptSettingsChangeSchema(InSchema):
    days = Count(minimum=1, maximum=3660, required=True)
    is_archiving = Flag("As it was where it is absent. A key may have its own choice.")


class ArchivedListSchema(OutSchema):
    """Many answers under one signature. `registry-client verify-offline` checks both off line."""

    list_id = out.string(attribute="reference")
    is_job = out.boolean("Whether it was a job, which has the same reference and goes with it.")
    kind = out.one_of(JobKind)
    filename = out.string("What the file was called; null: there was none.", allow_none=True)
    issued_at = out.instant()
    counts = out.dict_of(fields.Integer())
    retained_until = out.date("It is deleted after this day.", attribute="ends_on")
    manifest = out.string()
    stamp = out.nested(StampSchema, _STAMP, allow_none=True)


class ArchivedListsPageSchema(InSchema):
    text = Line(
        "Those whose file was called so, or in part, or that have this reference.", max_length=200, example="suppliers"
    )
    from_on = Day("Answered on this day or later, in UTC.")
    to_on = Day("Answered on this day or earlier, in UTC.")
    limit = Count("At most so many; 50 where it is absent.", minimum=1, maximum=100)
    cursor = Line("`next_cursor` of the page before.", max_length=200)


class ListChangesPageSchema(InSchema):
    limit = Count("Ask so many rows anew; 1000 where it is absent.", minimum=1, maximum=1000)
    cursor = Line("`next_cursor` of the page before.", max_length=200)


class ChangedRowSchema(OutSchema):
    """A row of an archived list that has another answer now. `changed` names the parts that differ."""

    n = out.integer("Its place in the list, from 0.")
    key = out.string(allow_none=True)
    then = out.string("The answer of then; null: refused.", allow_none=True)
    today = out.string(allow_none=True)
    changed = out.strings()


class ArchivedReceiptCheckSchema(ReceiptCheckSchema):
    """An archived receipt, checked, and the answer to the same question now."""


ArchivedReceiptsSchema = out.page_schema("ArchivedReceipts", ArchivedReceiptSchema)
ArchivedListsSchema = out.page_schema("ArchivedLists", ArchivedListSchema)
ChangedReceiptsSchema = out.page_schema(
    "ChangedReceipts", ChangedReceiptSchema, asked=out.integer("How many receipts of this page were asked anew.")
)
ListChangesSchema = out.page_schema(
    "ListChanges", ChangedRowSchema, asked=out.integer("How many rows of this page were asked anew.")
)
