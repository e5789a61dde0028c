"""Signing in and out, and joining with a code: the only pages of the console that are open to all."""

from flask import Blueprint, Response, redirect, request

from registry.accounts import second_factors
from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, NotSignedIn, TooManyRequests
from registry.http.app_services import keyring
from registry.http.transaction import services, writing
from registry.officer_desk.sign_in_providers import providers
from registry.officers import factors, join_codes, joining, security_keys, sessions, signing_in
from registry.officers.providers import linking
from registry.officers.security_keys import Place, place_of
from registry.officers.sessions import OFFICER_SESSIONS
from registry.officers.signing_in import Attempt, Step
from registry.pages.files import picture
from registry.pages.officers.guard import (
    back_to,
    came_back,
    give_cookie,
    give_mark,
    mark_sent,
    open_to_all,
    take_cookie,
    token_sent,
)
from registry.pages.officers.provider_sign_in import farewell
from registry.pages.officers.rendering import page

pages = Blueprint("console_signing", __name__)

MAX_ANSWER = 20_000
"""Characters of what a browser gives for a security key."""


@pages.get("/sign-in")
@open_to_all
def form() -> Response:
    return page("sign_in.html", here="sign_in", fault=None, email="", over=request.args.get("over", ""))


@pages.post("/sign-in")
@open_to_all
def sign_in() -> Response:
    """The first step. A failure is written down before it is answered, so that breaking off counts too."""
    email = request.form.get("email", "")[:300]
    with writing() as session:
        attempt = signing_in.sign_in(
            session, keyring(), email, request.form.get("password", "")[:1000], now(),
            lambda officer: linking.may_by_password(session, officer, providers()), known=mark_sent(),
        )  # fmt: skip
    if attempt.step is Step.SECOND_FACTOR:
        return give_cookie(_to("/console/code"), attempt.token or "")
    return _refused("sign_in.html", attempt, email=email)


@pages.get("/code")
@open_to_all
def code_form() -> Response:
    return _code_page()


@pages.post("/code")
@open_to_all
def give_code() -> Response:
    """The second step, with the token of the first."""
    at = now()
    try:
        with writing() as session:
            attempt = signing_in.give_code(
                session,
                keyring(),
                token_sent(),
                request.form.get("code", "")[:40],
                at,
                day_at(at, None),
                mark_sent(),
            )
    except NotSignedIn:
        return take_cookie(_to("/console/sign-in"))
    return _signed_in(attempt)


@pages.post("/code/key")
@open_to_all
def give_key() -> Response:
    """The second step with what a security key signed. What it was asked is used up, whatever the answer."""
    at, here = now(), place()
    if here is None:
        return _to("/console/code")
    answer = request.form.get("answer", "")[:MAX_ANSWER]
    try:
        with writing() as session:
            attempt = signing_in.give_key(
                session, keyring(), token_sent(), here, answer, at, day_at(at, None), mark_sent()
            )
    except NotSignedIn:
        return take_cookie(_to("/console/sign-in"))
    return _signed_in(attempt)


def place() -> Place | None:
    """Where security keys are asked; None where browsers offer none."""
    return place_of(services().settings.console_address)


@pages.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """Here, and where the session began with a provider's word there too: the next at this machine would be let in again."""
    with writing() as session:
        ended = OFFICER_SESSIONS.end(session, token_sent(), now())
        provider = None if ended is None else ended.provider
    there = farewell(provider)
    if there is None:
        response = take_cookie(_to("/console/sign-in"))
    else:
        response = take_cookie(page("signed_out.html", here="sign_in", name=there[0], address=there[1]))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.get("/join")
@open_to_all
def join_form() -> Response:
    return _join_page("")


@pages.post("/join")
@open_to_all
def join() -> Response:
    """First the code and a password, then the app's first code. The join code goes along in the form, never in an address."""
    code = join_codes.joined(request.form.get("join_code", "")[:100], request.form.get("mail_code", "")[:40])
    if "app_code" in request.form:
        return _finish(code, request.form.get("app_code", "")[:20])
    password = request.form.get("password", "")[:1000]
    if password != request.form.get("again", "")[:1000]:
        return _join_page(code, "password_differs")
    at = now()
    try:
        with writing() as session:
            today = day_at(at, None)
            officer = joining.join(session, code, password, at, today, services().settings.home)
            if not factors.factors_of(session, officer):
                factors.APPS.begin(session, keyring(), officer, "app", today)
    except ActRefused as refused:
        return _join_page(code, refused.reason)
    return _app_page(code)


