"""Referrals: what of a case goes to a partner organisation, on which basis, and what comes back."""

from marshmallow import fields

from registry.vocabulary.cases import (
    Author,
    FileKind,
    MailboxRole,
    PartnerKind,
    ReferralBasis,
    ReferralEnd,
    ReferralState,
)
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Day, Flag, Line, Passage

MAX_NOTE = 4000
MAX_REPORT = 20_000
_MAX_CHOSEN = 40

_STATE = "From where to where it may go: docs/officers/referrals.md."
_VERSION = "For If-Match, in quotes."


class ReferralSummarySchema(OutSchema):
    """A referral, without the content that the partner gets."""

    referral_id = out.string(attribute="reference")
    partner = out.string("The organisation's unit.", attribute="party")
    partner_kind = out.one_of(tuple(PartnerKind))
    country = out.string()
    state = out.one_of(tuple(ReferralState), _STATE)
    basis = out.one_of(tuple(ReferralBasis), allow_none=True)
    expires_on = out.date()
    proposed_by = out.string()
    proposed_on = out.date()
    decided_by = out.string(allow_none=True)
    sent_by = out.string(allow_none=True)
    sent_on = out.date(allow_none=True)
    ended_because = out.one_of(tuple(ReferralEnd), allow_none=True)
    version = out.integer(_VERSION)


class ReferralsSchema(OutSchema):
    items = out.list_of(ReferralSummarySchema)


class HandedAnswerSchema(OutSchema):
    by = out.one_of(tuple(MailboxRole))
    question = out.string()
    value = fields.Raw(required=True, metadata={"description": "As the questionnaire has it: text, number or object."})


class HandedMessageSchema(OutSchema):
    author = out.one_of(tuple(Author))
    text = out.string()


class HandedFileSchema(OutSchema):
    """A file that goes along; the partner takes its clean copy by `downloadReceivedFile`."""

    file_id = out.string(attribute="reference")
    name = out.string()
    kind = out.one_of(tuple(FileKind))


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

    to = out.one_of(tuple(ReferralState))
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


class ReceivedReferralsSchema(OutSchema):
    items = out.list_of(ReceivedReferralSummarySchema)


class ReceivedReferralSchema(ReceivedReferralSummarySchema):
    handed = out.nested(HandedSchema)
    identity = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "Empty unless the complainant asked to be named and the custodian agreed."},
    )
    reports = out.list_of(ReferralReportSchema)
    version = out.integer(_VERSION)


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
    version = out.integer(_VERSION, attribute="referral.version")


class WaitingIdentitiesSchema(OutSchema):
    items = out.list_of(WaitingIdentitySchema)


class IdentityDecisionSchema(InSchema):
    is_approved = Flag(required=True)
