"""What writes of organisations' programs share: the version that was read, and what is to count once however often it is sent."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session

from registry.api.desk.guard import if_match
from registry.clock import day_at, now
from registry.complaints import repeats
from registry.errors import AlreadyDone
from registry.web.complaints import sealer
from registry.web.loading import Once
from registry.web.organisations import current_organisation

View = Callable[..., Any]


def versioned(view: View) -> View:
    """Hand a method the `version` that If-Match names; it stands between `needs_scope` and `takes`. 428 without one."""

    @wraps(view)
    def with_version(self: Any, **path: Any) -> Any:
        return view(self, version=if_match(), **path)

    with_version.is_versioned = True  # type: ignore[attr-defined]
    return with_version


def claim(session: Session, what: str, once: Once | None) -> None:
    """Take an Idempotency-Key of one's organisation. Raises AlreadyDone, or RepeatDiffers where something else was sent."""
    if once is None:
        return
    scope = f"{what} of organisation {current_organisation().reference}"
    if not repeats.claim(session, sealer(), scope, once.key, once.digest, day_at(now(), None)):
        raise AlreadyDone(f"a {what} was made with this key already: it stands in the list of yours")
