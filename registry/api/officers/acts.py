"""Endpoints of officers' acts, made from their tables (registry.officer_desk.acts)."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acts import OfficerAct, OfficerActs
from registry.officers.sessions import Present
from schemas.base import OutSchema

_PARAMETER = re.compile(r"<(\w+)>")


Opened = Callable[..., tuple[str, Callable[[], Answer]]]
"""Finds what an act is done to: given the session, the officer present, the act, and the path's parameters as keywords.

It gives the stored reference, and how the act is answered afterwards. Raises NotFound for what belongs to others, Forbidden where
the officer declared an interest.
"""


def serve_acts(
    ns: Namespace, address: str, acts: OfficerActs[Any], shape: OutSchema, opened: Opened, *, but: tuple[str, ...] = ()
) -> None:
    """Serve each act below the address of what it is done to, except those that another class of views serves (`but`)."""
    for act in acts:
        if act.name not in but:
            path = f"{address}/{act.name}" if act.path is None else f"{address}{act.path}"
            views = {act.method: act_view(address, acts, act, shape, opened)}
            ns.route(path)(type(f"{act.operation[0].upper()}{act.operation[1:]}", (Resource,), views))


def act_view(
    address: str, acts: OfficerActs[Any], act: OfficerAct, shape: OutSchema, opened: Opened
) -> Callable[..., Any]:
    """The view of one act: opens what it is done to, does it, and shows what became of it."""
    parameters = _PARAMETER.findall(address)

    def view(_: Resource, *, session: Session, me: Present, version: int, **given: Any) -> Answer:
        path = {name: given.pop(name) for name in parameters}
        reference, shown = opened(session, me, act, **path)
        acts.perform(act, session, me, reference, version, given)
        return shown()

    view.__doc__ = act.about
    taken = takes() if act.schema is None else takes(act.schema(), body=True)
    answered = returns(shape, act.operation, act.statuses)(view)
    return officer_may(acts.resource, act.right, versioned=True)(taken(answered))
