"""What agencies ask about their own entries, and the replies that everybody reads."""

from registry.vocabulary.licensing import EntryPart, EntryRequestKind, EntryRequestState
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Flag, Line, Passage, Word
from schemas.officers import OfficerChangeSchema, OfficerPersonSchema

MAX_TEXT = 4000
MAX_ANSWER = 2000


class ReplySchema(OutSchema):
    """An agency's own words beside a sanction or warning. They are not the registry's."""

    text = out.string()
    shown_on = out.date("The day on which the authority let it be shown.")


class RepliesSchema(OutSchema):
    items = out.list_of(ReplySchema, "One at most, today.")


class EntryRequestSchema(OutSchema):
    """Something that an agency asks about its entry, and what its authority decided."""

    request_id = out.string(attribute="reference")
    agency_id = out.string(attribute="agency")
    kind = out.one_of(EntryRequestKind)
    state = out.one_of(EntryRequestState)
    part = out.one_of(EntryPart, "What a correction is about.", allow_none=True)
    text = out.string()
    asked_on = out.date()
    due_on = out.date("By when the authority decides.")
    decided_on = out.date(allow_none=True)
    answer = out.string("Why, as the agency reads it.", allow_none=True)
    version = out.integer("For If-Match, in quotes.")


class EntryRequestsSchema(OutSchema):
    items = out.list_of(EntryRequestSchema)


class EntryAskingSchema(InSchema):
    kind = Word(EntryRequestKind, required=True)
    part = Word(EntryPart, "Of a correction alone.", load_default=EntryPart.OTHER)
    text = Passage("A reply has at most 1000 characters.", max_length=MAX_TEXT, required=True)


class AgencyInvitationSchema(OfficerPersonSchema):
    """A person who shall speak for an agency."""

    agency_id = Line(
        "Its id; a name or number that leads to one agency alone is accepted too.", max_length=200, required=True
    )


class AgencyInvitedSchema(OfficerChangeSchema):
    """An invitation of a person of an agency. Another officer approves it."""

    agency_id = out.string()


class AgencyInvitationsSchema(OutSchema):
    items = out.list_of(AgencyInvitedSchema)


class AgencyInvitationApprovedSchema(AgencyInvitedSchema):
    """An invitation of a person of an agency that was approved."""

    join_code = out.string("Handed over in person, and shown this once.", allow_none=True)


class EntryDecisionSchema(InSchema):
    is_accepted = Flag(required=True)
    answer = Passage("Why; the agency reads it.", max_length=MAX_ANSWER, required=True)
    warning = Passage("To accept a clone report: what is said on the entry, in your words.", max_length=1000)


class EntryAnswerSchema(InSchema):
    answer = Passage(max_length=MAX_ANSWER, required=True)
