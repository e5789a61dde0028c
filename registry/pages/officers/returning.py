"""Nothing typed is lost where a session is over: the text is kept, and sign-in leads back to the very page.

Who sent a form with a session that ran out is known by that session; the form's own token proves that it is that officer's. What
was typed is sealed for the officer (complaints/casework/drafts). A cookie remembers the page; it leads to pages of the console
that may be asked for, and nowhere else.
"""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Response, current_app, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from registry.accounts.sessions import is_form_token
from registry.complaints.casework import drafts
from registry.core.clock import now
from registry.core.errors import ActRefused
from registry.http.complaint_services import sealer
from registry.http.portals import FORM_FIELD, SAFE, Cookie, require_same_origin, see_other
from registry.http.transaction import writing
from registry.officers import sessions

PATH = "/console"
MAX_ADDRESS = 400
WAITS_FOR = timedelta(hours=1)
"""How long the page is remembered that sign-in leads back to."""

_NEVER = tuple(f"{PATH}/{one}" for one in ("own", "join", "sign-in", "code", "sign-out", "drafts", "agencies"))
"""Forms with secrets in them, and those that hold nothing worth keeping."""

_BESIDE = frozenset({FORM_FIELD, "draft_page", "draft_action", "once", "confirmed"})


def to_sign_in(cookie: Cookie) -> Response:
    """Lead to sign-in. What was sent is kept, and the page remembered that it was sent from, or asked for.

    `cookie` is that of the session.
    """
    is_read = request.method in SAFE
    page = _of_console(request.full_path.rstrip("?")) if is_read else page_of_form()
    over = _left_of(cookie.sent(), None if is_read else page)
    response = see_other(f"{PATH}/sign-in?over={over}" if over else f"{PATH}/sign-in")
    return response if page is None else _next_page(cookie).give(response, page, WAITS_FOR)


def address_after_sign_in(cookie: Cookie) -> str:
    """The page that was asked for when the session was over; else the first one."""
    return _of_console(_next_page(cookie).sent()) or f"{PATH}/"


def forget_address(response: Response, cookie: Cookie) -> Response:
    return _next_page(cookie).take(response)


def _next_page(cookie: Cookie) -> Cookie:
    return cookie.beside("next", is_lax=True)


def page_of_form() -> str | None:
    """The page that a form stands on, with its query: as the form says it, else as the browser does."""
    stated = request.form.get("draft_page", "")
    if stated:
        return _of_console(stated)
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc.lower() != request.host.lower():
        return None
    return _of_console(f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path)


def is_kept_of(action: str) -> bool:
    """Whether what is typed into the form of an action may be kept."""
    return action.startswith(f"{PATH}/") and not action.startswith(_NEVER)


def typed_fields(action: str) -> dict[str, list[str]]:
    """The fields of the form that was sent, without its tokens. Bank accounts are never kept in a readable place."""
    gone = _BESIDE | ({"value", "instead_of"} if action == f"{PATH}/channels" else set())
    return {name: values for name, values in request.form.lists() if name not in gone}


def _left_of(token: str, page: str | None) -> str:
    """`kept` where what a session that ran out sent from a page is kept now, `over` where it only ran out; else empty."""
    if not token:
        return ""
    at = now()
    with writing() as session:
        officer = sessions.officer_of_expired(session, token, at)
        if officer is None:
            return ""
        is_kept = page is not None and _is_own_form(token) and keep_typed(session, officer.id, page, request.path, at)
        return "kept" if is_kept else "over"


def _is_own_form(token: str) -> bool:
    """Whether the form was sent from here, for this very session, and holds what may be kept."""
    if not is_kept_of(request.path) or not is_form_token(token, request.form.get(FORM_FIELD, "")):
        return False
    try:
        require_same_origin()
    except ActRefused:
        return False
    return True


def keep_typed(session: Session, officer_id: int, page: str, action: str, at: datetime) -> bool:
    """Keep what the request's form holds, under the page that shows it."""
    fields = typed_fields(action)
    form = drafts.TypedForm(urlsplit(page).path, action, fields, _acted_on(action, fields))
    return drafts.keep(session, sealer(), officer_id, form, at)


_ACT_ON_CASE = re.compile(r"/console/cases/(?P<case>[0-9A-Z]{12})/[a-z]+")


def _acted_on(action: str, fields: drafts.Fields) -> tuple[str, int] | None:
    """Reference and version of the case that a form acts on, as they stood when the form was made."""
    found, version = _ACT_ON_CASE.fullmatch(action), "".join(fields.get("version", ()))
    return (found["case"], int(version)) if found and version.isascii() and version.isdigit() else None


def _of_console(address: str) -> str | None:
    """The address, if it is that of a page of the console which may be asked for; None for any other."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc or len(address) > MAX_ADDRESS or not address.isascii() or not address.isprintable():
        return None
    path = parts.path
    if not path.startswith(f"{PATH}/") or "\\" in address or path.startswith((*_NEVER[1:], f"{PATH}/files")):
        return None
    try:
        current_app.create_url_adapter(request).match(path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, RequestRedirect):
        return None
    return address
