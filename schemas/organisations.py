"""Organisations that check in bulk: who they are, their people and their keys."""

from marshmallow import fields, validate

from registry.vocabulary.organisations import MemberRole, Scope
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Flag, Line, OneOf, Word

SCOPES = tuple(Scope)


class OrganisationSchema(OutSchema):
    """The organisation whose key was sent."""

    organisation_id = fields.String(attribute="reference", required=True)
    name = fields.String(required=True)
    country = fields.String(required=True)
    language = fields.String(required=True, metadata={"description": "Of its mails."})
    key_id = fields.String(attribute="key", required=True, metadata={"description": "The key that was sent."})
    scopes = fields.List(
        OneOf(SCOPES), attribute="sorted_scopes", required=True, metadata={"description": "What that key opens."}
    )


class MemberSchema(OutSchema):
    member_id = fields.String(attribute="reference", required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    role = OneOf(tuple(MemberRole), required=True)
    has_second_step = fields.Boolean(
        required=True,
        metadata={"description": "Whether this person signs in with a code of an app beside the password."},
    )


class MembersSchema(OutSchema):
    items = fields.List(fields.Nested(MemberSchema), required=True)


class KeySchema(OutSchema):
    """A key by its beginning; its text was shown once."""

    key_id = fields.String(attribute="reference", required=True)
    label = fields.String(attribute="name", required=True, metadata={"description": "Which program it is for."})
    prefix = fields.String(required=True)
    scopes = fields.List(OneOf(SCOPES), required=True)
    created_on = fields.Date(attribute="made_on", required=True)
    expires_on = fields.Date(
        attribute="ends_on", required=True, metadata={"description": "It opens until the end of this day, in UTC."}
    )
    last_used_on = fields.Date(required=True, allow_none=True)
    replaced_by = fields.String(
        required=True, allow_none=True, metadata={"description": "The key that was made in its place."}
    )
    is_archiving = fields.Boolean(
        attribute="keeps_every",
        required=True,
        allow_none=True,
        metadata={"description": "Whether what it asks is kept as receipts; null: as the organisation has chosen."},
    )
    is_test = fields.Boolean(
        required=True, metadata={"description": "Whether it is a test key, which sees the sandbox alone."}
    )
    made_by = fields.String(
        required=True, allow_none=True, metadata={"description": "The key that made it, and that ends it with itself."}
    )
    networks = fields.List(
        fields.String(), required=True, allow_none=True,
        metadata={"description": "From where it opens, in CIDR notation; null: from anywhere."},
    )  # fmt: skip


class KeysSchema(OutSchema):
    items = fields.List(fields.Nested(KeySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class KeyMakeSchema(InSchema):
    label = Line(max_length=60, required=True, metadata={"description": "Which program it is for."})
    scopes = fields.List(Word(Scope), required=True)
    days = Count(
        minimum=1, maximum=730, metadata={"description": "For how many days it is good; 365 where it is absent."}
    )
    is_archiving = Flag(
        metadata={
            "description": "Keep what it asks as receipts, or never; as the organisation has chosen where absent."
        }
    )
    is_test = Flag(
        metadata={"description": "Make a test key (`rrk_test_`), which sees the invented registry and nothing else."}
    )
    networks = fields.List(
        Line(max_length=50),
        validate=validate.Length(max=20),
        metadata={
            "description": "From where alone it opens: IPv4 and IPv6 networks in CIDR notation; from anywhere where absent.",
            "example": ["192.0.2.0/24", "2001:db8::/32"],
        },
    )


class KeyUsageQuerySchema(InSchema):
    days = Count(minimum=1, maximum=400, metadata={"description": "How many days back; 90 where it is absent."})


class KeyDaySchema(OutSchema):
    day = fields.Date(required=True, metadata={"description": "In UTC."})
    requests = fields.Integer(required=True, metadata={"description": "How many were let in."})


class KeyUsageSchema(OutSchema):
    """Days on which a key made requests, the latest first. What came in the last half minute may be missing."""

    items = fields.List(fields.Nested(KeyDaySchema), required=True)


class KeyExchangeSchema(InSchema):
    overlap_days = Count(
        minimum=0, maximum=30, metadata={"description": "Days that the old one stays good; 7 where it is absent."}
    )


class KeyMadeSchema(KeySchema):
    key = fields.String(required=True, metadata={"description": "The key, shown this once."})
