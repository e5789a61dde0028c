"""Guard of organisations' pages: who is signed in, and whether the form is from here. Closed by default.

A view that says neither `for_members`, `for_arriving` nor `open_to_all` cannot be registered (edge.py): nothing is open by
forgetting.
A session of an officer opens nothing here, and one of a member nothing of the console: other tables, other cookies.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

import msgspec
from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from registry.complaints.intake import idempotency
from registry.core.clock import day_at, now
from registry.core.errors import NotSignedIn
from registry.http.complaint_services import sealer
from registry.http.portals import SAFE, Cookie, open_view, page_response, require_form, see_other
from registry.http.transaction import services, writing
from registry.organisations import sessions
from registry.vocabulary.register import STAFF_LANGUAGES, Language

FORM_MARK = "mark"
"""The field of a form by which it is told from the same form on another page."""

COOKIE = "account"
SECURE_COOKIE = "__Secure-account"
"""With TLS: browsers let nothing without TLS set it."""
PATH = "/account"

View = Callable[..., Any]
Page = TypeVar("Page", bound=View)


def for_members(view: View) -> View:
    """A view for members. It is given the session, the member present, and the path.

    One transaction: what the view did is committed when it returns, and undone when it raises.
    """

    @wraps(view)
    def guarded(**path: Any) -> Any:
        try:
            with writing() as session:
                me = authenticate(session)
                if request.method in SAFE:
                    return view(session, me, **path)
                require_form(token_sent())
                return _done_once(session, me, lambda: view(session, me, **path))
        except _Quicker as quicker:
            return _replayed(quicker.stored)
        except sessions.SecondStepNeeded:
            return see_other(f"{PATH}/code")
        except NotSignedIn:
            # The wanted address is not carried along: one that leads elsewhere cannot be planted.
            return see_other(f"{PATH}/sign-in{_requested_language()}")

    guarded.is_guarded = True  # type: ignore[attr-defined]
    return guarded


def page_for_members(pages: Blueprint, address: str) -> Callable[[Page], Page]:
    """Serve a page by GET to members. The function stays as it is: a form that is refused shows it again, with a fault."""

    def decorate(page: Page) -> Page:
        pages.get(address)(for_members(page))
        return page

    return decorate


def form_for_members(pages: Blueprint, address: str) -> Callable[[Page], Page]:
    """Take a form by POST from members."""

    def decorate(view: Page) -> Page:
        pages.post(address)(for_members(view))
        return view

    return decorate


class _Quicker(Exception):
    """The same form was answered by another request meanwhile: what this one did is undone."""

    def __init__(self, stored: bytes) -> None:
        super().__init__()
        self.stored = stored


class _Stored(msgspec.Struct):
    """What was answered to a form."""

    status: int
    location: str
    body: bytes


def _done_once(session: Session, me: sessions.MemberPresent, act: Callable[[], Response]) -> Response:
    """What a form does, once however often the browser sends it; who sends it again sees the first answer for a day.

    A form is the same by the mark that its page gave it and by all that was filled in. One that was refused may be sent
    again, and one with a file is done each time.
    """
    mark = request.form.get(FORM_MARK, "")
    if not mark or request.files:
        return act()
    scope = f"form {request.path} of member {me.member.reference}"
    filled = repr(sorted(request.form.items(multi=True)))
    key = hashlib.sha256(filled.encode("utf-8", "surrogatepass")).hexdigest()
    found = idempotency.stored_answer(session, sealer(), scope, key, key)
    if found is not None:
        return _replayed(found)
    answer = act()
    if answer.status_code < 400 and not answer.is_streamed:
        stored = msgspec.json.encode(_Stored(answer.status_code, answer.headers.get("Location", ""), answer.get_data()))
        found = idempotency.answer_once(session, sealer(), scope, key, key, day_at(now(), None), lambda: stored)
        if found is not None:
            raise _Quicker(found)
    return answer


def _replayed(stored: bytes) -> Response:
    found = msgspec.json.decode(stored, type=_Stored)
    if found.location:
        return see_other(found.location)
    return page_response(found.body.decode(), found.status, g.language)


def _requested_language() -> str:
    """The language that the address asked for, so that the sign-in page speaks it too."""
    code = request.args.get("language")
    return f"?language={code}" if code in STAFF_LANGUAGES else ""


def for_arriving(view: View) -> View:
    """A view for a member who gave the password and is asked for a second step. It is given the session and the member.

    A member who is signed in already is redirected, and everybody else begins anew.
    """

    @wraps(view)
    def guarded(**path: Any) -> Any:
        try:
            with writing() as session:
                # In the language of the sign-in pages, which let one choose.
                me = sessions.arriving(session, token_sent(), now())
                if request.method not in SAFE:
                    require_form(token_sent())
                return view(session, me, **path)
        except NotSignedIn:
            return see_other(f"{PATH}/own" if _is_in() else f"{PATH}/sign-in{_requested_language()}")

    guarded.is_guarded = True  # type: ignore[attr-defined]
    return guarded


def open_to_all(view: View) -> View:
    """A view that anybody may ask for: registering, signing in, links of mails. Forms must still come from here."""
    opened = open_view(view)
    opened.is_guarded = False  # type: ignore[attr-defined]
    return opened


def authenticate(session: Session) -> sessions.MemberPresent:
    """Who asks. Raises NotSignedIn. Remembered for the page that is made of the answer."""
    me = sessions.authenticate(session, token_sent(), now())
    g.account_bar = (me.member.name, me.organisation.name)
    g.language = Language(me.member.language)
    return me


def _is_in() -> bool:
    try:
        with writing() as session:
            authenticate(session)
    except NotSignedIn:
        return False
    return True


def token_sent() -> str:
    """The session's token that the browser brought along; empty where it brought none."""
    return session_cookie().sent()


def session_cookie() -> Cookie:
    """The token of a session, for this path and site alone, for as long as the browser is open."""
    is_https = services().settings.is_https
    return Cookie(SECURE_COOKIE if is_https else COOKIE, PATH, is_https)