@pages.post("/join/key")
@open_to_all
def join_with_key() -> Response:
    """In place of the app a security key: first what it is asked to sign, then what it signed. The join code is asked both times.

    The session that begins for it opens nothing: its officer has no second factor yet, and it ends once there is one.
    """
    code, name = request.form.get("join_code", "")[:100], " ".join(request.form.get("name", "").split())[:60]
    at, here = now(), place()
    if here is None or not name:
        return _app_page(code, fault="no_keys_here" if here is None else "bad_key_name")
    answer = request.form.get("answer", "")[:MAX_ANSWER]
    with writing() as session:
        # Refused within: what the key was asked to sign is used up, whatever the answer.
        try:
            officer = join_codes.officer_of_code(session, code, at)
            if not answer:
                token = OFFICER_SESSIONS.begin(session, officer, at, is_full=False)
                _, half = sessions.half_present(session, token, at)
                wanted = security_keys.wanted_of_new(session, half, officer, here, at)
                return give_cookie(page("join_key.html", here="sign_in", code=code, name=name, wanted=wanted), token)
            whose, half = sessions.half_present(session, token_sent(), at)
            if whose.id != officer.id:
                raise NotSignedIn("begin again with your code")
            security_keys.add(session, half, officer, here, name, answer, at, day_at(at, None))
            factors.APPS.forget_begun(session, officer)
            _, recovery = joining.finish_joining(session, code, at)
            OFFICER_SESSIONS.end(session, token_sent(), at)
        except (ActRefused, NotSignedIn) as refused:
            fault = refused.reason if isinstance(refused, ActRefused) else "bad_key"
            recovery = []
    if not recovery:
        return take_cookie(_app_page(code, fault=fault))
    return take_cookie(page("joined.html", here="sign_in", recovery=recovery))


def _join_page(code: str, fault: str | None = None) -> Response:
    handed_over, _, mailed = code.partition(join_codes.BETWEEN)
    status = 400 if fault else 200
    return page("join.html", here="sign_in", fault=fault, code=handed_over, mailed=mailed, status=status)


def _finish(code: str, app_code: str) -> Response:
    at = now()
    recovery: list[str] = []
    try:
        with writing() as session:
            officer = join_codes.officer_of_code(session, code, at)
            app = factors.APPS.find_begun(session, officer)
            if app is not None and factors.APPS.is_code_right(session, keyring(), app, app_code, at):
                app.is_confirmed = True
                _, recovery = joining.finish_joining(session, code, at)
    except ActRefused as refused:
        return _join_page("", refused.reason)
    return page("joined.html", here="sign_in", recovery=recovery) if recovery else _app_page(code, fault="wrong_code")


def _app_page(code: str, fault: str | None = None) -> Response:
    """The secret for the app, as a picture and to be typed. It is the same until a first code from it is right."""
    with writing() as session:
        try:
            officer = join_codes.officer_of_code(session, code, now())
            app = factors.APPS.find_begun(session, officer)
        except ActRefused:
            app = None
        if app is None:
            return _join_page("", "bad_join_code")
        secret = factors.APPS.secret_of(keyring(), app)
    address = second_factors.address_for_app(secret, officer.email)
    return page(
        "app.html",
        here="sign_in",
        status=400 if fault else 200,
        fault=fault,
        code=code,
        picture=picture(address),
        typed=second_factors.typed_form(secret),
        has_keys=place() is not None,
    )


def _signed_in(attempt: Attempt) -> Response:
    if attempt.step is Step.IN:
        response = came_back(give_cookie(_to(back_to()), attempt.token or ""))
        return give_mark(response, attempt.mark) if attempt.mark else response
    _require_patience(attempt)
    return _code_page(fault="refused", status=403)


def _code_page(fault: str | None = None, status: int = 200) -> Response:
    """The page of the second step.

    After the password, officers with security keys get what these are to sign, new each time.
    """
    at, here, wanted = now(), place(), None
    if here is not None and token_sent():
        try:
            with writing() as session:
                officer, half = sessions.half_present(session, token_sent(), at)
                wanted = security_keys.wanted_of_known(session, half, officer, here, at)
        except NotSignedIn:
            wanted = None
    return page("code.html", here="sign_in", fault=fault, wanted=wanted, status=status)


def _require_patience(attempt: Attempt) -> None:
    if attempt.step is Step.WAIT:
        raise TooManyRequests(f"too many attempts: try again in {attempt.seconds} seconds", attempt.seconds)


def _refused(template: str, attempt: Attempt, **context: str) -> Response:
    _require_patience(attempt)
    return page(template, here="sign_in", fault="refused", status=403, over="", **context)


def _to(address: str) -> Response:
    response = redirect(address, 303)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response
