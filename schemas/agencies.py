"""The public record of an agency as it goes out: schemas of its Structs (registry.vocabulary.record)."""

from marshmallow import fields

from registry.vocabulary import record
from registry.vocabulary.licensing import EntryType
from schemas import out
from schemas.base import OutSchema
from schemas.struct_schema import schema_of

LicenceAnswerSchema = schema_of(record.LicenceAnswer)
AgencySummarySchema = schema_of(record.AgencySummary)
AgencyHitSchema = schema_of(record.AgencyHit)
AgencySchema = schema_of(record.AgencyShown)


class LicencesSchema(OutSchema):
    items = out.list_of(LicenceAnswerSchema)


class HistoryItemSchema(OutSchema):
    """One entry of the log: what the registry began to say at `at`."""

    index = out.integer("Place in the log.")
    at = out.instant()
    type = out.one_of(EntryType)
    key = out.string("What it is about, for example `licence/2K7MPXW4NQ9T`.")
    record = fields.Dict(
        required=True,
        metadata={
            "description": "The whole record of that thing as it was said then, as far as it may be shown today."
        },
    )


class HistorySchema(OutSchema):
    items = out.list_of(HistoryItemSchema)
    next_cursor = out.string(allow_none=True)
    total = out.integer()
