"""Cases that are handed to others: referrals to a partner organisation, and transfers to another unit.

A referral says what of a case goes there, on which basis, and what comes back; a transfer the other unit accepts or
declines.
"""

from marshmallow import fields

from registry.vocabulary import cases
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Day, Flag, Line, Passage

MAX_NOTE = 4000
MAX_REPORT = 20_000
_MAX_CHOSEN = 40

_STATE = "From where to where it may go: docs/officers/referrals.md."


class ReferralSummarySchema(OutSchema):
    """A referral, without the content that the partner gets."""

    referral_id = out.string(attribute="reference")
    partner = out.string("The organisation's unit.", attribute="party")
    partner_kind = out.one_of(tuple(cases.PartnerKind))
    country = out.string()
    state = out.one_of(tuple(cases.ReferralState), _STATE)
    basis = out.one_of(tuple(cases.ReferralBasis), allow_none=True)
    expires_on = out.date()
    proposed_by = out.string()
    proposed_on = out.date()
    decided_by = out.string(allow_none=True)
    sent_by = out.string(allow_none=True)
    sent_on = out.date(allow_none=True)
    ended_because = out.one_of(tuple(cases.ReferralEnd), allow_none=True)
    version = out.integer(out.IF_MATCH)


class HandedAnswerSchema(OutSchema):
    by = out.one_of(tuple(cases.MailboxRole))
    question = out.string()
    value = fields.Raw(required=True, metadata={"description": "As the questionnaire has it: text, number or object."})


class HandedMessageSchema(OutSchema):
    author = out.one_of(tuple(cases.Author))
    text = out.string()


class HandedFileSchema(OutSchema):
    """A file that goes along; the partner takes its clean copy by `downloadReceivedFile`."""

    file_id = out.string(attribute="reference")
    name = out.string()
    kind = out.one_of(tuple(cases.FileKind))


class HandedSchema(OutSchema):
    """All that the partner reads, besides the worker's identity.

    It names no case, and no day on which something was written.
    """

    note = out.string()
    answers = out.list_of(HandedAnswerSchema)
    messages = out.list_of(HandedMessageSchema)
    files = out.list_of(HandedFileSchema)


class ReferralReportSchema(OutSchema):
    written_by = out.string()
    written_on = out.date()
    text = out.string()


class ReferralWaySchema(OutSchema):
    """A state to which you may take it. What a request brings along, such as a law, is asked for then."""

    to = out.one_of(tuple(cases.ReferralState))
    lacking = out.string("What is lacking, as a code; null where nothing is.", allow_none=True)


class ReferralSchema(ReferralSummarySchema):
    """A referral as the unit of its case reads it; reading it is on record."""

    case_id = out.string(attribute="case.reference")
    handed = out.nested(HandedSchema)
    is_consented = out.boolean("Whether the worker agrees today.")
    legal_basis = out.string(allow_none=True)
    reason = out.string("Why the partner declined.", allow_none=True)
    reports = out.list_of(ReferralReportSchema)
    ways = out.list_of(ReferralWaySchema)


class ReferralProposalSchema(InSchema):
    """What the partner is to read. An answer is `<mailbox>.<question>`, a message or file its id."""

    partner = Line(max_length=40, required=True)
    expires_on = Day("A year from now at most.", required=True)
    answers = fields.List(Line(max_length=_MAX_CHOSEN), load_default=list)
    messages = fields.List(Line(max_length=_MAX_CHOSEN), load_default=list)
    files = fields.List(Line(max_length=_MAX_CHOSEN), load_default=list)
    note = Passage(max_length=MAX_NOTE)
    identity_said_in = Line("The message in which the complainant asked to be named.", max_length=_MAX_CHOSEN)


class ReferralOverrideSchema(InSchema):
    legal_basis = Passage(max_length=MAX_NOTE, required=True)


class ReceivedReferralSummarySchema(OutSchema):
    """What was handed to your organisation, in its list."""

    referral_id = out.string(attribute="reference")
    state = out.one_of(("sent", "accepted", "done"))
    sent_on = out.date(allow_none=True)
    expires_on = out.date()
    unit = out.dict_of(fields.String(), "Who sent it, by language.")


class ReceivedReferralSchema(ReceivedReferralSummarySchema):
    handed = out.nested(HandedSchema)
    identity = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "Empty unless the complainant asked to be named and the custodian agreed."},
    )
    reports = out.list_of(ReferralReportSchema)
    version = out.integer(out.IF_MATCH)


class ReferralDeclineSchema(InSchema):
    reason = Passage(max_length=MAX_NOTE, required=True)


class ReferralReportInSchema(InSchema):
    text = Passage(max_length=MAX_REPORT, required=True)
    is_done = Flag("Nothing more follows.", load_default=False)


class WaitingIdentitySchema(OutSchema):
    """A referral that waits for the custodian.

    `said` is the message in which the worker asked that their name be told.
    """

    referral_id = out.string(attribute="referral.reference")
    case_id = out.string(attribute="case")
    partner = out.string(attribute="referral.party")
    said = out.string()
    version = out.integer(out.IF_MATCH, attribute="referral.version")


class IdentityDecisionSchema(InSchema):
    is_approved = Flag(required=True)


_NOT_THE_STORY = "Read by the officers of both units: neither what was told nor by whom."


class TransferSummarySchema(OutSchema):
    """A transfer, without its texts."""

    transfer_id = out.string("The transfer's reference.", attribute="transfer.reference")
    case_id = out.string(attribute="case.reference")
    former = out.string("The unit that asks.", attribute="transfer.former")
    unit = out.string("The unit that is asked.", attribute="transfer.party")
    state = out.one_of(tuple(cases.TransferState), attribute="transfer.state")
    asked_by = out.string("The officer who asks, by reference.", attribute="transfer.asked_by")
    asked_on = out.date(attribute="transfer.asked_on")
    due_at = out.instant("By when it is answered; of danger (P0) at once.", attribute="transfer.due_at")
    decided_by = out.string(attribute="transfer.decided_by", allow_none=True)
    decided_on = out.date(attribute="transfer.decided_on", allow_none=True)
    version = out.integer(out.IF_MATCH, attribute="transfer.version")


class UnitNameSchema(OutSchema):
    unit = out.string(attribute="reference")
    country = out.string()
    names = out.dict_of(fields.String(), "By language.")


class TransferSchema(TransferSummarySchema):
    """A transfer with all that the other unit reads before it accepts; there each reading is on record."""

    country = out.string(attribute="case.country", allow_none=True)
    sector = out.string(attribute="case.sector", allow_none=True)
    language = out.string(attribute="case.language", allow_none=True)
    priority = out.one_of(tuple(cases.Priority), attribute="case.priority", allow_none=True)
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
    reason = Passage(_NOT_THE_STORY, max_length=MAX_NOTE, required=True)


class TransferDeclineSchema(InSchema):
    reason = Passage(_NOT_THE_STORY, max_length=MAX_NOTE, required=True)


ReferralsSchema = out.list_schema("Referrals", ReferralSummarySchema)
ReceivedReferralsSchema = out.list_schema("ReceivedReferrals", ReceivedReferralSummarySchema)
WaitingIdentitiesSchema = out.list_schema("WaitingIdentities", WaitingIdentitySchema)
TransfersSchema = out.list_schema("Transfers", TransferSummarySchema)
