"""Access grants: what an officer asks to see beyond their role, who agreed, and what is shown for a while."""

from marshmallow import fields

from registry.vocabulary.cases import AccessKind, AccessState
from schemas.base import InSchema, OutSchema
from schemas.cases import CaseMailboxSchema
from schemas.fields import Count, Flag, Instant, Line, OneOf, Passage

MAX_REASON = 4000

_OFFICER = {"description": "An officer's id."}
_ENDS = {"description": "Asked: when it lapses. Granted: when it closes."}
_REASON = {
    "description": "Shown to those who decide and to the officer who asked.",
    "example": "Her sister cannot reach her.",
}


class AccessGrantSchema(OutSchema):
    grant_id = fields.String(attribute="grant.reference", required=True)
    case_id = fields.String(attribute="case", required=True)
    kind = OneOf(tuple(AccessKind), attribute="grant.kind", required=True)
    attachment_id = fields.String(required=True, allow_none=True, metadata={"description": "The file, for `original`."})
    state = OneOf(tuple(AccessState), required=True)
    hours = fields.Integer(
        attribute="grant.hours", required=True, metadata={"description": "For how many hours it was asked for."}
    )
    asked_by = fields.String(attribute="grant.asked_by", required=True, metadata=_OFFICER)
    asked_at = Instant(attribute="grant.asked_at", required=True)
    decided_by = fields.String(attribute="grant.decided_by", required=True, allow_none=True, metadata=_OFFICER)
    decided_at = Instant(attribute="grant.decided_at", required=True, allow_none=True)
    expires_at = Instant(attribute="grant.ends_at", required=True, metadata=_ENDS)
    looked_at = Instant(
        attribute="grant.looked_at", required=True, allow_none=True, metadata={"description": "The first look."}
    )
    reason = fields.String(required=True, allow_none=True, metadata=_REASON)
    answer = fields.String(required=True, allow_none=True, metadata={"description": "Why it was refused."})
    version = fields.Integer(
        attribute="grant.version", required=True, metadata={"description": "For If-Match, in quotes."}
    )


class AccessGrantsSchema(OutSchema):
    items = fields.List(fields.Nested(AccessGrantSchema), required=True)


class MailboxIdentitySchema(OutSchema):
    """What one mailbox says of the complainant's identity and contact, by question."""

    mailbox_id = fields.String(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.Raw(), required=True)


class AccessGrantContentSchema(AccessGrantSchema):
    """What is open to the officer who asked. `mailboxes` for break-glass access alone."""

    identities = fields.List(
        fields.Nested(MailboxIdentitySchema),
        required=True,
        allow_none=True,
        metadata={"description": "Null where the custodian's key is not on this server."},
    )
    mailboxes = fields.List(fields.Nested(CaseMailboxSchema), required=True, allow_none=True)


class IdentityAccessRequestSchema(InSchema):
    reason = Passage(max_length=MAX_REASON, required=True, metadata=_REASON)


class BreakGlassRequestSchema(IdentityAccessRequestSchema):
    hours = Count(minimum=1, maximum=24, required=True, metadata={"example": 4})


class OriginalAccessRequestSchema(IdentityAccessRequestSchema):
    attachment_id = Line(max_length=16, required=True, metadata={"description": "The id of a file of the case."})


class AccessDecisionSchema(InSchema):
    is_granted = Flag(required=True)
    answer = Passage(max_length=MAX_REASON, metadata={"description": "Why not; needed to refuse."})
