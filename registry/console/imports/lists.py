"""The lists that an authority publishes: how reading them fares, and those held until an official has looked at them."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.clock import now
from registry.console.guard import allowed
from registry.console.licences.opening import official
from registry.console.refusals import Refusal, attempt
from registry.console.rendering import page
from registry.imports import queries
from registry.licensing import neighbours
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.web.desk import names_of

pages = Blueprint("console_imports", __name__)


@pages.get("/imports")
@allowed(Resource.IMPORT, Act.READ)
def lists(session: Session, me: Present) -> Response:
    return _list(session, me)


@pages.post("/imports/<reference>/approve")
@allowed(Resource.IMPORT, Act.APPROVE)
def approve(session: Session, me: Present, reference: str) -> BaseResponse:
    return _done(session, me, lambda: neighbours.order_list(session, official(me), reference, now()))


@pages.post("/imports/<reference>/reject")
@allowed(Resource.IMPORT, Act.APPROVE)
def reject(session: Session, me: Present, reference: str) -> BaseResponse:
    return _done(session, me, lambda: neighbours.reject_list(session, official(me), reference, now()))


def _done(session: Session, me: Present, act: Callable[[], object]) -> BaseResponse:
    refusal = attempt(session, act)
    return redirect("/console/imports", 303) if refusal is None else _list(session, me, refusal)


def _list(session: Session, me: Present, refusal: Refusal | None = None) -> Response:
    authority = official(me).authority
    return page(
        "imports/lists.html",
        here="imports",
        tab="lists",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        held=queries.held_lists(session, authority),
        sources=queries.sources_of(session, authority),
        names=names_of(session, authority),
        may_approve=me.standing.may(Resource.IMPORT, Act.APPROVE),
    )
