"""The licensing desk: acts on licences and what they would change of the public record, deposits, and lists that are held."""

from marshmallow import fields

from registry.vocabulary.fees import DepositUse
from registry.vocabulary.register import Answer, LicenceStatus
from registry.vocabulary.supervision import DepositLineKind, LicenceAct, ProposalState
from schemas import out
from schemas.agencies import AgencySchema, AgencySummarySchema
from schemas.base import InSchema, OutSchema
from schemas.fields import Day, JsonObject, Line, Word

_STATED = (
    "What the act states beside ground and day (fields: docs/officers/licensing.md). A term that is "
    "left out stays as it is; null says that it is not stated any more."
)


class LicenceProposalSchema(OutSchema):
    """An act on a licence, agreement or intermediary. One that needs no second person is applied at once."""

    proposal_id = out.string(attribute="reference")
    act = out.one_of(LicenceAct)
    subject = out.string("The licence, agreement or agency it is about.")
    agency_id = out.string(allow_none=True)
    stated = fields.Dict(attribute="details", required=True, metadata={"description": _STATED})
    legal_ground = out.string()
    effective_on = out.date()
    has_second = out.boolean("Whether another officer has to approve it.")
    state = out.one_of(ProposalState)
    proposed_by = out.string(out.OFFICER)
    proposed_at = out.instant()
    decided_by = out.string(out.OFFICER, allow_none=True)
    decided_at = out.instant(allow_none=True)
    reason = out.string(allow_none=True)
    version = out.integer(out.IF_MATCH)


class LicenceActSubmissionSchema(InSchema):
    act = Word(LicenceAct, required=True)
    about = Line(
        "A licence's reference; an agency's for agreements and intermediaries; absent for `apply`.", max_length=40
    )
    legal_ground = Line(max_length=400, required=True)
    effective_on = Day(required=True)
    stated = JsonObject(_STATED, max_length=30, load_default=dict)


class RefusalReasonSchema(InSchema):
    reason = Line(max_length=1000, required=True)


class DepositLineSchema(OutSchema):
    """A movement of a deposit. Lines are never changed; only applied ones count."""

    line_id = out.string(attribute="reference")
    kind = out.one_of(DepositLineKind)
    amount = out.string("Decimal text, never negative.")
    currency = out.string()
    use = out.one_of(DepositUse, attribute="deposit_use", allow_none=True)
    reverses = out.string("The line that is taken back.", allow_none=True)
    note = out.string()
    happened_on = out.date()
    state = out.one_of(ProposalState)
    recorded_by = out.string(out.OFFICER)
    decided_by = out.string(out.OFFICER, allow_none=True)
    version = out.integer(out.IF_MATCH)


class DepositLedgerSchema(OutSchema):
    """An agency's ledger and what it comes to."""

    agency_id = out.string()
    currency = out.string(allow_none=True)
    balance = out.string()
    required_ = out.string("Null: no requirement is known.", data_key="required", allow_none=True)
    shortfall = out.string()
    top_up_by = out.date("Monday to Friday are counted; public holidays in China are not known.", allow_none=True)
    lines = out.list_of(DepositLineSchema)


class DepositEntrySchema(InSchema):
    kind = Word(DepositLineKind, required=True)
    amount = Line("Left out of a reversal.", max_length=24)
    currency = Line("Left out of a reversal.", max_length=3)
    use = Word(DepositUse, "Of a draw.")
    reverses = Line("Of a reversal: the line that is taken back.", max_length=40)
    held_as = Word(("cash", "bank_guarantee"), "Of what is paid in.")
    held_by = Line(max_length=200)
    note = Line(max_length=400, required=True)
    happened_on = Day(required=True)


class TableSeenSchema(OutSchema):
    """A table of a list's file."""

    place = out.string(example="page 2")
    heading = out.string("Titles above it.")
    rows = out.integer("Rows below its header.")
    taken = out.integer("Rows that would be published.")
    left_out = out.integer("Left out on purpose, by the list's mapping.")
    rejected = out.integer("Rows that are not taken because of a flaw.")
    left_because = out.string("Why it was not read; empty where it was.")


