"""The people of an organisation: a member's own settings (password, language, sessions), and the second step of signing in.

That is given while signing in, set up and taken away on one's own page, and required of all by an owner. And what an owner does:
inviting and removing members, and saying who else is an owner.
"""

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.accounts import second_factors
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, NotFound
from registry.http.transaction import keyring, services
from registry.organisation_acts.acts import perform
from registry.organisation_acts.member_acts import ONE_INVITATION, ONE_MEMBER, PEOPLE, SECOND_STEP
from registry.organisations import letters, members, second_steps
from registry.organisations.models import Member, MemberApp
from registry.organisations.sessions import MEMBER_SESSIONS, MemberPresent, has_app
from registry.pages.files import picture
from registry.pages.forms import fault_on
from registry.pages.organisations import guard
from registry.pages.organisations.forms import Form, ListPage
from registry.pages.organisations.rendering import page, to
from registry.pages.organisations.sign_in import require_password, typed
from registry.vocabulary.organisations import MemberRole
from registry.vocabulary.register import STAFF_LANGUAGES, Language
from registry.vocabulary.watches import DigestPace
from registry.watches import mails

pages = Blueprint("account_members", __name__)


@guard.page_for_members(pages, "/own")
def show_profile(session: Session, me: MemberPresent, *, fault: str | None = None, given: bool = False) -> Response:
    return page(
        "own.html",
        here="own",
        fault=fault,
        notice=given,
        me=me,
        sessions=MEMBER_SESSIONS.list_living(session, me.member, now()),
        languages=STAFF_LANGUAGES,
        has_second_step=has_app(session, me.member.id),
        pace=mails.digest_pace_of(session, me.member),
        paces=list(DigestPace),
    )


@guard.form_for_members(pages, "/own/password")
@fault_on(show_profile)
def change_password(session: Session, me: MemberPresent) -> Response:
    """A wrong old one is written down with the answer, as at sign-in."""
    new = typed("password", 1000)
    if new != typed("again", 1000):
        return show_profile(session, me, fault="password_differs")
    call = Call(session, me, now())
    is_changed = members.change_password(call, keyring(), typed("old", 1000), new, services().settings.home)
    return show_profile(session, me, given=True) if is_changed else show_profile(session, me, fault="wrong_password")


@guard.form_for_members(pages, "/own/language")
def choose_language(session: Session, me: MemberPresent) -> Response:
    word = request.form.get("language", "")
    if word in STAFF_LANGUAGES:
        me.member.language = word
    return to("own")


@guard.form_for_members(pages, "/own/digest")
def choose_digest(session: Session, me: MemberPresent) -> Response:
    """Set how often the member is told by mail how much happened to what is watched."""
    word = request.form.get("pace", "")
    if word in list(DigestPace):
        mails.choose_digest(session, me.member, DigestPace(word), now())
    return to("own")


@guard.form_for_members(pages, "/own/sessions/<reference>/end")
def end_session(session: Session, me: MemberPresent, reference: str) -> Response:
    MEMBER_SESSIONS.end_one(session, me.member, reference, now())
    return to("own")


@guard.form_for_members(pages, "/own/sessions/end")
def end_others(session: Session, me: MemberPresent) -> Response:
    """Everywhere but here."""
    MEMBER_SESSIONS.end_all(session, me.member, now(), but=me.session)
    return to("own")


MAX_CODE = 40


@pages.get("/code")
@guard.for_arriving
def code_form(session: Session, me: MemberPresent) -> Response:
    """The page that asks for the code of the app. Members who must have an app and have none set it up."""
    if has_app(session, me.member.id):
        return page("code.html", fault=None)
    app = second_steps.APPS.find_begun(session, me.member)
    return page("code_needed.html", me=me) if app is None else _app_page(me.member, app, "code/app/finish")


@pages.post("/code")
@guard.for_arriving
def give_code(session: Session, me: MemberPresent) -> Response:
    """A failure is written down with the answer, as at the first step."""
    token = second_steps.give_code(session, keyring(), guard.token_sent(), typed("code", MAX_CODE), now())
    if token is None:
        return page("code.html", fault="wrong_code", status=403)
    return guard.session_cookie().give(to(""), token)


@pages.post("/code/app")
@guard.for_arriving
def begin_at_door(session: Session, me: MemberPresent) -> Response:
    second_steps.begin_at_sign_in(session, keyring(), me, day_at(now(), None))
    return to("code")


@pages.post("/code/app/finish")
@guard.for_arriving
def finish_at_door(session: Session, me: MemberPresent) -> Response:
    finished = second_steps.finish_at_sign_in(session, keyring(), guard.token_sent(), typed("code", MAX_CODE), now())
    if finished is not None:
        token, codes = finished
        return guard.session_cookie().give(page("recovery_codes.html", codes=codes), token)
    app = None if has_app(session, me.member.id) else second_steps.APPS.find_begun(session, me.member)
    return to("code") if app is None else _app_page(me.member, app, "code/app/finish", "wrong_code")


