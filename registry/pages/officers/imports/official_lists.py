"""The lists that an authority publishes: how reading them fares, and those held until an official has looked at them."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.core.clock import now
from registry.officer_desk.acting import names_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.opening import official
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.register.imports import queries
from registry.supervision.licensing import related_acts

pages = Blueprint("console_imports", __name__)


@pages.get("/imports")
@allowed(Resource.IMPORT, Act.READ)
def lists(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


@pages.post("/imports/<reference>/approve")
@allowed(Resource.IMPORT, Act.APPROVE)
def approve(session: Session, me: AuthenticatedOfficer, reference: str) -> BaseResponse:
    return _done(session, me, lambda: related_acts.order_list(session, official(me), reference, now()))


@pages.post("/imports/<reference>/reject")
@allowed(Resource.IMPORT, Act.APPROVE)
def reject(session: Session, me: AuthenticatedOfficer, reference: str) -> BaseResponse:
    return _done(session, me, lambda: related_acts.reject_list(session, official(me), reference, now()))


def _done(session: Session, me: AuthenticatedOfficer, act: Callable[[], object]) -> BaseResponse:
    refusal = attempt(session, act)
    return redirect("/console/imports", 303) if refusal is None else _list(session, me, refusal)


def _list(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    authority = official(me).authority
    return page(
        "imports/lists.html",
        here="imports",
        tab="lists",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        held=queries.lists_on_hold(session, authority),
        sources=queries.sources_of(session, authority),
        names=names_of(session, authority),
        may_approve=me.standing.may(Resource.IMPORT, Act.APPROVE),
    )
