"""The first page after sign-in: what waits for this officer, the most urgent first. And texts that were typed and not sent."""

from datetime import timedelta

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework import unsent
from registry.complaints.casework.access_grants.queries import count_break_glass
from registry.core.clock import now
from registry.http.portals import see_other
from registry.officer_acts.acting import names_in
from registry.officer_acts.inbox.queries import inbox
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.queue import URGENCY, counts
from registry.pages.officers.guard import allowed
from registry.pages.officers.rendering import page
from registry.pages.officers.returning import is_kept_of, keep_typed, page_of_form

pages = Blueprint("console_home", __name__)

MAX_SHOWN = 60


@pages.get("/")
@allowed(Resource.OWN, Act.READ)
def show_home(session: Session, me: AuthenticatedOfficer) -> Response:
    at, sees_cases = now(), me.standing.may(Resource.CASE, Act.READ)
    rows = inbox(session, me, at)
    wanted = request.args.get("of", "")
    groups = {name: [row for row in rows if row.group == name] for name in dict.fromkeys(row.group for row in rows)}
    listed = groups.get(wanted, rows)
    may_watch = me.standing.may(Resource.BREAK_GLASS, Act.READ)
    number = max(request.args.get("page", 1, type=int), 1)
    begin = (number - 1) * MAX_SHOWN
    return page(
        "home.html",
        here="home",
        rows=listed[begin : begin + MAX_SHOWN],
        more=len(listed) - begin - MAX_SHOWN,
        shown_page=number,
        is_cut=rows.is_cut,
        number=len(rows),
        groups={name: len(found) for name, found in groups.items()},
        wanted=wanted if wanted in groups else "",
        counts=counts(session, me, at) if sees_cases else [],
        urgency=URGENCY,
        at=at,
        soon=at + timedelta(days=1),
        mine=me.officer.reference,
        may_take=me.standing.may(Resource.CASE, Act.WRITE),
        names=names_in(session, me.standing.unit) if any(row.owner for row in rows) else {},
        broken=count_break_glass(session, me.standing.unit, at) if may_watch else 0,
    )


@pages.post("/drafts")
@allowed(Resource.OWN, Act.WRITE)
def keep_unsent(session: Session, me: AuthenticatedOfficer) -> Response:
    """Keep what stands in a form; `draft_action` is where it would be sent. To a button the page answers, to a script 204."""
    origin, action = page_of_form(), request.form.get("draft_action", "")
    is_kept = origin is not None and is_kept_of(action) and keep_typed(session, me.officer.id, origin, action, now())
    if request.form.get("draft_page"):
        return Response(status=204 if is_kept else 422)
    return see_other(origin or "/console/")


@pages.post("/drafts/drop")
@allowed(Resource.OWN, Act.WRITE)
def drop_unsent(session: Session, me: AuthenticatedOfficer) -> Response:
    """Drop what was kept of the page that the form stands on."""
    origin = page_of_form()
    if origin is not None:
        unsent.drop(session, me.officer.id, page=origin.partition("?")[0])
    return see_other(origin or "/console/")
