"""Reply templates of a unit: written in some languages, approved by a supervisor, offered by the state of a case."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework import reply_templates
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.portals import see_other
from registry.officer_acts.permissions import acting_for_unit, names_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.forms import version_sent
from registry.pages.officers.guard import form_at, page_at
from registry.pages.officers.rendering import Refusal, attempt, page
from registry.vocabulary.cases import CaseState
from registry.vocabulary.register import Language

pages = Blueprint("console_templates", __name__)

ADDRESS = "/console/templates"

_NEVER = (CaseState.DRAFT, CaseState.PURGED, CaseState.WITHDRAWN, CaseState.MERGED)
OFFERED_IN = tuple(state for state in CaseState if state not in _NEVER)
"""States in which a letter can be written."""


@form_at(pages, "/templates", Resource.MESSAGE, Act.WRITE)
def propose_template(session: Session, me: AuthenticatedOfficer) -> Response:
    form, call = request.form, Call(session, acting_for_unit(me), now())
    texts = {str(language): form.get(f"text_{language}", "") for language in Language}
    name, states = form.get("name", ""), form.getlist("states")
    refusal = attempt(session, lambda: reply_templates.propose(call, name, texts, states))
    return see_other(ADDRESS) if refusal is None else list_templates(session, me, refusal)


@form_at(pages, "/templates/<template>/approve", Resource.CASE, Act.HOLD)
def approve_template(session: Session, me: AuthenticatedOfficer, template: str) -> Response:
    refusal = attempt(
        session, lambda: reply_templates.approve(Call(session, acting_for_unit(me), now(), version_sent()), template)
    )
    return see_other(ADDRESS) if refusal is None else list_templates(session, me, refusal)


@form_at(pages, "/templates/<template>/withdraw", Resource.CASE, Act.HOLD)
def withdraw_template(session: Session, me: AuthenticatedOfficer, template: str) -> Response:
    refusal = attempt(
        session, lambda: reply_templates.withdraw(Call(session, acting_for_unit(me), now(), version_sent()), template)
    )
    return see_other(ADDRESS) if refusal is None else list_templates(session, me, refusal)


@page_at(pages, "/templates", Resource.MESSAGE, Act.WRITE)
def list_templates(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    return page(
        "templates.html",
        here="cases",
        refusal=refusal,
        found=reply_templates.templates_of(session, me.standing.unit),
        languages=list(Language),
        placeholders=reply_templates.PLACEHOLDERS,
        states=OFFERED_IN,
        names=names_in(session, me.standing.unit),
        own=me.officer.reference,
        may_approve=me.standing.may(Resource.CASE, Act.HOLD),
    )
