"""Officers: who they are, and what they may."""

from marshmallow import fields

from schemas.base import OutSchema

_ROLES = {"description": "As in docs/console.md, those lent for today included."}


class RightSchema(OutSchema):
    """An act on things of a kind. Whose things, the wall says: those of one's unit, or of one's authority."""

    resource = fields.String(required=True)
    act = fields.String(required=True)


class OwnStandingSchema(OutSchema):
    """Whoever asks, and what he may today."""

    officer_id = fields.String(required=True)
    name = fields.String(required=True)
    language = fields.String(required=True)
    unit = fields.String(required=True)
    country = fields.String(required=True)
    authority = fields.String(required=True)
    roles = fields.List(fields.String(), required=True, metadata=_ROLES)
    rights = fields.List(fields.Nested(RightSchema), required=True)
    conflicts = fields.List(
        fields.String(), required=True, metadata={"description": "Agencies in which he has an interest."}
    )
