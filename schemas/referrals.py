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
from schemas.base import InSchema, OutSchema
from schemas.fields import Day, Flag, Line, OneOf, Passage

MAX_NOTE = 4000
MAX_REPORT = 20_000
_MAX_CHOSEN = 40

_STATE = {"description": "From where to where it may go: docs/officers/referrals.md."}
_VERSION = {"description": "For If-Match, in quotes."}


class ReferralSummarySchema(OutSchema):
    """A referral, without the content that the partner gets."""

    referral_id = fields.String(attribute="reference", required=True)
    partner = fields.String(attribute="party", required=True, metadata={"description": "The organisation's unit."})
    partner_kind = OneOf(tuple(PartnerKind), required=True)
    country = fields.String(required=True)
    state = OneOf(tuple(ReferralState), required=True, metadata=_STATE)
    basis = OneOf(tuple(ReferralBasis), required=True, allow_none=True)
    expires_on = fields.Date(required=True)
    proposed_by = fields.String(required=True)
    proposed_on = fields.Date(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    sent_by = fields.String(required=True, allow_none=True)
    sent_on = fields.Date(required=True, allow_none=True)
    ended_because = OneOf(tuple(ReferralEnd), required=True, allow_none=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class ReferralsSchema(OutSchema):
    items = fields.List(fields.Nested(ReferralSummarySchema), required=True)


class HandedAnswerSchema(OutSchema):
    by = OneOf(tuple(MailboxRole), required=True)
    question = fields.String(required=True)
    value = fields.Raw(required=True, metadata={"description": "As the questionnaire has it: text, number or object."})


class HandedMessageSchema(OutSchema):
    author = OneOf(tuple(Author), required=True)
    text = fields.String(required=True)


class HandedFileSchema(OutSchema):
    """A file that goes along; the partner takes its clean copy by `downloadReceivedFile`."""

    file_id = fields.String(attribute="reference", required=True)
    name = fields.String(required=True)
    kind = OneOf(tuple(FileKind), required=True)


class HandedSchema(OutSchema):
    """All that the partner reads, besides the worker's identity.

    It names no case, and no day on which something was written.
    """

    note = fields.String(required=True)
    answers = fields.List(fields.Nested(HandedAnswerSchema), required=True)
    messages = fields.List(fields.Nested(HandedMessageSchema), required=True)
    files = fields.List(fields.Nested(HandedFileSchema), required=True)


class ReferralReportSchema(OutSchema):
    written_by = fields.String(required=True)
    written_on = fields.Date(required=True)
    text = fields.String(required=True)


class ReferralWaySchema(OutSchema):
    """A state to which you may take it. What a request brings along, such as a law, is asked for then."""

    to = OneOf(tuple(ReferralState), required=True)
    lacking = fields.String(
        required=True, allow_none=True, metadata={"description": "What is lacking, as a code; null where nothing is."}
    )


class ReferralSchema(ReferralSummarySchema):
    """A referral as the unit of its case reads it; reading it is on record."""

    case_id = fields.String(attribute="case.reference", required=True)
    handed = fields.Nested(HandedSchema, required=True)
    is_consented = fields.Boolean(required=True, metadata={"description": "Whether the worker agrees today."})
    legal_basis = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why the partner declined."})
    reports = fields.List(fields.Nested(ReferralReportSchema), required=True)
    ways = fields.List(fields.Nested(ReferralWaySchema), required=True)


class ReferralProposalSchema(InSchema):
    """What the partner is to read. An answer is `<mailbox>.<question>`, a message or file its id."""

    partner = Line(max_length=40, required=True)
    expires_on = Day(required=True, metadata={"description": "A year from now at most."})
    answers = fields.List(Line(max_length=_MAX_CHOSEN), load_default=list)
    messages = fields.List(Line(max_length=_MAX_CHOSEN), load_default=list)
    files = fields.List(Line(max_length=_MAX_CHOSEN), load_default=list)
    note = Passage(max_length=MAX_NOTE)
    identity_said_in = Line(
        max_length=_MAX_CHOSEN, metadata={"description": "The message in which the complainant asked to be named."}
    )


class ReferralOverrideSchema(InSchema):
    legal_basis = Passage(max_length=MAX_NOTE, required=True)


class ReceivedReferralSummarySchema(OutSchema):
    """What was handed to your organisation, in its list."""

    referral_id = fields.String(attribute="reference", required=True)
    state = OneOf(("sent", "accepted", "done"), required=True)
    sent_on = fields.Date(required=True, allow_none=True)
    expires_on = fields.Date(required=True)
    unit = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "Who sent it, by language."},
    )


class ReceivedReferralsSchema(OutSchema):
    items = fields.List(fields.Nested(ReceivedReferralSummarySchema), required=True)


class ReceivedReferralSchema(ReceivedReferralSummarySchema):
    handed = fields.Nested(HandedSchema, required=True)
    identity = fields.Dict(
        keys=fields.String(),
        required=True,
        metadata={"description": "Empty unless the complainant asked to be named and the custodian agreed."},
    )
    reports = fields.List(fields.Nested(ReferralReportSchema), required=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class ReferralDeclineSchema(InSchema):
    reason = Passage(max_length=MAX_NOTE, required=True)


class ReferralReportInSchema(InSchema):
    text = Passage(max_length=MAX_REPORT, required=True)
    is_done = Flag(load_default=False, metadata={"description": "Nothing more follows."})


class WaitingIdentitySchema(OutSchema):
    """A referral that waits for the custodian.

    `said` is the message in which the worker asked that their name be told.
    """

    referral_id = fields.String(attribute="referral.reference", required=True)
    case_id = fields.String(attribute="case", required=True)
    partner = fields.String(attribute="referral.party", required=True)
    said = fields.String(required=True)
    version = fields.Integer(attribute="referral.version", required=True, metadata=_VERSION)


class WaitingIdentitiesSchema(OutSchema):
    items = fields.List(fields.Nested(WaitingIdentitySchema), required=True)


class IdentityDecisionSchema(InSchema):
    is_approved = Flag(required=True)
