"""The lists that an authority publishes: how reading them fares, and those held until an official has looked at them."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.officer_desk.acting import names_of
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.licence_acts import HELD_LISTS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.opening import official
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page
from registry.register.imports import queries

pages = Blueprint("console_imports", __name__)


@pages.get("/imports")
@allowed(Resource.IMPORT, Act.READ)
def lists(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    return Place(reference, "/console/imports", lambda refusal: _list(session, me, refusal))


serve_acts(pages, "/imports/<reference>", HELD_LISTS, _opened)


def _list(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    authority = official(me).authority
    return page(
        "imports/lists.html",
        here="imports",
        tab="lists",
        refusal=refusal,
        held=queries.lists_on_hold(session, authority),
        sources=queries.sources_of(session, authority),
        names=names_of(session, authority),
        may_approve=me.standing.may(Resource.IMPORT, Act.APPROVE),
    )
