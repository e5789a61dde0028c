"""An officer's calendar of deadlines: its secret address is made and revoked at the account, and read by a calendar program."""

from flask import Blueprint, Response, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.core.clock import day_at, now
from registry.http.transaction import reading, services
from registry.officer_desk import calendar
from registry.officers import calendars
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import allowed, open_to_all
from registry.pages.officers.profile import own_page
from registry.pages.officers.rendering import page
from registry.pages.officers.sign_in import password_fault

pages = Blueprint("console_calendar", __name__)


@pages.get("/calendar/<secret>.ics")
@open_to_all
def feed(secret: str) -> Response:
    """Anyone who has the address reads numbers of cases and days. Nothing of it is cached."""
    at, session = now(), reading()
    me = calendars.present(session, secret, day_at(at, None))
    response = Response(calendar.ics(calendar.events(session, me), at), content_type=calendar.MIME_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@pages.post("/own/calendar")
@allowed(Resource.OWN, Act.WRITE)
def make_calendar(session: Session, me: AuthenticatedOfficer) -> Response:
    """Make the address, or another in place of it. It is shown this once."""
    fault, at = password_fault(session, me), now()
    if fault is not None:
        return own_page(session, me, fault=fault)
    secret = calendars.make(session, me.officer, at, day_at(at, None))
    address = f"{services().settings.console_address}/console/calendar/{secret}.ics"
    return page("calendar.html", here="own", address=address)


@pages.post("/own/calendar/revoke")
@allowed(Resource.OWN, Act.WRITE)
def revoke_calendar(session: Session, me: AuthenticatedOfficer) -> BaseResponse:
    calendars.revoke(session, me.officer, day_at(now(), None))
    return redirect("/console/own#calendar", 303)
