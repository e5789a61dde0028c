"""What the licensing desk does beside licences: changes of channels, pairs that resemble each other, warnings of clones."""

from registry.vocabulary.licensing import ChannelChangeState
from registry.vocabulary.register import ChannelKind
from schemas import out
from schemas.agencies import AgencySummarySchema
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Line, Word

_MAX_VALUE = 200
_MAX_TEXT = 1000
_OFFICER = "An officer's id, or the list that prints it."
_VERSION = "For If-Match, in quotes: another number once this is otherwise."
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
    proposed_by = out.string(_OFFICER)
    proposed_at = out.instant()
    decided_by = out.string(_OFFICER, allow_none=True)
    decided_at = out.instant(allow_none=True)
    takes_effect_at = out.instant("72 hours after the approval.", allow_none=True)
    told_at = out.instant("When the agency was told by mail.", allow_none=True)
    addresses = out.strings("Where it is told; empty: tell it by a way that is known already.")
    version = out.integer(_VERSION)


class ChannelChangesSchema(OutSchema):
    items = out.list_of(ChannelChangeSchema)


class ChannelChangeProposalSchema(InSchema):
    agency_id = Line(
        "Its id; a name or number that leads to one agency alone is accepted too.", max_length=200, required=True
    )
    kind = Word(ChannelKind, required=True)
    value = Line(max_length=_MAX_VALUE, required=True)
    replaces = Line(
        "The registered channel that it replaces, of an account the last four characters; without it, it is one more.",
        max_length=_MAX_VALUE,
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
    decided_by = out.string(_OFFICER, allow_none=True)
    decided_at = out.instant(allow_none=True)
    decision = out.string(allow_none=True)
    version = out.integer(_VERSION)


class CollisionsSchema(OutSchema):
    items = out.list_of(CollisionSchema)


class CollisionConfirmationSchema(InSchema):
    true_entry = Line("The agency that is imitated: one of yours.", max_length=20, required=True)
    text = Line(max_length=_MAX_TEXT, required=True, metadata=_READ_BY_ALL)


class CollisionDismissalSchema(InSchema):
    text = Line("Why; kept with the pair.", max_length=_MAX_TEXT, required=True)


class NumberedWarningSchema(OutSchema):
    number = out.integer("By which it is lifted.")
    text = out.string()
    source = out.string("Who warns.")
    said_at = out.instant(attribute="retrieved_at")


class CloneWarningsOfSchema(OutSchema):
    """The warnings on one agency's entry, in their order there."""

    agency_id = out.string()
    warnings = out.list_of(NumberedWarningSchema)
    version = out.integer(_VERSION)


class CloneWarningsSchema(OutSchema):
    items = out.list_of(CloneWarningsOfSchema)


class CloneWarningSchema(InSchema):
    text = Line(max_length=_MAX_TEXT, required=True, metadata=_READ_BY_ALL)


class WarningLiftSchema(InSchema):
    number = Count(minimum=1, maximum=999, required=True)
