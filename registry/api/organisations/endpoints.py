"""Endpoints of organisations' programs that are made of the tables of acts (registry.organisation_acts)."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from registry.api.api_keys import needs_scope
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import act_once, acting, versioned
from registry.core.calls import Call
from registry.http.act_tables import parameters_in
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.organisation_acts.acts import OrganisationAct, ScopedActs, perform
from registry.organisations.models import OrganisationActor
from schemas.base import OutSchema


def _as_it_is(_call: Call[OrganisationActor], given: Any) -> Any:
    return given


class Answered(NamedTuple):
    """How an act is answered: the shape, and what makes the answer of what its action gave, in the act's transaction.

    `location` is where what was made is read, with fields of the answer in braces.
    """

    shape: OutSchema
    make: Callable[[Call[OrganisationActor], Any], Any] = _as_it_is
    status: HTTPStatus = HTTPStatus.OK
    location: str | None = None
    is_cacheable: bool = True


def serve_acts(ns: Namespace, address: str, acts: ScopedActs, answers: Mapping[str, Answered]) -> None:
    """Serve each act below the address of what it is done to. One without a row in `answers` answers with nothing."""
    assert answers.keys() <= acts.keys(), "an answer is of an act that the table has not"
    for act in acts.values():
        path = act.path_below(address)
        views = {act.method: _act_view(path, act, answers.get(act.name))}
        ns.route(path)(type(f"{act.operation[0].upper()}{act.operation[1:]}", (Resource,), views))


def _act_view(path: str, act: OrganisationAct[Any], answered: Answered | None) -> Callable[..., Any]:
    parameters = parameters_in(path)

    def view(_: Resource, *, version: int | None = None, **given: Any) -> Any:
        references = [given.pop(name) for name in parameters]
        idempotency_key = given.pop("idempotency_key", None)

        def do(call: Call[OrganisationActor]) -> Any:
            done = perform(act, call, references, given)
            return None if answered is None else answered.make(call, done)

        if act.once:
            return act_once(act.once.format(*references), idempotency_key, do)
        with acting(version) as call:
            return do(call)

    view.__doc__ = act.about
    if act.schema is None:
        taken = request_schema()
    else:
        taken = request_schema(
            act.schema(),
            body=True,
            idempotent=bool(act.once),
            max_bytes=act.max_bytes,
            is_body_optional=act.is_body_optional,
        )
    if answered is None:
        returned = no_content_response(act.operation, act.error_statuses)
    else:
        returned = response_schema(
            answered.shape,
            act.operation,
            act.error_statuses,
            status=answered.status,
            cacheable=answered.is_cacheable,
            location=answered.location,
        )
    taking = taken(returned(view))
    return needs_scope(act.right)(versioned(taking) if act.is_versioned else taking)
