"""What writes of programs share: the version that was read (If-Match, ETag), and what counts once however often it is sent.

An Idempotency-Key is taken with the thing it makes.
"""

import re
from collections.abc import Mapping

from flask import request
from sqlalchemy.orm import Session

from registry.complaints.intake import idempotency
from registry.core.clock import day_at, now
from registry.core.errors import AlreadyDone, Fault, InvalidInput, VersionMissing
from registry.http.complaint_services import sealer
from registry.http.request_reader import IdempotencyKey
from registry.vocabulary.codes import Problem

# A proxy that compresses answers weakens our ETag; the version is the same.
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})"')

MADE: Mapping[str, str] = {
    "key": "a key was made with this Idempotency-Key: GET /api/v1/organisation/keys lists it; its text is shown once only: if "
    "that answer was lost, revoke it and make another, with an Idempotency-Key of its own",
    "list": "a list was archived with this Idempotency-Key: GET /api/v1/archived-lists lists it, the newest first",
    "receipt": "an answer was archived with this Idempotency-Key: GET /api/v1/receipts lists it, the newest first",
    "watch": "a watch was made with this Idempotency-Key: GET /api/v1/watches lists it",
    "webhook": "a webhook was made with this Idempotency-Key: GET /api/v1/webhooks lists it; its secret is shown once only: if "
    "that answer was lost, rotate it",
}
"""By what is made: where it stands now, and what to do where the answer did not arrive."""


def if_match() -> int:
    """The version that If-Match names. Raises VersionMissing (428) without one, InvalidInput where it is no version of ours."""
    text = request.headers.get("If-Match")
    if text is None:
        raise VersionMissing('send the ETag of what you read as If-Match, like If-Match: "3"; nothing was changed')
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        detail = 'must be one ETag as it was given, like "3"; neither a list nor *'
        raise InvalidInput([Fault("If-Match", Problem.INVALID_VALUE, detail)])
    return int(match[1])


def claim(session: Session, what: str, whose: str, idempotency_key: IdempotencyKey | None) -> None:
    """Take an Idempotency-Key of `whose`. Raises AlreadyDone, or RepeatDiffers where something else was sent with it."""
    if idempotency_key is None:
        return
    if not idempotency.claim(
        session, sealer(), f"{what} of {whose}", idempotency_key.key, idempotency_key.digest, day_at(now(), None)
    ):
        raise AlreadyDone(MADE[what])
