"""Organisations that check in bulk: who they are, their people and their keys."""

from marshmallow import fields, validate

from registry.vocabulary.organisations import MemberRole, Scope
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Flag, Line, OneOf, Word

SCOPES = tuple(Scope)


class OrganisationSchema(OutSchema):
    """The organisation whose key was sent."""

    organisation_id = out.string(attribute="reference")
    name = out.string()
    country = out.string()
    language = out.string("Of its mails.")
    key_id = out.string("The key that was sent.", attribute="key")
    scopes = out.list_of(OneOf(SCOPES), "What that key opens.", attribute="sorted_scopes")


class MemberSchema(OutSchema):
    member_id = out.string(attribute="reference")
    name = out.string()
    email = out.string()
    role = out.one_of(tuple(MemberRole))
    has_second_step = out.boolean("Whether this person signs in with a code of an app beside the password.")


class KeySchema(OutSchema):
    """A key by its beginning; its text was shown once."""

    key_id = out.string(attribute="reference")
    label = out.string("Which program it is for.", attribute="name")
    prefix = out.string()
    scopes = out.list_of(OneOf(SCOPES))
    created_on = out.date(attribute="made_on")
    expires_on = out.date("It opens until the end of this day, in UTC.", attribute="ends_on")
    last_used_on = out.date(allow_none=True)
    replaced_by = out.string("The key that was made in its place.", allow_none=True)
    is_archiving = out.boolean(
        "Whether what it asks is kept as receipts; null: as the organisation has chosen.",
        attribute="keeps_every",
        allow_none=True,
    )
    is_test = out.boolean("Whether it is a test key, which sees the sandbox alone.")
    made_by = out.string("The key that made it, and that ends it with itself.", allow_none=True)
    networks = out.strings("From where it opens, in CIDR notation; null: from anywhere.", allow_none=True)


class KeyMakeSchema(InSchema):
    label = Line("Which program it is for.", max_length=60, required=True)
    scopes = fields.List(Word(Scope), required=True)
    days = Count("For how many days it is good; 365 where it is absent.", minimum=1, maximum=730)
    is_archiving = Flag("Keep what it asks as receipts, or never; as the organisation has chosen where absent.")
    is_test = Flag("Make a test key (`rrk_test_`), which sees the invented registry and nothing else.")
    networks = fields.List(
        Line(max_length=50),
        validate=validate.Length(max=20),
        metadata={
            "description": "From where alone it opens: IPv4 and IPv6 networks in CIDR notation; from anywhere where absent.",
            "example": ["192.0.2.0/24", "2001:db8::/32"],
        },
    )


class KeyUsageQuerySchema(InSchema):
    days = Count("How many days back; 90 where it is absent.", minimum=1, maximum=400)


class KeyDaySchema(OutSchema):
    day = out.date("In UTC.")
    requests = out.integer("How many were let in.")


class KeyUsageSchema(OutSchema):
    """Days on which a key made requests, the latest first. What came in the last half minute may be missing."""

    items = out.list_of(KeyDaySchema)


class KeyExchangeSchema(InSchema):
    overlap_days = Count("Days that the old one stays good; 7 where it is absent.", minimum=0, maximum=30)


class KeyMadeSchema(KeySchema):
    key = out.string("The key, shown this once.")


MembersSchema = out.list_schema("Members", MemberSchema)
KeysSchema = out.page_schema("Keys", KeySchema)