class SampleRowSchema(OutSchema):
    """A row as it was understood, to be compared with the file. What the row does not say is empty."""

    place = out.string(example="line 9")
    name = out.string()
    key = out.string("The agency's first identifier.")
    number = out.string("Of the licence.")
    valid_from = out.string()
    valid_to = out.string()


class LicenceGroupSchema(OutSchema):
    """The licences of one kind and one status, and the first rows of them."""

    kind = out.string()
    status = out.string()
    licences = out.integer()
    samples = out.list_of(SampleRowSchema, "The first five rows.")


class RejectedRowSchema(OutSchema):
    """A row that is not taken: where it stands, what is wrong, what to do. `value` is null where it may be about a person."""

    line = out.integer("Line, row or record of the file, from 1.")
    place = out.string("The part of the file, where rows are counted through parts.", required=False)
    part = out.integer("Which licence of the record, in a JSON list.", required=False)
    column = out.string("As the file calls it.")
    value = out.string(allow_none=True)
    reason = out.string(example="unread_status")
    what_to_do = out.string("For the operator, in English.")
    detail = out.string(required=False)


class ListOverviewSchema(OutSchema):
    """What an official compares with the file before it is approved."""

    tables = out.list_of(TableSeenSchema, "Every table of the file.")
    groups = out.list_of(LicenceGroupSchema, "What would be published.")
    headings = out.strings("The first 20, with their places.")
    losses = out.strings("Parts that could not be read.")
    rejects = out.list_of(RejectedRowSchema, "The first 20 rows that are not taken.")


class ListOnHoldSchema(OutSchema):
    """A list that was read and waits for an official."""

    list_id = out.string(attribute="reference")
    source = out.string("Of which official list it is a reading.")
    source_id = out.string("The same as `source`.", metadata={"deprecated": True})
    fetched_at = out.instant()
    why = out.string(attribute="reason")
    counts = out.dict_of(fields.Integer())
    overview = out.nested(
        ListOverviewSchema, "Null for a list that was read before overviews were kept.", allow_none=True
    )
    ordered_by = out.string("Who had it applied.", allow_none=True)
    trouble = out.string(
        "Why it could not be applied when it was approved last; it waits for a decision again.", allow_none=True
    )


class PreviewedLicenceSchema(OutSchema):
    """How the licence stands on the day on which the act takes effect, without it and with it."""

    licence_id = out.string("Null: it gets its reference with the application.", allow_none=True)
    status_before = out.one_of(LicenceStatus, allow_none=True)
    status_after = out.one_of(LicenceStatus, allow_none=True)
    may_recruit_before = out.one_of(Answer)
    may_recruit_after = out.one_of(Answer)


class ToldSchema(OutSchema):
    """Who is told besides everybody who asks the register: the agency, at the addresses it has registered."""

    addresses = out.strings()
    is_by_hand = out.boolean("It has registered none: tell it by a way that is known already.")


class ResemblingSchema(OutSchema):
    agency = out.nested(AgencySummarySchema)
    signs = out.strings("What they have in common, as codes: `near_name`.")
    evidence = out.strings("A line for each sign, in English.")
    has_lost = out.boolean("It lost a licence, or has one suspended.")


class LikenessesSchema(OutSchema):
    """Agencies that an applicant resembles: those that lost a licence first."""

    items = out.list_of(ResemblingSchema)
    is_whole = out.boolean("False: some agencies' addresses and numbers were not compared yet.")


class LicencePreviewSchema(OutSchema):
    """The public record before and after an act. `licence` is null for acts on agreements and intermediaries."""

    act = out.one_of(LicenceAct)
    agency_id = out.string(allow_none=True)
    effective_on = out.date()
    has_second = out.boolean("Whether another officer has to approve it.")
    licence = out.nested(PreviewedLicenceSchema, allow_none=True)
    before = out.nested(AgencySchema, "Null: an applicant who is not known.", allow_none=True)
    after = out.nested(AgencySchema)
    told = out.nested(ToldSchema)
    likenesses = out.nested(LikenessesSchema, allow_none=True)


LicenceProposalsSchema = out.list_schema("LicenceProposals", LicenceProposalSchema)
ListsOnHoldSchema = out.list_schema("ListsOnHold", ListOnHoldSchema)
