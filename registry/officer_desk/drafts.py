"""Officers' drafts are idempotent: console and API each send an idempotency key with a draft, and it is stored once."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from registry.complaints.intake import idempotency
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.http.request_reader import IdempotencyKey
from registry.officers.sessions import AuthenticatedOfficer


def draft_idempotently(
    session: Session,
    me: AuthenticatedOfficer,
    what: str,
    idempotency_key: IdempotencyKey | None,
    make: Callable[[], object],
) -> str:
    """The reference of what `make` drafts, or drafted before with the same key. Without a key it drafts.

    `make` gives the draft or its reference.

    `what` says what and where, such as a hearing of one case: the same key elsewhere is another. Raises as `make`, and
    RepeatDiffers where something else was sent with the key.
    """

    def draft() -> str:
        made: Any = make()
        return made if isinstance(made, str) else str(made.reference)

    if idempotency_key is None:
        return draft()
    scope = f"{what} of officer {me.officer.reference}"
    return idempotency.run_idempotently(session, sealer(), scope, *idempotency_key, day_at(now(), None), draft)
