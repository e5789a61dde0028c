"""Transfers of a case from one unit to another, which accepts or declines it."""

from marshmallow import fields

from registry.vocabulary.cases import Priority, TransferState
from schemas.base import InSchema, OutSchema
from schemas.fields import Instant, Line, OneOf, Passage

MAX_REASON = 4000

_NOT_THE_STORY = {"description": "Read by the officers of both units: neither what was told nor by whom."}


class TransferSummarySchema(OutSchema):
    """A transfer, without its texts."""

    transfer_id = fields.String(
        attribute="transfer.reference", required=True, metadata={"description": "The transfer's reference."}
    )
    case_id = fields.String(attribute="case.reference", required=True)
    former = fields.String(attribute="transfer.former", required=True, metadata={"description": "The unit that asks."})
    unit = fields.String(attribute="transfer.party", required=True, metadata={"description": "The unit that is asked."})
    state = OneOf(tuple(TransferState), attribute="transfer.state", required=True)
    asked_by = fields.String(
        attribute="transfer.asked_by", required=True, metadata={"description": "The officer who asks, by reference."}
    )
    asked_on = fields.Date(attribute="transfer.asked_on", required=True)
    due_at = Instant(
        attribute="transfer.due_at",
        required=True,
        metadata={"description": "By when it is answered; of danger (P0) at once."},
    )
    decided_by = fields.String(attribute="transfer.decided_by", required=True, allow_none=True)
    decided_on = fields.Date(attribute="transfer.decided_on", required=True, allow_none=True)
    version = fields.Integer(
        attribute="transfer.version", required=True, metadata={"description": "For If-Match, in quotes."}
    )


class TransfersSchema(OutSchema):
    items = fields.List(fields.Nested(TransferSummarySchema), required=True)


class UnitNameSchema(OutSchema):
    unit = fields.String(attribute="reference", required=True)
    country = fields.String(required=True)
    names = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "By language."}
    )


class TransferSchema(TransferSummarySchema):
    """A transfer with all that the other unit reads before it accepts; there each reading is on record."""

    country = fields.String(attribute="case.country", required=True, allow_none=True)
    sector = fields.String(attribute="case.sector", required=True, allow_none=True)
    language = fields.String(attribute="case.language", required=True, allow_none=True)
    priority = OneOf(tuple(Priority), attribute="case.priority", required=True, allow_none=True)
    in_danger_since = Instant(
        attribute="case.in_danger_since",
        required=True,
        allow_none=True,
        metadata={"description": "Somebody is in danger, and no officer has written or referred the case since."},
    )
    has_legal_hold = fields.Boolean(attribute="case.has_legal_hold", required=True)
    reason = fields.String(required=True)
    answer = fields.String(required=True, allow_none=True, metadata={"description": "Why it was declined."})


class CaseTransfersSchema(OutSchema):
    """The transfers of a case, the latest first."""

    items = fields.List(fields.Nested(TransferSchema), required=True)
    units = fields.List(
        fields.Nested(UnitNameSchema), required=True, metadata={"description": "Those that can be asked to take it."}
    )
    lacking = fields.String(
        required=True, allow_none=True, metadata={"description": "What keeps the case here, as a code."}
    )


class TransferRequestSchema(InSchema):
    unit = Line(max_length=40, required=True)
    reason = Passage(max_length=MAX_REASON, required=True, metadata=_NOT_THE_STORY)


class TransferDeclineSchema(InSchema):
    reason = Passage(max_length=MAX_REASON, required=True, metadata=_NOT_THE_STORY)
