"""Overlays of the law: what an operator signs and two persons put into force, without a release."""

from marshmallow import fields

from schemas.base import InSchema, OutSchema
from schemas.fields import Instant, Line, OneOf, Passage

STATES = ("proposed", "approved", "refused", "withdrawn")
MAX_FILE = 64 * 1024

_OFFICER = {"description": "Id of the officer."}


class OverlayWithdrawalSchema(InSchema):
    reason = Line(
        max_length=400, required=True, metadata={"description": "Everybody may read it where the overlay was in force."}
    )


class OverlayProposalSchema(InSchema):
    """A file of `registry law overlay sign` and the line that it wrote beside it."""

    file = Passage(
        max_length=MAX_FILE, required=True, metadata={"description": "TOML, character for character as it was signed."}
    )
    signature = Line(
        max_length=200, required=True, metadata={"description": "The kid of a law key and 86 characters of base64url."}
    )
    filename = Line(max_length=200, metadata={"description": "What a refusal calls the file; `overlay` without it."})


class DeskOverlaySchema(OutSchema):
    """An overlay of the law as operators see it."""

    overlay_id = fields.String(required=True)
    state = OneOf(
        STATES, required=True, metadata={"description": "`refused` was never in force, `withdrawn` was until then."}
    )
    law_version = fields.Integer(required=True, metadata={"description": "The version that the file states."})
    reason = fields.String(required=True, metadata={"description": "Why the law is corrected, as the file says."})
    rows = fields.List(fields.String(), required=True, metadata={"description": "Ids of the rows it speaks of."})
    kid = fields.String(required=True, metadata={"description": "The law key that signed."})
    proposed_by = fields.String(required=True, metadata=_OFFICER)
    proposed_at = Instant(required=True)
    decided_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    decided_at = Instant(required=True, allow_none=True)
    withdrawal_asked_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    withdrawn_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    withdrawn_at = Instant(required=True, allow_none=True)
    withdrawal_reason = fields.String(
        required=True, allow_none=True, metadata={"description": "Or why it was refused."}
    )
    file = fields.String(required=True)
    version = fields.Integer(required=True, metadata={"description": "For `If-Match`."})


class DeskOverlaysSchema(OutSchema):
    items = fields.List(fields.Nested(DeskOverlaySchema), required=True)
