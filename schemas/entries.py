"""What agencies ask about their own entries, and the replies that everybody reads."""

from marshmallow import fields

from registry.vocabulary.licensing import EntryPart, EntryRequestKind, EntryRequestState
from schemas.base import InSchema, OutSchema
from schemas.fields import Flag, Line, OneOf, Passage, Word
from schemas.officers import OfficerChangeSchema, OfficerPersonSchema

MAX_TEXT = 4000
MAX_ANSWER = 2000


class ReplySchema(OutSchema):
    """An agency's own words beside a sanction or warning. They are not the registry's."""

    text = fields.String(required=True)
    shown_on = fields.Date(required=True, metadata={"description": "The day on which the authority let it be shown."})


class RepliesSchema(OutSchema):
    items = fields.List(fields.Nested(ReplySchema), required=True, metadata={"description": "One at most, today."})


class EntryRequestSchema(OutSchema):
    """Something that an agency asks about its entry, and what its authority decided."""

    request_id = fields.String(attribute="reference", required=True)
    agency_id = fields.String(attribute="agency", required=True)
    kind = OneOf(EntryRequestKind, required=True)
    state = OneOf(EntryRequestState, required=True)
    part = OneOf(EntryPart, required=True, allow_none=True, metadata={"description": "What a correction is about."})
    text = fields.String(required=True)
    asked_on = fields.Date(required=True)
    due_on = fields.Date(required=True, metadata={"description": "By when the authority decides."})
    decided_on = fields.Date(required=True, allow_none=True)
    answer = fields.String(required=True, allow_none=True, metadata={"description": "Why, as the agency reads it."})
    version = fields.Integer(required=True, metadata={"description": "For If-Match, in quotes."})


class EntryRequestsSchema(OutSchema):
    items = fields.List(fields.Nested(EntryRequestSchema), required=True)


class EntryAskingSchema(InSchema):
    kind = Word(EntryRequestKind, required=True)
    part = Word(EntryPart, load_default=EntryPart.OTHER, metadata={"description": "Of a correction alone."})
    text = Passage(max_length=MAX_TEXT, required=True, metadata={"description": "A reply has at most 1000 characters."})


class AgencyInvitationSchema(OfficerPersonSchema):
    """A person who shall speak for an agency."""

    agency_id = Line(
        max_length=200,
        required=True,
        metadata={"description": "Its id; a name or number that leads to one agency alone is accepted too."},
    )


class AgencyInvitedSchema(OfficerChangeSchema):
    """An invitation of a person of an agency. Another officer approves it."""

    agency_id = fields.String(required=True)


class AgencyInvitationsSchema(OutSchema):
    items = fields.List(fields.Nested(AgencyInvitedSchema), required=True)


class AgencyInvitationApprovedSchema(AgencyInvitedSchema):
    """An invitation of a person of an agency that was approved."""

    join_code = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Handed over in person, and shown this once."},
    )


class EntryDecisionSchema(InSchema):
    is_accepted = Flag(required=True)
    answer = Passage(max_length=MAX_ANSWER, required=True, metadata={"description": "Why; the agency reads it."})
    warning = Passage(
        max_length=1000, metadata={"description": "To accept a clone report: what is said on the entry, in your words."}
    )


class EntryAnswerSchema(InSchema):
    answer = Passage(max_length=MAX_ANSWER, required=True)
