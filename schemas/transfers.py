"""Transfers of a case from one unit to another, which accepts or declines it."""

from marshmallow import fields

from registry.vocabulary.cases import Priority, TransferState
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Line, Passage

MAX_REASON = 4000

_NOT_THE_STORY = "Read by the officers of both units: neither what was told nor by whom."


class TransferSummarySchema(OutSchema):
    """A transfer, without its texts."""

    transfer_id = out.string("The transfer's reference.", attribute="transfer.reference")
    case_id = out.string(attribute="case.reference")
    former = out.string("The unit that asks.", attribute="transfer.former")
    unit = out.string("The unit that is asked.", attribute="transfer.party")
    state = out.one_of(tuple(TransferState), attribute="transfer.state")
    asked_by = out.string("The officer who asks, by reference.", attribute="transfer.asked_by")
    asked_on = out.date(attribute="transfer.asked_on")
    due_at = out.instant("By when it is answered; of danger (P0) at once.", attribute="transfer.due_at")
    decided_by = out.string(attribute="transfer.decided_by", allow_none=True)
    decided_on = out.date(attribute="transfer.decided_on", allow_none=True)
    version = out.integer("For If-Match, in quotes.", attribute="transfer.version")


class TransfersSchema(OutSchema):
    items = out.list_of(TransferSummarySchema)


class UnitNameSchema(OutSchema):
    unit = out.string(attribute="reference")
    country = out.string()
    names = out.dict_of(fields.String(), "By language.")


class TransferSchema(TransferSummarySchema):
    """A transfer with all that the other unit reads before it accepts; there each reading is on record."""

    country = out.string(attribute="case.country", allow_none=True)
    sector = out.string(attribute="case.sector", allow_none=True)
    language = out.string(attribute="case.language", allow_none=True)
    priority = out.one_of(tuple(Priority), attribute="case.priority", allow_none=True)
    in_danger_since = out.instant(
        "Somebody is in danger, and no officer has written or referred the case since.",
        attribute="case.in_danger_since",
        allow_none=True,
    )
    has_legal_hold = out.boolean(attribute="case.has_legal_hold")
    reason = out.string()
    answer = out.string("Why it was declined.", allow_none=True)


class CaseTransfersSchema(OutSchema):
    """The transfers of a case, the latest first."""

    items = out.list_of(TransferSchema)
    units = out.list_of(UnitNameSchema, "Those that can be asked to take it.")
    lacking = out.string("What keeps the case here, as a code.", allow_none=True)


class TransferRequestSchema(InSchema):
    unit = Line(max_length=40, required=True)
    reason = Passage(_NOT_THE_STORY, max_length=MAX_REASON, required=True)


class TransferDeclineSchema(InSchema):
    reason = Passage(_NOT_THE_STORY, max_length=MAX_REASON, required=True)
