"""Endpoints of officers' acts, made from their tables (registry.officer_acts.acts)."""

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.officer_acts.acts import OfficerAct, OfficerActs, draft_idempotently
from registry.officers.sessions import AuthenticatedOfficer
from schemas.base import OutSchema

_PARAMETER = re.compile(r"<(\w+)>")


class Answered(NamedTuple):
    """How an act is answered: the shape, and what makes the answer.

    `make` is given the session, the officer present, the reference of what the act was done to, and what its action gave.
    `location` is where what an act drafts is read, with fields of the answer in braces.
    """

    shape: OutSchema
    make: Callable[[Session, AuthenticatedOfficer, str, Any], Answer]
    location: str | None = None


def serve_acts(
    ns: Namespace, address: str, acts: OfficerActs[Any], answered: Answered | None, *, exclude: tuple[str, ...] = ()
) -> None:
    """Serve each act below the address of what it is done to, except those that another class of views serves (`exclude`).

    Without `answered` the answer is empty.
    """
    for act in acts:
        if act.name not in exclude:
            path = f"{address}/{act.name}" if act.path is None else f"{address}{act.path}"
            views = {act.method: act_view(f"{ns.path}{address}", acts, act, answered if act.is_shown_after else None)}
            ns.route(path)(type(f"{act.operation[0].upper()}{act.operation[1:]}", (Resource,), views))


def act_view(
    address: str, acts: OfficerActs[Any], act: OfficerAct, answered: Answered | None
) -> Callable[..., Any]:  # fmt: skip
    """The view of one act at its whole address: opens what it is done to, does it, and shows what became of it."""
    parameters = _PARAMETER.findall(address)

    def view(
        _: Resource, *, session: Session, me: AuthenticatedOfficer, version: int | None = None, **given: Any
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
    name, refusals = act.operation, act.error_statuses
    status = HTTPStatus.CREATED if act.drafts else HTTPStatus.OK
    returned = (
        no_content_response(name, refusals)
        if answered is None
        else response_schema(
            answered.shape, name, refusals, status=status, location=answered.location if act.drafts else None
        )
    )
    return officer_may(*acts.right_to(act), versioned=act.is_versioned)(taken(returned(view)))
