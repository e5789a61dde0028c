"""Forms that draft something do it once: sent twice by a hand or a bad line, they lead to what was made the first time."""

import hashlib
import json
from collections.abc import Callable

from flask import request
from sqlalchemy.orm import Session

from registry.core.errors import IllegalMove, RepeatDiffers
from registry.http.portals import FORM_FIELD
from registry.http.request_reader import IdempotencyKey
from registry.officer_desk.acts import draft_idempotently
from registry.officers.sessions import AuthenticatedOfficer

FIELD = "once"
_BESIDE = frozenset({FIELD, FORM_FIELD})


def made_by_form(session: Session, me: AuthenticatedOfficer, what: str, make: Callable[[], object]) -> str:
    """The reference of what the form drafts, or drafted when it came before; `what` as `draft_idempotently` takes it.

    Raises as `make`, and IllegalMove where the same form was sent before with something else in it.
    """
    try:
        return draft_idempotently(session, me, what, _sent(), make)
    except RepeatDiffers:
        raise IllegalMove(
            "this form was sent before with something else in it, and that was kept: look at it, then send this if you still "
            "mean it",
            "desk.form_sent_before",
        ) from None


def _sent() -> IdempotencyKey | None:
    key = request.form.get(FIELD, "")[:80]
    sent_fields = sorted((name, value) for name, value in request.form.items(multi=True) if name not in _BESIDE)
    return IdempotencyKey(key, hashlib.sha256(json.dumps(sent_fields).encode()).hexdigest()) if key else None
