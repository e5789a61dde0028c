"""What writes of programs share: the version that was read (If-Match, ETag), and what counts once however often it is sent.

Of organisations' programs the transaction of the act as well (`acting`).

An Idempotency-Key is taken, and the answer stored, in the transaction of the thing that is made: neither is there without the
other, and the answer is given again for a day at least (docs/decisions/0193).
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from threading import Lock
from typing import Any

import msgspec
from flask import request
from msgspec.structs import replace
from sqlalchemy.orm import Session

from registry.api.api_keys import current_organisation
from registry.api.restx import with_input
from registry.complaints.intake import idempotency
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import Fault, InvalidInput, StaleVersion, StillRunning, VersionMissing
from registry.http.complaint_services import sealer
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, Written, encode_answer
from registry.http.transaction import reading, writing
from registry.organisations.models import OrganisationActor
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

# A proxy that compresses answers weakens our ETag; the version is the same.
_VERSION = re.compile(r'(?:W/)?"([0-9]{1,9})"')

_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')

REPLAYED = ("Idempotent-Replayed", "true")


def if_match() -> int:
    """The version that If-Match names. Raises VersionMissing (428) without one, InvalidInput where it is no version of ours."""
    text = request.headers.get("If-Match")
    if text is None:
        raise VersionMissing('send the ETag of what you read as If-Match, like If-Match: "3"; nothing was changed')
    match = _VERSION.fullmatch(text.strip())
    if match is None and _TAG.fullmatch(text.strip()):
        # Well formed, and of nothing that was ever given out here: it fits nothing (RFC 9110, 13.1.1).
        raise StaleVersion(
            "this is no ETag that was given for it: read it, and send the ETag of that; nothing was changed"
        )
    if match is None:
        detail = 'must be one ETag as it was given, like "3"; neither a list nor *'
        raise InvalidInput([Fault("If-Match", Problem.INVALID_VALUE, detail)])
    return int(match[1])


class Once:
    """A request by its Idempotency-Key; `scope` is what it does and whose it is. Without a key it is done each time."""

    def __init__(self, scope: str, idempotency_key: IdempotencyKey | None) -> None:
        self._scope = scope
        self._key = idempotency_key

    def stored(self) -> Answer | None:
        """The answer of the request that came first; None where it is this one. Raises RepeatDiffers."""
        if self._key is None:
            return None
        found = idempotency.stored_answer(reading(), sealer(), self._scope, *self._key)
        return None if found is None else _replayed(found)

    def answer(self, session: Session, make: Callable[[], Answer]) -> Answer:
        """What `make` answers, stored in the transaction of what it does; or what was answered first, where another was
        quicker. Raises as `make`, and RepeatDiffers."""
        if self._key is None:
            return make()
        made: list[Answer] = []

        def written() -> bytes:
            answer = _in_bytes(make())
            made.append(answer)
            body = b"".join(answer.value.parts)
            return msgspec.json.encode(_Stored(answer.language, answer.media_type, answer.headers, body))

        found = idempotency.answer_once(session, sealer(), self._scope, *self._key, day_at(now(), None), written)
        return made[0] if found is None else _replayed(found)


@contextmanager
def once(what: str, idempotency_key: IdempotencyKey | None) -> Iterator[Once]:
    """A request of one's organisation that does `what`, by its Idempotency-Key.

    Raises StillRunning while this process is at work on the same key; another process waits for the first.
    """
    scope = f"{what} of organisation {current_organisation().reference}"
    running = (scope, idempotency_key.key) if idempotency_key is not None else None
    with _lock:
        if running in _running:
            raise StillRunning("the first request with this Idempotency-Key is not answered yet", 1)
        if running is not None:
            _running.add(running)
    try:
        yield Once(scope, idempotency_key)
    finally:
        with _lock:
            _running.discard(running)


_running: set[tuple[str, str] | None] = set()
_lock = Lock()


class _Stored(msgspec.Struct):
    """An answer as it is stored."""

    language: Language
    media_type: str
    headers: tuple[tuple[str, str], ...]
    body: bytes


def _in_bytes(answer: Answer) -> Answer:
    """The answer with its body written, so that what is stored and what is sent are the same bytes."""
    if isinstance(answer.value, Written):
        return answer
    return replace(answer, value=Written([encode_answer(answer.value)]))


def _replayed(stored: bytes) -> Answer:
    found = msgspec.json.decode(stored, type=_Stored)
    headers = (*found.headers, REPLAYED)
    return Answer(Written([found.body]), 0, headers, found.language, found.media_type, is_cacheable=False)


@contextmanager
def acting(version: int | None = None) -> Iterator[Call[OrganisationActor]]:
    """A call by the organisation whose key was sent; its transaction is committed when the block ends well.

    `version` is the one that was read of what the act is done to.
    """
    caller = current_organisation()
    with writing() as session:
        yield Call(session, OrganisationActor(caller.id, caller.scopes, caller.key), now(), version)


def versioned(method: Callable[..., Any]) -> Callable[..., Any]:
    """Hand a method the `version` that If-Match names; it stands between needs_scope and request_schema. 428 without one."""
    view = with_input(method)

    @wraps(view)
    def with_version(self: Any, **path: Any) -> Any:
        return view(self, version=if_match(), **path)

    with_version.is_versioned = True  # type: ignore[attr-defined]
    return with_version


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
