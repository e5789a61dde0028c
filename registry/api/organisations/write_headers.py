"""What writes of organisations' programs share: the version that was read, and what is to count once however often it is sent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session

from registry.api.api_keys import current_organisation
from registry.api.idempotency import claim as claim_once
from registry.api.officers.guard import if_match
from registry.http.query_reader import IdempotencyKey

View = Callable[..., Any]


def versioned(view: View) -> View:
    """Hand a method the `version` that If-Match names; it stands between needs_scope and request_schema. 428 without one."""

    @wraps(view)
    def with_version(self: Any, **path: Any) -> Any:
        return view(self, version=if_match(), **path)

    with_version.is_versioned = True  # type: ignore[attr-defined]
    return with_version


def claim(session: Session, what: str, idempotency_key: IdempotencyKey | None) -> None:
    """Take an Idempotency-Key of one's organisation. Raises AlreadyDone, or RepeatDiffers where something else was sent."""
    claim_once(session, what, f"organisation {current_organisation().reference}", idempotency_key)
