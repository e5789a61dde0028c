"""Entries of agencies: what agencies ask about them, replies, changed channels, pairs that resemble, warnings of clones."""

from registry.vocabulary.register import ChannelKind
from registry.vocabulary.supervision import ChannelChangeState, EntryPart, EntryRequestKind, EntryRequestState
from schemas import out
from schemas.agencies import AgencySummarySchema
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Flag, Line, Passage, Word
from schemas.officers import OfficerChangeSchema, OfficerPersonSchema
from schemas.parameters import agency_field

MAX_ANSWER = 2000


class ReplySchema(OutSchema):
    """An agency's own words beside a sanction or warning. They are not the registry's."""

    text = out.string()
    shown_on = out.date("The day on which the authority let it be shown.")


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
    version = out.integer(out.IF_MATCH)


class EntryAskingSchema(InSchema):
    kind = Word(EntryRequestKind, required=True)
    part = Word(EntryPart, "Of a correction alone.", load_default=EntryPart.OTHER)
    text = Passage("A reply has at most 1000 characters.", max_length=4000, required=True)


class AgencyInvitationSchema(OfficerPersonSchema):
    """A person who shall speak for an agency."""

    agency_id = agency_field()


class AgencyInvitedSchema(OfficerChangeSchema):
    """An invitation of a person of an agency. Another officer approves it."""

    agency_id = out.string()


class AgencyInvitationApprovedSchema(AgencyInvitedSchema):
    """An invitation of a person of an agency that was approved."""

    join_code = out.string("Handed over in person, and shown this once.", allow_none=True)


class EntryDecisionSchema(InSchema):
    is_accepted = Flag(required=True)
    answer = Passage("Why; the agency reads it.", max_length=MAX_ANSWER, required=True)
    warning = Passage("To accept a clone report: what is said on the entry, in your words.", max_length=1000)


class EntryAnswerSchema(InSchema):
    answer = Passage(max_length=MAX_ANSWER, required=True)


_MAX_CHANNEL = 200
_MAX_WARNING = 1000
_PROPOSER = "An officer's id, or the list that prints it."
_MADE_VERSION = "For If-Match, in quotes: another number once this is otherwise."
_READ_BY_ALL = {"description": "Everybody reads it.", "example": "A firm of nearly the same name is not this agency."}


class ChannelChangeSchema(OutSchema):
    """A change of a channel that an agency registered. `value` of a bank account is its last characters alone."""

    change_id = out.string(attribute="reference")
    agency_id = out.string()
    kind = out.one_of(ChannelKind)
    replaces = out.string("Null: one more.", attribute="old_value", allow_none=True)
    value = out.string()
    source = out.string("`registry`, or the list that prints it.")
    state = out.one_of(ChannelChangeState)
    proposed_by = out.string(_PROPOSER)
    proposed_at = out.instant()
    decided_by = out.string(_PROPOSER, allow_none=True)
    decided_at = out.instant(allow_none=True)
    takes_effect_at = out.instant("72 hours after the approval.", allow_none=True)
    told_at = out.instant("When the agency was told by mail.", allow_none=True)
    addresses = out.strings("Where it is told; empty: tell it by a way that is known already.")
    version = out.integer(_MADE_VERSION)


class ChannelChangeProposalSchema(InSchema):
    agency_id = agency_field()
    kind = Word(ChannelKind, required=True)
    value = Line(max_length=_MAX_CHANNEL, required=True)
    replaces = Line(
        "The registered channel that it replaces, of an account the last four characters; without it, it is one more.",
        max_length=_MAX_CHANNEL,
    )


class CollisionSchema(OutSchema):
    """Two agencies that resemble each other more than strangers do. Nothing of it is public."""

    collision_id = out.string(attribute="reference")
    state = out.one_of(("open", "confirmed", "dismissed"))
    agencies = out.list_of(AgencySummarySchema)
    yours = out.strings("Which are your authority's.")
    signs = out.strings("Codes, like `near_name`.")
    evidence = out.strings("A line for each sign, in English.")
    rank = out.integer("How much the signs tell together, 100 at most.")
    found_at = out.instant()
    decided_by = out.string(_PROPOSER, allow_none=True)
    decided_at = out.instant(allow_none=True)
    decision = out.string(allow_none=True)
    version = out.integer(_MADE_VERSION)


class CollisionConfirmationSchema(InSchema):
    true_entry = Line("The agency that is imitated: one of yours.", max_length=20, required=True)
    text = Line(max_length=_MAX_WARNING, required=True, metadata=_READ_BY_ALL)


class CollisionDismissalSchema(InSchema):
    text = Line("Why; kept with the pair.", max_length=_MAX_WARNING, required=True)


class NumberedWarningSchema(OutSchema):
    number = out.integer("By which it is lifted.")
    text = out.string()
    source = out.string("Who warns.")
    said_at = out.instant(attribute="retrieved_at")


class CloneWarningsOfSchema(OutSchema):
    """The warnings on one agency's entry, in their order there."""

    agency_id = out.string()
    warnings = out.list_of(NumberedWarningSchema)
    version = out.integer(_MADE_VERSION)


class CloneWarningSchema(InSchema):
    text = Line(max_length=_MAX_WARNING, required=True, metadata=_READ_BY_ALL)


class WarningLiftSchema(InSchema):
    number = Count(minimum=1, maximum=999, required=True)


RepliesSchema = out.list_schema("Replies", ReplySchema, "One at most, today.")
EntryRequestsSchema = out.list_schema("EntryRequests", EntryRequestSchema)
AgencyInvitationsSchema = out.list_schema("AgencyInvitations", AgencyInvitedSchema)
ChannelChangesSchema = out.list_schema("ChannelChanges", ChannelChangeSchema)
CollisionsSchema = out.list_schema("Collisions", CollisionSchema)
CloneWarningsSchema = out.list_schema("CloneWarnings", CloneWarningsOfSchema)
