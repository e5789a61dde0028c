"""Endpoints of the officers' API: their guard, closed by default, and those made of the tables of acts.

The guard (`officer_may`) asks for the token's officer, the right, and the version that was read. A token stands in the
Authorization header alone. Cookies open nothing here, so no other site can make a browser act; and a view without `officer_may`
stops the start (edge.py), so nothing is open by forgetting.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, NamedTuple

from flask import g, request
from sqlalchemy.orm import Session

from registry.api import restx, write_headers
from registry.core.clock import now
from registry.core.errors import NotSignedIn
from registry.http.act_tables import parameters_in
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.http.transaction import reading, services, writing
from registry.officer_acts.acts import OfficerActs, draft_idempotently
from registry.officer_acts.permissions import ViewPolicy, require_right
from registry.officer_acts.sign_in_providers import only_way_of
from registry.officers import tokens
from registry.officers.providers import linking
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.register import Language
from schemas.base import OutSchema

NEEDS_TOKEN = "officerToken"
"""The security scheme's name in the document."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

_BEARER = re.compile(r"[Bb]earer +([A-Za-z0-9_-]{20,100})")

View = Callable[..., Any]


def officer_may(
    resource: Resource, act: Act, *, versioned: bool = False, reads: bool = False
) -> Callable[[View], View]:
    """A method of a Resource for officers whose role has the right; it stands above request_schema, where there is input,
    and response_schema.

    The method is given `session` and `me` (AuthenticatedOfficer), and with `versioned` the `version` that If-Match names.
    One transaction: what it did is committed when it returns and rolled back when it raises. A refusal comes before the
    body is read: 401 without a valid token, 403 where no role has the right. What belongs to others is NotFound, which the
    method raises. With `reads` the method is given a session that only reads, after that transaction: what takes long holds
    up no writer.
    """

    def admit_sender() -> None:
        with services().reading_sessions() as glance:
            # A reader that wrote would not wait for a writer, as SQLite has it, but fail.
            require_right(_present(glance, is_noted=False), resource, act)

    def decorate(method: View) -> View:
        view = restx.with_input(method)

        @wraps(view)
        def guarded(self: Any, **path: Any) -> Any:
            if request.method not in SAFE:
                # No transaction waits for a body to arrive, and no body is read of somebody who may not.
                admit_sender()
                _read_body(view)
            with writing() as session:
                me = _present(session)
                g.language = Language(me.officer.language)
                require_right(me, resource, act)
                stated = {"version": write_headers.if_match()} if versioned else {}
                if not reads:
                    return view(self, session=session, me=me, **stated, **path)
            return view(self, session=reading(), me=me, **stated, **path)

        guarded.policy = ViewPolicy(resource, act)  # type: ignore[attr-defined]
        guarded.needs = NEEDS_TOKEN  # type: ignore[attr-defined]
        guarded.is_versioned = versioned  # type: ignore[attr-defined]
        guarded.admit_sender = admit_sender  # type: ignore[attr-defined]
        return guarded

    return decorate


def token_sent() -> str:
    """The token of the Authorization header. Raises NotSignedIn where there is none."""
    match = _BEARER.fullmatch(request.headers.get("Authorization", ""))
    if match is None:
        raise NotSignedIn(tokens.NEEDED)
    return match[1]


def _read_body(view: View) -> None:
    request.max_content_length = view.request_spec.max_bytes  # type: ignore[attr-defined]
    request.get_data()


def _present(session: Session, *, is_noted: bool = True) -> AuthenticatedOfficer:
    """The officer of the token that was sent.

    Raises NotSignedIn, also if the officer must sign in with a provider and did not lately.
    """
    at = now()
    me = tokens.authenticate(session, token_sent(), at, is_noted=is_noted)
    only = only_way_of(me.standing)
    if only is not None:
        linking.require_there(session, me.officer, only, at)
    return me


class Answered(NamedTuple):
    """How an act is answered: the shape, and what makes the answer.

    `make` is given the session, the officer present, the reference of what the act was done to, and what its action gave.
    `location` is where what an act drafts is read, with fields of the answer in braces.
    """

    shape: OutSchema
    make: Callable[[Session, AuthenticatedOfficer, str, Any], Answer]
    location: str | None = None


def serve_acts(
    ns: restx.Namespace,
    address: str,
    acts: OfficerActs[Any],
    answered: Answered | None = None,
    *,
    exclude: tuple[str, ...] = (),
) -> None:
    """Serve each act below the address of what it is done to, except those that another class of views serves (`exclude`).

    Without `answered` the answer is empty.
    """
    for act in acts:
        if act.name not in exclude:
            shown = answered if act.is_shown_after else None
            views = {act.method: act_view(f"{ns.path}{address}", acts, act.name, shown)}
            ns.route(act.path_below(address))(
                type(f"{act.operation[0].upper()}{act.operation[1:]}", (restx.Resource,), views)
            )


def act_view(
    address: str, acts: OfficerActs[Any], name: str, answered: Answered | None = None
) -> Callable[..., Any]:  # fmt: skip
    """The view of the act of that name at its whole address: opens what it is done to, does it, and shows what became of it.

    Without `answered` the answer is empty.
    """
    act, parameters = acts[name], parameters_in(address)

    def view(
        _: restx.Resource, *, session: Session, me: AuthenticatedOfficer, version: int | None = None, **given: Any
    ) -> Answer | None:
        reference: Any = acts.find(session, me, act, *(given.pop(name) for name in parameters))
        idempotency_key = given.pop("idempotency_key", None)

        def do() -> object:
            return acts.perform(act, session, me, reference, version, given)

        if act.drafts:
            draft = draft_idempotently(session, me, f"{act.drafts} in {reference}", idempotency_key, do)
            return None if answered is None else answered.make(session, me, draft, draft)
        done = do()
        return None if answered is None else answered.make(session, me, reference, done)

    view.__doc__ = act.about
    taken = (
        request_schema()
        if act.schema is None
        else request_schema(act.schema(), body=True, idempotent=bool(act.drafts), max_bytes=act.max_bytes)
    )
    operation, refusals = act.operation, act.error_statuses
    if answered is None:
        returned = no_content_response(operation, refusals)
    elif act.drafts:
        returned = restx.created_response(answered.shape, operation, refusals, location=answered.location)
    else:
        returned = response_schema(answered.shape, operation, refusals)
    return officer_may(*acts.right_to(act), versioned=act.is_versioned)(taken(returned(view)))
