"""The licensing desk: acts on licences, deposits, and lists that are held."""

from marshmallow import fields

from registry.vocabulary.fees import DepositUse
from registry.vocabulary.licensing import DepositLineKind, LicenceAct, ProposalState
from schemas.base import InSchema, OutSchema
from schemas.fields import Day, Instant, JsonObject, Line, OneOf, Word

_OFFICER = {"description": "An officer's id."}
_VERSION = {"description": "For If-Match, in quotes."}
_STATED = {
    "description": "What the act states beside ground and day (fields: docs/officers/licensing.md). A term that is "
    "left out stays as it is; null says that it is not stated any more."
}


class LicenceProposalSchema(OutSchema):
    """An act on a licence, agreement or intermediary. One that needs no second person is applied at once."""

    proposal_id = fields.String(attribute="reference", required=True)
    act = OneOf(LicenceAct, required=True)
    subject = fields.String(required=True, metadata={"description": "The licence, agreement or agency it is about."})
    agency_id = fields.String(required=True, allow_none=True)
    stated = fields.Dict(attribute="details", required=True, metadata=_STATED)
    legal_ground = fields.String(required=True)
    effective_on = fields.Date(required=True)
    has_second = fields.Boolean(required=True, metadata={"description": "Whether another officer has to approve it."})
    state = OneOf(ProposalState, required=True)
    proposed_by = fields.String(required=True, metadata=_OFFICER)
    proposed_at = Instant(required=True)
    decided_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    decided_at = Instant(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class LicenceProposalsSchema(OutSchema):
    items = fields.List(fields.Nested(LicenceProposalSchema), required=True)


class LicenceActSubmissionSchema(InSchema):
    act = Word(LicenceAct, required=True)
    about = Line(
        max_length=40,
        metadata={
            "description": "A licence's reference; an agency's for agreements and intermediaries; absent for `apply`."
        },
    )
    legal_ground = Line(max_length=400, required=True)
    effective_on = Day(required=True)
    stated = JsonObject(max_length=30, load_default=dict, metadata=_STATED)


class RefusalReasonSchema(InSchema):
    reason = Line(max_length=1000, required=True)


class DepositLineSchema(OutSchema):
    """A movement of a deposit. Lines are never changed; only applied ones count."""

    line_id = fields.String(attribute="reference", required=True)
    kind = OneOf(DepositLineKind, required=True)
    amount = fields.String(required=True, metadata={"description": "Decimal text, never negative."})
    currency = fields.String(required=True)
    use = OneOf(DepositUse, attribute="deposit_use", required=True, allow_none=True)
    reverses = fields.String(required=True, allow_none=True, metadata={"description": "The line that is taken back."})
    note = fields.String(required=True)
    happened_on = fields.Date(required=True)
    state = OneOf(ProposalState, required=True)
    recorded_by = fields.String(required=True, metadata=_OFFICER)
    decided_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    version = fields.Integer(required=True, metadata=_VERSION)


class DepositLedgerSchema(OutSchema):
    """An agency's ledger and what it comes to."""

    agency_id = fields.String(required=True)
    currency = fields.String(required=True, allow_none=True)
    balance = fields.String(required=True)
    required_ = fields.String(
        data_key="required", required=True, allow_none=True, metadata={"description": "Null: no requirement is known."}
    )
    shortfall = fields.String(required=True)
    top_up_by = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "Monday to Friday are counted; public holidays in China are not known."},
    )
    lines = fields.List(fields.Nested(DepositLineSchema), required=True)


class DepositEntrySchema(InSchema):
    kind = Word(DepositLineKind, required=True)
    amount = Line(max_length=24, metadata={"description": "Left out of a reversal."})
    currency = Line(max_length=3, metadata={"description": "Left out of a reversal."})
    use = Word(DepositUse, metadata={"description": "Of a draw."})
    reverses = Line(max_length=40, metadata={"description": "Of a reversal: the line that is taken back."})
    held_as = Word(("cash", "bank_guarantee"), metadata={"description": "Of what is paid in."})
    held_by = Line(max_length=200)
    note = Line(max_length=400, required=True)
    happened_on = Day(required=True)


class ListOnHoldSchema(OutSchema):
    """A list that was read and waits for an official."""

    list_id = fields.String(attribute="reference", required=True)
    source = fields.String(required=True, metadata={"description": "Of which official list it is a reading."})
    source_id = fields.String(required=True, metadata={"description": "The same as `source`.", "deprecated": True})
    fetched_at = Instant(required=True)
    why = fields.String(attribute="reason", required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    ordered_by = fields.String(required=True, allow_none=True, metadata={"description": "Who had it applied."})
    trouble = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "Why it could not be applied when it was approved last; it waits for a decision again."
        },
    )


class ListsOnHoldSchema(OutSchema):
    items = fields.List(fields.Nested(ListOnHoldSchema), required=True)
