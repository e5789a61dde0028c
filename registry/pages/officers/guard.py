"""Guard of the console: who is signed in, the right, and whether the form is from here. Closed by default.

A view that says neither `allowed` nor `open_to_all` cannot be registered (edge.py), so nothing is open by forgetting.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, TypeVar

from flask import Blueprint, g, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.accounts.sessions import read_signed, sign
from registry.complaints.casework.drafts import drop, unsent_on
from registry.core.clock import now
from registry.core.errors import NotSignedIn
from registry.http.complaint_services import sealer
from registry.http.portals import SAFE, Cookie, open_view, require_form, see_other
from registry.http.transaction import services, writing
from registry.officer_acts.inbox.queries import inbox
from registry.officer_acts.permissions import ViewPolicy, require_right
from registry.officer_acts.sign_in_providers import LINKING, has_to_link
from registry.officers import sessions
from registry.officers.rights import Act, OfficerRights, Resource
from registry.pages.officers.returning import to_sign_in
from registry.vocabulary.register import Language

COOKIE = "console"
OWN_COOKIE = "__Host-console"
"""On a host of the console's own, with TLS: browsers let no other host, and nothing without TLS, set it (RFC 6265bis)."""
SHARED_COOKIE = "__Secure-console"
"""On a host that the console shares, with TLS: it keeps its path, and nothing without TLS sets it."""

KNOWN_FOR = timedelta(days=180)

View = Callable[..., Any]
Page = TypeVar("Page", bound=View)


@dataclass(frozen=True, slots=True)
class Bar:
    """What the bar of every page shows of the officer. It outlives the transaction: a page of an error has it too."""

    name: str
    standing: OfficerRights
    unit_names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What a view gives that takes long to read: `answer` is called once its own transaction is over, and holds up no writer."""

    answer: Callable[[], Any]


def allowed(resource: Resource, act: Act) -> Callable[[View], View]:
    """A view for officers whose role has the right. It is given the session, the officer present, and the path.

    One transaction: what the view did is committed when it returns, and undone when it raises. What takes long to read is read
    after it (Afterwards).
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**path: Any) -> Any:
            try:
                with writing() as session:
                    me = authenticate(session)
                    rule = request.url_rule
                    if has_to_link(session, me) and (rule is None or rule.rule not in LINKING):
                        return see_other("/console/own")
                    require_right(me, resource, act)
                    if request.method in SAFE:
                        g.console_unsent = unsent_on(session, sealer(), me.officer.id, request.path, now())
                        g.console_inbox = inbox(session, me, now())
                    else:
                        require_form(token_sent())
                    given = view(session, me, **path)
                    if request.method not in SAFE and _is_done(given):
                        drop(session, me.officer.id, action=request.path)
                return _with_word(given.answer() if isinstance(given, Afterwards) else given)
            except NotSignedIn:
                return to_sign_in(session_cookie())

        guarded.policy = ViewPolicy(resource, act)  # type: ignore[attr-defined]
        return guarded

    return decorate


def page_at(pages: Blueprint, address: str, resource: Resource, act: Act) -> Callable[[Page], Page]:
    """Serve a page by GET to officers with the right. The function stays as it is: a form that is refused shows it again."""

    def decorate(page: Page) -> Page:
        pages.get(address)(allowed(resource, act)(page))
        return page

    return decorate


def form_at(pages: Blueprint, address: str, resource: Resource, act: Act) -> Callable[[Page], Page]:
    """Take a form by POST from officers with the right."""

    def decorate(view: Page) -> Page:
        pages.post(address)(allowed(resource, act)(view))
        return view

    return decorate


def _is_done(given: Any) -> bool:
    """Whether a form was taken: what is refused shows its page again, what is done leads on."""
    return isinstance(given, BaseResponse) and given.status_code == 303


def _with_word(given: Any) -> Any:
    """The answer to a form that was taken says, on the page that it leads to, what was done."""
    if request.method not in SAFE and _is_done(given):
        code = g.get("console_done") or (request.endpoint or "").rpartition(".")[2]
        undo = None if "undone" in request.form else g.get("console_undo")
        if undo is not None:
            undo_data = json.dumps({"action": g.get("console_undo_at") or request.path, "fields": undo})
            code += "." + urlsafe_b64encode(undo_data.encode()).decode()
        elif "undone" in request.form:
            code = "undone"
        # A neighbouring host, which can set a cookie, shall not choose what the button "Undo" sends.
        done_cookie().give(given, sign(token_sent(), code), timedelta(minutes=1))
    return given


def done_sent() -> str:
    """The code of what was done by the form before this page; empty where none was."""
    return _done_sent()[0]


def undo_sent() -> Mapping[str, Any] | None:
    """The form that takes back what was done before this page: `action` and `fields`; None where there is none."""
    try:
        undo_data = json.loads(urlsafe_b64decode(_done_sent()[1]))
    except ValueError:
        return None
    match undo_data:
        case {"action": str(action), "fields": dict(fields)} if action.startswith("/console/"):
            return {"action": action, "fields": fields}
    return None


def note_done(code: str) -> None:
    """Say, on the page after the act of this request, `done.<code>`."""
    g.console_done = code


def note_undo(fields: Mapping[str, str] | None, action: str = "") -> None:
    """Offer, on the page after the act of this request, what takes it back: the same act with these fields, or `action`."""
    g.console_undo_at = action
    g.console_undo = None if fields is None else dict(fields)


def _done_sent() -> tuple[str, str]:
    code, _, undo = read_signed(token_sent(), done_cookie().sent()).partition(".")
    return code, undo


def open_to_all(view: View) -> View:
    """A view that anybody may ask for: sign-in and its files. Forms must still come from here."""
    opened = open_view(view)
    opened.policy = ViewPolicy(None, None)  # type: ignore[attr-defined]
    return opened


def authenticate(session: Session) -> sessions.AuthenticatedOfficer:
    """Who asks. Raises NotSignedIn. Remembered for the page that is made of the answer."""
    me = sessions.authenticate(session, token_sent(), now())
    g.console_present = me
    g.console_bar = Bar(me.officer.name, me.standing, me.unit_names)
    g.language = Language(me.officer.language)
    return me


def token_sent() -> str:
    """The session's token that the browser brought along; empty where it brought none."""
    return session_cookie().sent()


def session_cookie() -> Cookie:
    """The token of a session, for this path and site alone, for as long as the browser is open."""
    settings = services().settings
    if (settings.console_url or "").startswith("https:"):
        return Cookie(OWN_COOKIE, "/", is_secure=True)
    return Cookie(SHARED_COOKIE if settings.is_https else COOKIE, "/console", settings.is_https)


def done_cookie() -> Cookie:
    """What the form before this page did, and what takes it back."""
    return session_cookie().beside("done")


def known_cookie() -> Cookie:
    """That an officer signed in from this browser."""
    return session_cookie().beside("known")


def written_cookie() -> Cookie:
    """In which language its officer last wrote to a complainant."""
    return session_cookie().beside("written")


def visit_cookie() -> Cookie:
    """By which a browser that was sent to a provider is known when it comes back: another site leads it here."""
    return session_cookie().beside("visit", is_lax=True)
