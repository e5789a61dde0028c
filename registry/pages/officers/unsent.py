"""Texts that officers have typed and not sent: kept while they type by a script, or by a button, and dropped on request."""

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.casework import unsent
from registry.core.clock import now
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import allowed
from registry.pages.officers.returning import is_kept_of, keep_typed, page_of_form

pages = Blueprint("console_unsent", __name__)


@pages.post("/drafts")
@allowed(Resource.OWN, Act.WRITE)
def keep_unsent(session: Session, me: AuthenticatedOfficer) -> BaseResponse:
    """Keep what stands in a form; `draft_action` is where it would be sent. To a button the page answers, to a script 204."""
    page, action = page_of_form(), request.form.get("draft_action", "")
    is_kept = page is not None and is_kept_of(action) and keep_typed(session, me.officer.id, page, action, now())
    if request.form.get("draft_page"):
        return Response(status=204 if is_kept else 422)
    return redirect(page or "/console/", 303)


@pages.post("/drafts/drop")
@allowed(Resource.OWN, Act.WRITE)
def drop_unsent(session: Session, me: AuthenticatedOfficer) -> BaseResponse:
    """Drop what was kept of the page that the form stands on."""
    page = page_of_form()
    if page is not None:
        unsent.drop(session, me.officer.id, page=page.partition("?")[0])
    return redirect(page or "/console/", 303)
