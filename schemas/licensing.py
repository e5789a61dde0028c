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


class TableSeenSchema(OutSchema):
    """A table of a list's file."""

    place = fields.String(required=True, metadata={"example": "page 2"})
    heading = fields.String(required=True, metadata={"description": "Titles above it."})
    rows = fields.Integer(required=True, metadata={"description": "Rows below its header."})
    taken = fields.Integer(required=True, metadata={"description": "Rows that would be published."})
    left_out = fields.Integer(required=True, metadata={"description": "Left out on purpose, by the list's mapping."})
    rejected = fields.Integer(required=True, metadata={"description": "Rows that are not taken because of a flaw."})
    left_because = fields.String(required=True, metadata={"description": "Why it was not read; empty where it was."})


class SampleRowSchema(OutSchema):
    """A row as it was understood, to be compared with the file. What the row does not say is empty."""

    place = fields.String(required=True, metadata={"example": "line 9"})
    name = fields.String(required=True)
    key = fields.String(required=True, metadata={"description": "The agency's first identifier."})
    number = fields.String(required=True, metadata={"description": "Of the licence."})
    valid_from = fields.String(required=True)
    valid_to = fields.String(required=True)


class LicenceGroupSchema(OutSchema):
    """The licences of one kind and one status, and the first rows of them."""

    kind = fields.String(required=True)
    status = fields.String(required=True)
    licences = fields.Integer(required=True)
    samples = fields.List(
        fields.Nested(SampleRowSchema), required=True, metadata={"description": "The first five rows."}
    )


class RejectedRowSchema(OutSchema):
    """A row that is not taken: where it stands, what is wrong, what to do. `value` is null where it may be about a person."""

    line = fields.Integer(required=True, metadata={"description": "Line, row or record of the file, from 1."})
    place = fields.String(metadata={"description": "The part of the file, where rows are counted through parts."})
    part = fields.Integer(metadata={"description": "Which licence of the record, in a JSON list."})
    column = fields.String(required=True, metadata={"description": "As the file calls it."})
    value = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, metadata={"example": "unread_status"})
    what_to_do = fields.String(required=True, metadata={"description": "For the operator, in English."})
    detail = fields.String()


class ListOverviewSchema(OutSchema):
    """What an official compares with the file before it is approved."""

    tables = fields.List(
        fields.Nested(TableSeenSchema), required=True, metadata={"description": "Every table of the file."}
    )
    groups = fields.List(
        fields.Nested(LicenceGroupSchema), required=True, metadata={"description": "What would be published."}
    )
    headings = fields.List(fields.String(), required=True, metadata={"description": "The first 20, with their places."})
    losses = fields.List(fields.String(), required=True, metadata={"description": "Parts that could not be read."})
    rejects = fields.List(
        fields.Nested(RejectedRowSchema),
        required=True,
        metadata={"description": "The first 20 rows that are not taken."},
    )


class ListOnHoldSchema(OutSchema):
    """A list that was read and waits for an official."""

    list_id = fields.String(attribute="reference", required=True)
    source = fields.String(required=True, metadata={"description": "Of which official list it is a reading."})
    source_id = fields.String(required=True, metadata={"description": "The same as `source`.", "deprecated": True})
    fetched_at = Instant(required=True)
    why = fields.String(attribute="reason", required=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    overview = fields.Nested(
        ListOverviewSchema,
        required=True,
        allow_none=True,
        metadata={"description": "Null for a list that was read before overviews were kept."},
    )
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
