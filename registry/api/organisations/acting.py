"""Acts of organisations' programs: the version that was read, the Idempotency-Key, and the transaction of the act."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import wraps
from typing import Any

from registry.api import write_headers
from registry.api.api_keys import current_organisation
from registry.api.restx import with_input
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer
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
        yield Call(session, OrganisationActor(caller.id, caller.scopes, caller.key), now(), version)


def versioned(method: View) -> View:
    """Hand a method the `version` that If-Match names; it stands between needs_scope and request_schema. 428 without one."""
    view = with_input(method)

    @wraps(view)
    def with_version(self: Any, **path: Any) -> Any:
        return view(self, version=write_headers.if_match(), **path)

    with_version.is_versioned = True  # type: ignore[attr-defined]
    return with_version


def once(what: str, idempotency_key: IdempotencyKey | None) -> AbstractContextManager[write_headers.Once]:
    """A request of one's organisation that does `what`, by its Idempotency-Key."""
    return write_headers.once(what, f"organisation {current_organisation().reference}", idempotency_key)


def act_once(
    what: str, idempotency_key: IdempotencyKey | None, act: Callable[[Call[OrganisationActor]], Answer]
) -> Answer:
    """What `act` answers; sent again with the same key, the same once more. Raises as `act`, RepeatDiffers and StillRunning."""
    with once(what, idempotency_key) as one:
        found = one.stored()
        if found is not None:
            return found
        with acting() as call:
            return one.answer(call.session, lambda: act(call))
