"""What forms bring along: days and numbers, the version that the form was made from, and the mark by which it counts once."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import date

from flask import request
from sqlalchemy.orm import Session

from registry.core.errors import Fault, IllegalMove, InvalidInput, RepeatDiffers
from registry.http.portals import FORM_FIELD
from registry.http.request_reader import IdempotencyKey
from registry.officer_acts.acts import draft_idempotently
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.codes import Problem

ONCE_FIELD = "once"
_BESIDE = frozenset({ONCE_FIELD, FORM_FIELD})


def day(text: str) -> date | None:
    """A day like 2026-12-31; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def day_in(form: Mapping[str, str], field: str) -> date:
    """Raises InvalidInput."""
    found = day(form.get(field, "").strip())
    if found is None:
        raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, "day_like")])
    return found


def any_day_in(form: Mapping[str, str], field: str) -> date | None:
    """None where nothing was typed. Raises InvalidInput."""
    return day_in(form, field) if form.get(field, "").strip() else None


def any_number_in(form: Mapping[str, str], field: str, unread: str = "number_digits") -> int | None:
    """None where nothing was typed: it is not known. Raises InvalidInput, saying the message `unread`."""
    typed = form.get(field, "").strip()
    if not typed:
        return None
    if not typed.isascii() or not typed.isdigit() or len(typed) > 9:
        raise InvalidInput([Fault.of(field, Problem.INVALID_VALUE, unread)])
    return int(typed)


def version_sent() -> int:
    """The version that the form was made from. Raises InvalidInput: a form without one could undo an unseen change."""
    text = request.form.get("version", "")
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise InvalidInput([Fault.of("version", Problem.MISSING, "missing_version")])
    return int(text)


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
    key = request.form.get(ONCE_FIELD, "")[:80]
    sent_fields = sorted((name, value) for name, value in request.form.items(multi=True) if name not in _BESIDE)
    return IdempotencyKey(key, hashlib.sha256(json.dumps(sent_fields).encode()).hexdigest()) if key else None