@guard.page_for_members(pages, "/second-step")
def show_second_step(session: Session, me: MemberPresent, fault: str | None = None) -> Response:
    return page(
        "second_step.html",
        here="own",
        fault=fault,
        apps=second_steps.APPS.list_confirmed(session, me.member),
        most=second_steps.MAX_APPS,
        left=second_steps.RECOVERY_CODES.count_left(session, me.member),
        is_owner=me.is_owner,
        is_needed=me.organisation.needs_second_step,
        name=typed("name"),
    )


@guard.form_for_members(pages, "/second-step/apps")
@fault_on(show_second_step)
def begin_app(session: Session, me: MemberPresent) -> Response:
    require_password(session, me)
    app, _ = second_steps.begin_app(session, keyring(), me.member, typed("name"), day_at(now(), None))
    return _app_page(me.member, app, "second-step/apps/finish")


@guard.form_for_members(pages, "/second-step/apps/finish")
def finish_app(session: Session, me: MemberPresent) -> Response:
    """Its first code shows that it works. Until then the same secret is shown again."""
    app = second_steps.APPS.find_begun(session, me.member)
    if app is None:
        return show_second_step(session, me, "no_app_begun")
    codes = second_steps.finish(session, keyring(), me, app, typed("code", MAX_CODE), now())
    if codes is None:
        return _app_page(me.member, app, "second-step/apps/finish", "wrong_code")
    return page("recovery_codes.html", here="own", codes=codes) if codes else to("second-step")


@guard.form_for_members(pages, "/second-step/apps/remove")
@fault_on(show_second_step)
def remove_app(session: Session, me: MemberPresent) -> Response:
    require_password(session, me)
    second_steps.take_away(session, me, typed("app"), now())
    return to("second-step")


@guard.form_for_members(pages, "/second-step/codes")
@fault_on(show_second_step)
def new_codes(session: Session, me: MemberPresent) -> Response:
    require_password(session, me)
    if not has_app(session, me.member.id):
        return show_second_step(session, me, "no_app_begun")
    return page("recovery_codes.html", here="own", codes=second_steps.RECOVERY_CODES.renew(session, me.member))


@guard.page_for_members(pages, "/people/<reference>/second-step")
def reset_form(session: Session, me: MemberPresent, reference: str, fault: str | None = None) -> Response:
    me.require_owner()
    member = members.member_named(session, me.organisation.id, reference)
    if not has_app(session, member.id):
        raise NotFound("this person has no second step")
    return page("second_step_reset.html", here="people", fault=fault, member=member)


@guard.form_for_members(pages, "/people/<reference>/second-step")
def reset(session: Session, me: MemberPresent, reference: str) -> Response:
    """An owner takes away what another lost."""
    me.require_owner()
    try:
        require_password(session, me)
        perform(ONE_MEMBER["reset"], Call(session, me, now()), [reference], {})
    except ActRefused as refused:
        return reset_form(session, me, reference, refused.reason)
    return to("people")


def _app_page(member: Member, app: MemberApp, action: str, fault: str | None = None) -> Response:
    secret = second_steps.APPS.secret_of(keyring(), app)
    return page(
        "app.html",
        fault=fault,
        action=action,
        picture=picture(second_factors.address_for_app(secret, member.email)),
        secret=second_factors.typed_form(secret),
    )


@guard.page_for_members(pages, "/people")
def list_members(session: Session, me: MemberPresent, *, fault: str | None = None, given: bool = False) -> Response:
    return page(
        "people.html",
        here="people",
        fault=fault,
        notice=given,
        me=me.member,
        is_owner=me.member.role is MemberRole.OWNER,
        steps=second_steps.who_have_apps(session, me.organisation.id),
        is_needed=me.organisation.needs_second_step,
        people=members.members_of(session, me.organisation.id),
        invitations=letters.invitations_of(session, me.organisation.id, now()),
        email=request.form.get("email", "") if fault else "",
    )


def _invitation(_session: Session, me: MemberPresent) -> dict[str, Any]:
    language = request.form.get("language", "")
    spoken = Language(language if language in STAFF_LANGUAGES else me.member.language)
    return {"email": request.form.get("email", "")[:300], "role": _role_sent(), "language": spoken}


def _role_sent() -> MemberRole:
    return MemberRole.OWNER if request.form.get("role") == MemberRole.OWNER else MemberRole.MEMBER


PEOPLE_PAGE = ListPage(pages, "people", list_members)
PEOPLE_PAGE.serve(
    "/people", PEOPLE, invite=Form(_invitation, lambda session, me, _: list_members(session, me, given=True))
)
PEOPLE_PAGE.serve("/people/<reference>", ONE_MEMBER, exclude=("reset",), role=Form(lambda *_: {"role": _role_sent()}))
PEOPLE_PAGE.serve("/invitations/<reference>", ONE_INVITATION)
SECOND_STEP_PAGE = ListPage(pages, "second-step", show_second_step)
SECOND_STEP_PAGE.serve("/second-step", SECOND_STEP, require=Form(lambda *_: {"is_needed": typed("needed") == "yes"}))
