"""Acts of organisations' programs: the version that was read, the Idempotency-Key, and the transaction of the act."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

from sqlalchemy.orm import Session

from registry.api import write_headers
from registry.api.api_keys import current_organisation
from registry.api.write_headers import if_match
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.request_reader import IdempotencyKey
from registry.http.transaction import writing
from registry.organisations.models import OrganisationActor

View = Callable[..., Any]


@contextmanager
def acting(version: int | None = None) -> Iterator[Call[OrganisationActor]]:
    """A call by the organisation whose key was sent; its transaction is committed when the block ends well.

    `version` is the one that was read of what the act is done to.
    """
    caller = current_organisation()
    with writing() as session:
        yield Call(session, OrganisationActor(caller.id, caller.scopes), now(), version)


def versioned(view: View) -> View:
    """Hand a method the `version` that If-Match names; it stands between needs_scope and request_schema. 428 without one."""

    @wraps(view)
    def with_version(self: Any, **path: Any) -> Any:
        return view(self, version=if_match(), **path)

    with_version.is_versioned = True  # type: ignore[attr-defined]
    return with_version


def claim(session: Session, what: str, idempotency_key: IdempotencyKey | None) -> None:
    """Take an Idempotency-Key of one's organisation. Raises AlreadyDone, or RepeatDiffers where something else was sent."""
    write_headers.claim(session, what, f"organisation {current_organisation().reference}", idempotency_key)
