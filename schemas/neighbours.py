"""What the licensing desk does beside licences: changes of channels, pairs that resemble each other, warnings of clones."""

from marshmallow import fields

from registry.vocabulary.licensing import ChannelChangeState
from registry.vocabulary.register import ChannelKind
from schemas.agencies import AgencySummarySchema
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Instant, Line, OneOf, Word

_MAX_VALUE = 200
_MAX_TEXT = 1000
_OFFICER = {"description": "An officer's id, or the list that prints it."}
_VERSION = {"description": "For If-Match, in quotes: another number once this is otherwise."}
_READ_BY_ALL = {"description": "Everybody reads it.", "example": "A firm of nearly the same name is not this agency."}


class ChannelChangeSchema(OutSchema):
    """A change of a channel that an agency registered. `value` of a bank account is its last characters alone."""

    change_id = fields.String(attribute="reference", required=True)
    agency_id = fields.String(required=True)
    kind = OneOf(ChannelKind, required=True)
    replaces = fields.String(
        attribute="old_value", required=True, allow_none=True, metadata={"description": "Null: one more."}
    )
    value = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "`registry`, or the list that prints it."})
    state = OneOf(ChannelChangeState, required=True)
    proposed_by = fields.String(required=True, metadata=_OFFICER)
    proposed_at = Instant(required=True)
    decided_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    decided_at = Instant(required=True, allow_none=True)
    takes_effect_at = Instant(required=True, allow_none=True, metadata={"description": "72 hours after the approval."})
    told_at = Instant(required=True, allow_none=True, metadata={"description": "When the agency was told by mail."})
    addresses = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Where it is told; empty: tell it by a way that is known already."},
    )
    version = fields.Integer(required=True, metadata=_VERSION)


class ChannelChangesSchema(OutSchema):
    items = fields.List(fields.Nested(ChannelChangeSchema), required=True)


class ChannelChangeProposalSchema(InSchema):
    agency_id = Line(
        max_length=200,
        required=True,
        metadata={"description": "Its id; a name or number that leads to one agency alone is accepted too."},
    )
    kind = Word(ChannelKind, required=True)
    value = Line(max_length=_MAX_VALUE, required=True)
    replaces = Line(
        max_length=_MAX_VALUE,
        metadata={
            "description": "The registered channel that it replaces, of an account the last four characters; "
            "without it, it is one more."
        },
    )


class CollisionSchema(OutSchema):
    """Two agencies that resemble each other more than strangers do. Nothing of it is public."""

    collision_id = fields.String(attribute="reference", required=True)
    state = OneOf(("open", "confirmed", "dismissed"), required=True)
    agencies = fields.List(fields.Nested(AgencySummarySchema), required=True)
    yours = fields.List(fields.String(), required=True, metadata={"description": "Which are your authority's."})
    signs = fields.List(fields.String(), required=True, metadata={"description": "Codes, like `near_name`."})
    evidence = fields.List(
        fields.String(), required=True, metadata={"description": "A line for each sign, in English."}
    )
    rank = fields.Integer(required=True, metadata={"description": "How much the signs tell together, 100 at most."})
    found_at = Instant(required=True)
    decided_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    decided_at = Instant(required=True, allow_none=True)
    decision = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class CollisionsSchema(OutSchema):
    items = fields.List(fields.Nested(CollisionSchema), required=True)


class CollisionConfirmationSchema(InSchema):
    true_entry = Line(
        max_length=20, required=True, metadata={"description": "The agency that is imitated: one of yours."}
    )
    text = Line(max_length=_MAX_TEXT, required=True, metadata=_READ_BY_ALL)


class CollisionDismissalSchema(InSchema):
    text = Line(max_length=_MAX_TEXT, required=True, metadata={"description": "Why; kept with the pair."})


class NumberedWarningSchema(OutSchema):
    number = fields.Integer(required=True, metadata={"description": "By which it is lifted."})
    text = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "Who warns."})
    said_at = Instant(attribute="retrieved_at", required=True)


class CloneWarningsOfSchema(OutSchema):
    """The warnings on one agency's entry, in their order there."""

    agency_id = fields.String(required=True)
    warnings = fields.List(fields.Nested(NumberedWarningSchema), required=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class CloneWarningsSchema(OutSchema):
    items = fields.List(fields.Nested(CloneWarningsOfSchema), required=True)


class CloneWarningSchema(InSchema):
    text = Line(max_length=_MAX_TEXT, required=True, metadata=_READ_BY_ALL)


class WarningLiftSchema(InSchema):
    number = Count(minimum=1, maximum=999, required=True)
