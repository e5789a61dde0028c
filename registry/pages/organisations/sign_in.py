"""Registering, joining, signing in and out, and choosing another password: the only pages of an account that are open to all."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import ActRefused
from registry.http.limits import count_mail
from registry.http.transaction import keyring, services, writing
from registry.i18n import names
from registry.organisations import letters, members, sessions
from registry.organisations.models import Letter, OrganisationActor
from registry.pages.organisations.guard import open_to_all, session_cookie, token_sent
from registry.pages.organisations.rendering import language, page, to
from registry.vocabulary.organisations import LetterKind
from schemas.fields import COUNTRIES

pages = Blueprint("account_signing", __name__)


def typed(name: str, max_length: int = 300) -> str:
    """A field of the form, cut where no honest one is longer."""
    return request.form.get(name, "")[:max_length]


@pages.get("/register")
@open_to_all
def show_register_form() -> Response:
    return _register_page()


@pages.post("/register")
@open_to_all
def register() -> Response:
    """Whether the address is known is said by mail alone: the answer is the same."""
    country = typed("country")
    try:
        if country not in COUNTRIES:
            raise ActRefused("bad_country", "choose a country of the list")
        with writing() as session:
            registration = members.Registration(typed("organisation"), country, typed("name"))
            members.register(session, registration, typed("email"), language(), now())
            count_mail()
    except ActRefused as refused:
        return _register_page(refused.reason)
    return page("notice.html", title="account.register", said="account.mail_sent")


@pages.get("/sign-in")
@open_to_all
def show_sign_in() -> Response:
    return page("sign_in.html", fault=None, email="")


@pages.post("/sign-in")
@open_to_all
def sign_in() -> Response:
    """A failure is written down before it is answered, so that breaking off counts too."""
    with writing() as session:
        token = members.sign_in(session, keyring(), typed("email"), typed("password", 1000), now())
    if token is None:
        return page("sign_in.html", fault="refused", email=typed("email"), status=403)
    return session_cookie().give(to(""), token)


@pages.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    with writing() as session:
        sessions.MEMBER_SESSIONS.end(session, token_sent(), now())
    response = session_cookie().take(to("sign-in"))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


@pages.get("/forgotten")
@open_to_all
def show_forgotten_form() -> Response:
    return page("forgotten.html", fault=None, email="")


@pages.post("/forgotten")
@open_to_all
def forgotten() -> Response:
    """Alike for every address, known or not."""
    try:
        with writing() as session:
            letter = Letter(kind=LetterKind.RESET, email=typed("email"), language=language())
            letters.ask_for(session, letter, now())
            count_mail()
    except ActRefused as refused:
        return page("forgotten.html", fault=refused.reason, email=typed("email"))
    return page("notice.html", title="account.forgotten", said="account.mail_sent")


@pages.get("/confirm/<secret>", defaults={"kind": "confirm"})
@pages.get("/join/<secret>", defaults={"kind": "join"})
@pages.get("/password/<secret>", defaults={"kind": "password"})
@open_to_all
def show_link(kind: str, secret: str) -> Response:
    # Opening a link changes nothing: mail programs look into links before people do.
    return _link_page(kind, secret)


@pages.post("/confirm/<secret>", defaults={"kind": "confirm"})
@pages.post("/join/<secret>", defaults={"kind": "join"})
@pages.post("/password/<secret>", defaults={"kind": "password"})
@open_to_all
def follow_link(kind: str, secret: str) -> Response:
    """What the link of a mail is for: an organisation is confirmed, an invitation accepted, or a password chosen again."""
    password, at, home = typed("password", 1000), now(), services().settings.home
    if password != typed("again", 1000):
        return _link_page(kind, secret, "password_differs")
    try:
        with writing() as session:
            if kind == "confirm":
                member = members.confirm(session, secret, password, at, home)
            elif kind == "join":
                member = members.join(session, secret, typed("name"), password, at, home)
            else:
                member = members.choose_again(session, secret, password, at, home)
            # A link proves who reads a mailbox, and no more: a second step is asked all the same.
            token, _ = sessions.begin_by_one(session, member, at)
    except ActRefused as refused:
        return _link_page(kind, secret, refused.reason)
    return session_cookie().give(to(""), token)


def _register_page(fault: str | None = None) -> Response:
    spoken = language()
    countries = sorted((names.country_name(spoken, code), code) for code in COUNTRIES)
    form = {name: typed(name) for name in ("organisation", "country", "name", "email")}
    return page("register.html", fault=fault, said=form, countries=countries)


def _link_page(kind: str, secret: str, fault: str | None = None) -> Response:
    return page("link.html", kind=kind, secret=secret, fault=fault, name=typed("name"))


def acting(session: Session, me: sessions.MemberPresent) -> Call[OrganisationActor]:
    """A call by the member's organisation. Pages say no version: what is shown last is what is acted on."""
    return Call(session, OrganisationActor(me.organisation.id), now())


def require_password(session: Session, me: sessions.MemberPresent) -> None:
    """Raise ActRefused if the password typed in this form is wrong. A failure is counted as at sign-in."""
    if not members.is_password_right(Call(session, me, now()), keyring(), typed("old", 1000)):
        raise ActRefused("wrong_password", "the password is wrong")
