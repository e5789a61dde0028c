"""A member's own settings: password, language and sessions."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.http.app_services import keyring
from registry.http.transaction import services
from registry.organisations import members
from registry.organisations.sessions import MEMBER_SESSIONS, MemberPresent, has_app
from registry.pages.organisations.guard import fault_on, for_members, page_for_members
from registry.pages.organisations.rendering import page, to
from registry.pages.organisations.sign_in import typed
from registry.vocabulary.register import STAFF_LANGUAGES
from registry.vocabulary.watches import DigestPace
from registry.watches import digests

pages = Blueprint("account_own", __name__)


@page_for_members(pages, "/own")
def show_profile(session: Session, me: MemberPresent, *, fault: str | None = None, given: bool = False) -> Response:
    return page(
        "own.html",
        here="own",
        status=400 if fault else 200,
        fault=fault,
        notice=given,
        me=me,
        sessions=MEMBER_SESSIONS.list_living(session, me.member, now()),
        languages=STAFF_LANGUAGES,
        has_second_step=has_app(session, me.member.id),
        pace=digests.pace_of(session, me.member),
        paces=list(DigestPace),
    )


@pages.post("/own/password")
@for_members
@fault_on(show_profile)
def change_password(session: Session, me: MemberPresent) -> Response:
    """A wrong old one is written down with the answer, as at the door."""
    new = typed("password", 1000)
    if new != typed("again", 1000):
        return show_profile(session, me, fault="password_differs")
    call = Call(session, me, now())
    is_changed = members.change_password(call, keyring(), typed("old", 1000), new, services().settings.home)
    return show_profile(session, me, given=True) if is_changed else show_profile(session, me, fault="wrong_password")


@pages.post("/own/language")
@for_members
def choose_language(session: Session, me: MemberPresent) -> Response:
    word = request.form.get("language", "")
    if word in STAFF_LANGUAGES:
        me.member.language = word
    return to("own")


@pages.post("/own/digest")
@for_members
def choose_digest(session: Session, me: MemberPresent) -> Response:
    """Set how often the member is told by mail how much happened to what is watched."""
    word = request.form.get("pace", "")
    if word in list(DigestPace):
        digests.choose(session, me.member, DigestPace(word), now())
    return to("own")


@pages.post("/own/sessions/<reference>/end")
@for_members
def end_session(session: Session, me: MemberPresent, reference: str) -> Response:
    MEMBER_SESSIONS.end_one(session, me.member, reference, now())
    return to("own")


@pages.post("/own/sessions/end")
@for_members
def end_others(session: Session, me: MemberPresent) -> Response:
    """Everywhere but here."""
    MEMBER_SESSIONS.end_all(session, me.member, now(), but=me.session)
    return to("own")
