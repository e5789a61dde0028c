"""Officers: who they are, what they may, and what waits for a second person."""

from marshmallow import ValidationError, fields

from registry.vocabulary.codes import Problem
from registry.vocabulary.licensing import Role
from registry.vocabulary.register import STAFF_LANGUAGES, Language
from schemas.base import InSchema, OutSchema
from schemas.fields import Coded, Day, Instant, Line, OneOf, Word

_ROLE = {"description": "One's own, and those lent for today."}
_ROLES = tuple(Role)
_CHOICES = ("at_once", "daily", "none")
_KINDS = ("invite", "roles", "reset")


def _of_staff(language: Language) -> None:
    if language not in STAFF_LANGUAGES:
        raise ValidationError([Coded(Problem.INVALID_VALUE, f"must be one of {', '.join(STAFF_LANGUAGES)}")])


class RightSchema(OutSchema):
    """An act on things of a kind. Unit scoping says whose: those of one's unit, or of one's authority."""

    resource = fields.String(required=True)
    act = fields.String(required=True)


class OwnStandingSchema(OutSchema):
    """The calling officer, and what they may do today."""

    officer_id = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    unit = fields.String(required=True)
    country = fields.String(required=True)
    authority = fields.String(required=True)
    roles = fields.List(OneOf(_ROLES), required=True, metadata=_ROLE)
    rights = fields.List(fields.Nested(RightSchema), required=True)
    conflicts = fields.List(
        fields.String(), required=True, metadata={"description": "Agencies in which the officer has an interest."}
    )
    notices = OneOf(_CHOICES, required=True, metadata={"description": "How the officer is notified by mail."})


class NoticeChoiceSchema(InSchema):
    choice = Word(_CHOICES, required=True)
    way = Word(
        ("mail", "ntfy", "matrix"),
        metadata={"description": "One that the operator has set up; of ntfy the topic stands on your page."},
    )
    room = Line(
        max_length=200,
        metadata={"description": "The id of a Matrix room, for `matrix`.", "example": "!abc:matrix.example"},
    )


class OfficerSchema(OutSchema):
    """A person of one's unit. Former officers are listed too: their past acts keep their names."""

    officer_id = fields.String(attribute="reference", required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    language = fields.String(required=True)
    state = OneOf(("invited", "active", "closed"), required=True)
    roles = fields.List(
        OneOf(_ROLES), required=True, metadata={"description": "The officer's own, without roles lent by others."}
    )
    version = fields.Integer(required=True, metadata={"description": "For If-Match, in quotes."})


class OfficersSchema(OutSchema):
    items = fields.List(fields.Nested(OfficerSchema), required=True)


class OfficerPersonSchema(InSchema):
    """A person who is invited."""

    name = Line(max_length=120, required=True)
    email = Line(max_length=200, required=True)
    language = Word(
        Language,
        load_default=Language.EN,
        validate=_of_staff,
        metadata={
            "description": f"Of the officer's pages, one of {', '.join(STAFF_LANGUAGES)}; en where it is absent."
        },
    )


class OfficerInvitationSchema(OfficerPersonSchema):
    roles = fields.List(Word(_ROLES), required=True)


class OfficerRolesSchema(InSchema):
    roles = fields.List(
        Word(_ROLES), required=True, metadata={"description": "All roles that the officer shall have from then on."}
    )


class OfficerChangeSchema(OutSchema):
    """A proposed change of an officer. Another officer approves it, never the one it is about."""

    change_id = fields.String(attribute="reference", required=True)
    kind = OneOf(_KINDS, required=True)
    officer_id = fields.String(
        required=True, allow_none=True, metadata={"description": "Whom it is about; null before the invitation."}
    )
    name = fields.String(required=True)
    email = fields.String(required=True)
    roles = fields.List(OneOf(_ROLES), required=True, metadata={"description": "Empty where roles stay as they are."})
    state = OneOf(("open", "approved", "refused"), required=True)
    proposed_by = fields.String(required=True, metadata={"description": "An officer's id."})
    proposed_at = Instant(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = Instant(required=True, allow_none=True)


class OfficerChangesSchema(OutSchema):
    items = fields.List(fields.Nested(OfficerChangeSchema), required=True)


class OfficerChangeApprovedSchema(OutSchema):
    change = fields.Nested(OfficerChangeSchema, required=True)
    join_code = fields.String(
        required=True,
        allow_none=True,
        metadata={
            "description": "The part of the join code that is handed over in person, shown this once; the other part is "
            "mailed to the officer. Null where no one has to join."
        },
    )


class OfficerSessionSchema(OutSchema):
    session_id = fields.String(attribute="reference", required=True)
    created_at = Instant(attribute="began_at", required=True)
    seen_at = Instant(required=True)
    expires_at = Instant(attribute="ends_at", required=True)


class OfficerSessionsSchema(OutSchema):
    items = fields.List(fields.Nested(OfficerSessionSchema), required=True)


class OfficerTokenSchema(OutSchema):
    token_id = fields.String(attribute="reference", required=True)
    label = fields.String(attribute="name", required=True)
    prefix = fields.String(required=True, metadata={"description": "How the token begins."})
    created_on = fields.Date(attribute="made_on", required=True)
    expires_on = fields.Date(attribute="ends_on", required=True, metadata={"description": "Its last day, in UTC."})
    last_used_on = fields.Date(required=True, allow_none=True)


class OfficerTokensSchema(OutSchema):
    items = fields.List(fields.Nested(OfficerTokenSchema), required=True)


class RoleLoanSchema(OutSchema):
    """A role that one lends to a colleague, both days included."""

    loan_id = fields.String(attribute="reference", required=True)
    deputy_id = fields.String(required=True)
    role = OneOf(_ROLES, required=True)
    from_on = fields.Date(required=True)
    to_on = fields.Date(required=True)


class RoleLoansSchema(OutSchema):
    items = fields.List(fields.Nested(RoleLoanSchema), required=True)


class RoleLoanNewSchema(InSchema):
    deputy_id = Line(max_length=40, required=True)
    role = Word(_ROLES, required=True)
    from_on = Day(required=True)
    to_on = Day(required=True)


class ConflictNewSchema(InSchema):
    agency_id = Line(max_length=40, required=True, metadata={"description": "An agency's reference."})
