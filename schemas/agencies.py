"""The public record of an agency as it goes out: schemas of its Structs (registry.vocabulary.record)."""

from marshmallow import fields

from registry.vocabulary import record
from registry.vocabulary.licensing import EntryType
from schemas.base import OutSchema
from schemas.fields import Instant, OneOf
from schemas.struct_schema import schema_of

LicenceAnswerSchema = schema_of(record.LicenceAnswer)
AgencySummarySchema = schema_of(record.AgencySummary)
AgencyHitSchema = schema_of(record.AgencyHit)
AgencySchema = schema_of(record.AgencyShown)


class LicencesSchema(OutSchema):
    items = fields.List(fields.Nested(LicenceAnswerSchema), required=True)


class HistoryItemSchema(OutSchema):
    """One entry of the log: what the registry began to say at `at`."""

    index = fields.Integer(required=True, metadata={"description": "Place in the log."})
    at = Instant(required=True)
    type = OneOf(EntryType, required=True)
    key = fields.String(
        required=True, metadata={"description": "What it is about, for example `licence/2K7MPXW4NQ9T`."}
    )
    record = fields.Dict(
        required=True,
        metadata={
            "description": "The whole record of that thing as it was said then, as far as it may be shown today."
        },
    )


class HistorySchema(OutSchema):
    items = fields.List(fields.Nested(HistoryItemSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    total = fields.Integer(required=True)
