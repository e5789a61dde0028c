"""Overlays of the law: what an operator signs and two persons put into force, without a release."""

from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Line, Passage

STATES = ("proposed", "approved", "refused", "withdrawn")
MAX_FILE = 64 * 1024

_OFFICER = "Id of the officer."


class OverlayWithdrawalSchema(InSchema):
    reason = Line("Everybody may read it where the overlay was in force.", max_length=400, required=True)


class OverlayProposalSchema(InSchema):
    """A file of `registry law overlay sign` and the line that it wrote beside it."""

    file = Passage("TOML, character for character as it was signed.", max_length=MAX_FILE, required=True)
    signature = Line("The kid of a law key and 86 characters of base64url.", max_length=200, required=True)
    filename = Line("What a refusal calls the file; `overlay` without it.", max_length=200)


class DeskOverlaySchema(OutSchema):
    """An overlay of the law as operators see it."""

    overlay_id = out.string()
    state = out.one_of(STATES, "`refused` was never in force, `withdrawn` was until then.")
    law_version = out.integer("The version that the file states.")
    reason = out.string("Why the law is corrected, as the file says.")
    rows = out.strings("Ids of the rows it speaks of.")
    kid = out.string("The law key that signed.")
    proposed_by = out.string(_OFFICER)
    proposed_at = out.instant()
    decided_by = out.string(_OFFICER, allow_none=True)
    decided_at = out.instant(allow_none=True)
    withdrawal_asked_by = out.string(_OFFICER, allow_none=True)
    withdrawn_by = out.string(_OFFICER, allow_none=True)
    withdrawn_at = out.instant(allow_none=True)
    withdrawal_reason = out.string("Or why it was refused.", allow_none=True)
    file = out.string()
    version = out.integer("For `If-Match`.")


class DeskOverlaysSchema(OutSchema):
    items = out.list_of(DeskOverlaySchema)
