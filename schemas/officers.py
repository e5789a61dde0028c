"""Officers: who they are, what they may, what waits for a second person, and what they ask to see beyond their role."""

from marshmallow import ValidationError, fields

from registry.vocabulary.cases import AccessKind, AccessState
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import STAFF_LANGUAGES, Language
from registry.vocabulary.supervision import Role
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.cases import CaseMailboxSchema
from schemas.fields import Coded, Count, Day, Flag, Line, OneOf, Passage, Word

_ROLE = "One's own, and those lent for today."
_ROLES = tuple(Role)
_CHOICES = ("at_once", "daily", "none")
_KINDS = ("invite", "roles", "reset")


def _of_staff(language: Language) -> None:
    if language not in STAFF_LANGUAGES:
        raise ValidationError([Coded(Problem.INVALID_VALUE, f"must be one of {', '.join(STAFF_LANGUAGES)}")])


class RightSchema(OutSchema):
    """An act on things of a kind. Unit scoping says whose: those of one's unit, or of one's authority."""

    resource = out.string()
    act = out.string()


class OwnStandingSchema(OutSchema):
    """The calling officer, and what they may do today."""

    officer_id = out.string()
    name = out.string()
    language = out.string()
    unit = out.string()
    country = out.string()
    authority = out.string()
    roles = out.list_of(OneOf(_ROLES), _ROLE)
    rights = out.list_of(RightSchema)
    conflicts = out.strings("Agencies in which the officer has an interest.")
    notices = out.one_of(_CHOICES, "How the officer is notified by mail.")


class NoticeChoiceSchema(InSchema):
    choice = Word(_CHOICES, required=True)
    way = Word(("mail", "ntfy", "matrix"), "One that the operator has set up; of ntfy the topic stands on your page.")
    room = Line("The id of a Matrix room, for `matrix`.", max_length=200, example="!abc:matrix.example")


class OfficerSchema(OutSchema):
    """A person of one's unit. Former officers are listed too: their past acts keep their names."""

    officer_id = out.string(attribute="reference")
    name = out.string()
    email = out.string()
    language = out.string()
    state = out.one_of(("invited", "active", "closed"))
    roles = out.list_of(OneOf(_ROLES), "The officer's own, without roles lent by others.")
    version = out.integer(out.IF_MATCH)


class OfficerPersonSchema(InSchema):
    """A person who is invited."""

    name = Line(max_length=120, required=True)
    email = Line(max_length=200, required=True)
    language = Word(
        Language,
        f"Of the officer's pages, one of {', '.join(STAFF_LANGUAGES)}; en where it is absent.",
        load_default=Language.EN,
        validate=_of_staff,
    )


class OfficerInvitationSchema(OfficerPersonSchema):
    roles = fields.List(Word(_ROLES), required=True)


class OfficerRolesSchema(InSchema):
    roles = fields.List(
        Word(_ROLES), required=True, metadata={"description": "All roles that the officer shall have from then on."}
    )


class OfficerChangeSchema(OutSchema):
    """A proposed change of an officer. Another officer approves it, never the one it is about."""

    change_id = out.string(attribute="reference")
    kind = out.one_of(_KINDS)
    officer_id = out.string("Whom it is about; null before the invitation.", allow_none=True)
    name = out.string()
    email = out.string()
    roles = out.list_of(OneOf(_ROLES), "Empty where roles stay as they are.")
    state = out.one_of(("open", "approved", "refused"))
    proposed_by = out.string(out.OFFICER)
    proposed_at = out.instant()
    decided_by = out.string(allow_none=True)
    decided_at = out.instant(allow_none=True)


class OfficerChangeApprovedSchema(OutSchema):
    change = out.nested(OfficerChangeSchema)
    join_code = out.string(
        "The part of the join code that is handed over in person, shown this once; the other part is "
        "mailed to the officer. Null where no one has to join.",
        allow_none=True,
    )


class OfficerSessionSchema(OutSchema):
    session_id = out.string(attribute="reference")
    created_at = out.instant(attribute="began_at")
    seen_at = out.instant()
    expires_at = out.instant(attribute="ends_at")


class OfficerTokenSchema(OutSchema):
    token_id = out.string(attribute="reference")
    label = out.string(attribute="name")
    prefix = out.string("How the token begins.")
    created_on = out.date(attribute="made_on")
    expires_on = out.date("Its last day, in UTC.", attribute="ends_on")
    last_used_on = out.date(allow_none=True)


class RoleLoanSchema(OutSchema):
    """A role that one lends to a colleague, both days included."""

    loan_id = out.string(attribute="reference")
    deputy_id = out.string()
    role = out.one_of(_ROLES)
    from_on = out.date()
    to_on = out.date()


class RoleLoanNewSchema(InSchema):
    deputy_id = Line(max_length=40, required=True)
    role = Word(_ROLES, required=True)
    from_on = Day(required=True)
    to_on = Day(required=True)


class ConflictNewSchema(InSchema):
    agency_id = Line("An agency's reference.", max_length=40, required=True)


MAX_REASON = 4000

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
    asked_by = out.string(out.OFFICER, attribute="grant.asked_by")
    asked_at = out.instant(attribute="grant.asked_at")
    decided_by = out.string(out.OFFICER, attribute="grant.decided_by", allow_none=True)
    decided_at = out.instant(attribute="grant.decided_at", allow_none=True)
    expires_at = out.instant(_ENDS, attribute="grant.ends_at")
    looked_at = out.instant("The first look.", attribute="grant.looked_at", allow_none=True)
    reason = out.string(allow_none=True, metadata=_REASON)
    answer = out.string("Why it was refused.", allow_none=True)
    version = out.integer(out.IF_MATCH, attribute="grant.version")


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


OfficersSchema = out.list_schema("Officers", OfficerSchema)
OfficerChangesSchema = out.list_schema("OfficerChanges", OfficerChangeSchema)
OfficerSessionsSchema = out.list_schema("OfficerSessions", OfficerSessionSchema)
OfficerTokensSchema = out.list_schema("OfficerTokens", OfficerTokenSchema)
RoleLoansSchema = out.list_schema("RoleLoans", RoleLoanSchema)
AccessGrantsSchema = out.list_schema("AccessGrants", AccessGrantSchema)
