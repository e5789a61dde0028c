"""Access grants: what an officer asks to see beyond their role, who agreed, and what is shown for a while."""

from marshmallow import fields

from registry.vocabulary.cases import AccessKind, AccessState
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.cases import CaseMailboxSchema
from schemas.fields import Count, Flag, Line, Passage

MAX_REASON = 4000

_OFFICER = "An officer's id."
_ENDS = "Asked: when it lapses. Granted: when it closes."
_REASON = {
    "description": "Shown to those who decide and to the officer who asked.",
    "example": "Her sister cannot reach her.",
}


class AccessGrantSchema(OutSchema):
    grant_id = out.string(attribute="grant.reference")
    case_id = out.string(attribute="case")
    kind = out.one_of(tuple(AccessKind), attribute="grant.kind")
    attachment_id = out.string("The file, for `original`.", allow_none=True)
    state = out.one_of(tuple(AccessState))
    hours = out.integer("For how many hours it was asked for.", attribute="grant.hours")
    asked_by = out.string(_OFFICER, attribute="grant.asked_by")
    asked_at = out.instant(attribute="grant.asked_at")
    decided_by = out.string(_OFFICER, attribute="grant.decided_by", allow_none=True)
    decided_at = out.instant(attribute="grant.decided_at", allow_none=True)
    expires_at = out.instant(_ENDS, attribute="grant.ends_at")
    looked_at = out.instant("The first look.", attribute="grant.looked_at", allow_none=True)
    reason = out.string(allow_none=True, metadata=_REASON)
    answer = out.string("Why it was refused.", allow_none=True)
    version = out.integer("For If-Match, in quotes.", attribute="grant.version")


class AccessGrantsSchema(OutSchema):
    items = out.list_of(AccessGrantSchema)


class MailboxIdentitySchema(OutSchema):
    """What one mailbox says of the complainant's identity and contact, by question."""

    mailbox_id = out.string()
    answers = out.dict_of(fields.Raw())


class AccessGrantContentSchema(AccessGrantSchema):
    """What is open to the officer who asked. `mailboxes` for break-glass access alone."""

    identities = out.list_of(
        MailboxIdentitySchema, "Null where the custodian's key is not on this server.", allow_none=True
    )
    mailboxes = out.list_of(CaseMailboxSchema, allow_none=True)


class IdentityAccessRequestSchema(InSchema):
    reason = Passage(max_length=MAX_REASON, required=True, metadata=_REASON)


class BreakGlassRequestSchema(IdentityAccessRequestSchema):
    hours = Count(minimum=1, maximum=24, required=True, example=4)


class OriginalAccessRequestSchema(IdentityAccessRequestSchema):
    attachment_id = Line("The id of a file of the case.", max_length=16, required=True)


class AccessDecisionSchema(InSchema):
    is_granted = Flag(required=True)
    answer = Passage("Why not; needed to refuse.", max_length=MAX_REASON)
