"""Signing in and out, and joining with a code: the only pages of the console that are open to all."""

from collections.abc import Callable

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.accounts import second_factors
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, NotSignedIn
from registry.http.portals import see_other
from registry.http.transaction import keyring, services, writing
from registry.officer_acts.sign_in_providers import farewell, providers
from registry.officers import factors, join_codes, sessions, signing_in
from registry.officers.models import Officer
from registry.officers.providers import linking
from registry.pages.files import picture
from registry.pages.officers.guard import KNOWN_FOR, known_cookie, open_to_all, session_cookie, token_sent
from registry.pages.officers.rendering import page
from registry.pages.officers.returning import address_after_sign_in, forget_address

pages = Blueprint("console_signing", __name__)

MAX_ANSWER = 20_000
"""Characters of what a browser gives for a security key."""


@pages.get("/sign-in")
@open_to_all
def show_sign_in() -> Response:
    return page("sign_in.html", here="sign_in", fault=None, email="", over=request.args.get("over", ""))


@pages.post("/sign-in")
@open_to_all
def sign_in() -> Response:
    """The first step. A failure is written down before it is answered, so that breaking off counts too."""
    email, password = request.form.get("email", "")[:300], request.form.get("password", "")[:1000]
    with writing() as session:

        def may_by_password(officer: Officer) -> bool:
            return linking.may_by_password(session, officer, providers())

        attempt = signing_in.sign_in(_call(session), keyring(), email, password, may_by_password)
    if attempt.step is signing_in.Step.SECOND_FACTOR:
        return session_cookie().give(see_other("/console/code"), attempt.token or "")
    return page("sign_in.html", here="sign_in", fault="refused", status=403, over="", email=email)


@pages.get("/code")
@open_to_all
def show_code_form() -> Response:
    return _code_page()


@pages.post("/code")
@open_to_all
def give_code() -> Response:
    """The second step, with the token of the first."""
    return _second_step(lambda call: signing_in.give_code(call, keyring(), request.form.get("code", "")[:40]))


@pages.post("/code/key")
@open_to_all
def give_key() -> Response:
    """The second step with what a security key signed. What it was asked is used up, whatever the answer."""
    party = relying_party()
    if party is None:
        return see_other("/console/code")
    answer = request.form.get("answer", "")[:MAX_ANSWER]
    return _second_step(lambda call: signing_in.give_key(call, keyring(), party, answer))


def _second_step(give: Callable[[Call[signing_in.Browser]], signing_in.Attempt]) -> Response:
    try:
        with writing() as session:
            attempt = give(_call(session))
    except NotSignedIn:
        return session_cookie().take(see_other("/console/sign-in"))
    if attempt.step is signing_in.Step.REFUSED:
        return _code_page(fault="refused", status=403)
    cookie = session_cookie()
    response = cookie.give(see_other(address_after_sign_in(cookie)), attempt.token or "")
    return known_cookie().give(forget_address(response, cookie), attempt.mark, KNOWN_FOR)


def _call(session: Session) -> Call[signing_in.Browser]:
    return Call(session, signing_in.Browser(token_sent(), known_cookie().sent()[:200]), now())


def relying_party() -> factors.RelyingParty | None:
    """Where security keys are asked; None where browsers offer none."""
    return factors.relying_party_at(services().settings.console_address)


@pages.post("/sign-out")
@open_to_all
def sign_out() -> Response:
    """Here, and where the session began with a provider's word there too: the next at this machine would be let in again."""
    with writing() as session:
        ended = sessions.OFFICER_SESSIONS.end(session, token_sent(), now())
        provider = None if ended is None else ended.provider
    there = farewell(provider)
    if there is None:
        response = session_cookie().take(see_other("/console/sign-in"))
    else:
        response = session_cookie().take(page("signed_out.html", here="sign_in", name=there[0], address=there[1]))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.get("/join")
@open_to_all
def show_join_form() -> Response:
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
            officer = join_codes.join(session, code, password, at, today, services().settings.home)
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
    at, party = now(), relying_party()
    if party is None or not name:
        return _app_page(code, fault="no_keys_here" if party is None else "bad_key_name")
    answer = request.form.get("answer", "")[:MAX_ANSWER]
    with writing() as session:
        # Refused within: what the key was asked to sign is used up, whatever the answer.
        try:
            officer = join_codes.officer_of_code(session, code, at)
            if not answer:
                token = sessions.OFFICER_SESSIONS.begin(session, officer, at, is_full=False)
                _, half = sessions.authenticate_first_step(session, token, at)
                wanted = factors.registration_options(Call(session, officer, at), half, party)
                asking = page("join_key.html", here="sign_in", code=code, name=name, wanted=wanted)
                return session_cookie().give(asking, token)
            whose, half = sessions.authenticate_first_step(session, token_sent(), at)
            if whose.id != officer.id:
                raise NotSignedIn("begin again with your code")
            factors.add_key(Call(session, officer, at), half, party, name, answer)
            factors.APPS.forget_begun(session, officer)
            _, recovery = join_codes.finish_joining(session, code, at)
            sessions.OFFICER_SESSIONS.end(session, token_sent(), at)
        except (ActRefused, NotSignedIn) as refused:
            fault = refused.reason if isinstance(refused, ActRefused) else "bad_key"
            recovery = []
    if not recovery:
        return session_cookie().take(_app_page(code, fault=fault))
    return session_cookie().take(page("joined.html", here="sign_in", recovery=recovery))


def require_password(session: Session, me: sessions.AuthenticatedOfficer) -> None:
    """Raise ActRefused if the password typed in this form is wrong. A failure is counted as at sign-in.

    It is asked again before whatever would outlast the session: an open desk, or a stolen cookie, is not enough.
    """
    typed = request.form.get("password", "")[:1000]
    if not signing_in.is_password_right(Call(session, me, now()), keyring(), typed):
        raise ActRefused("wrong_password", "the password is wrong")


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
                _, recovery = join_codes.finish_joining(session, code, at)
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
        has_keys=relying_party() is not None,
    )


def _code_page(fault: str | None = None, status: int = 200) -> Response:
    """The page of the second step.

    After the password, officers with security keys get what these are to sign, new each time.
    """
    at, party, wanted = now(), relying_party(), None
    if party is not None and token_sent():
        try:
            with writing() as session:
                officer, half = sessions.authenticate_first_step(session, token_sent(), at)
                wanted = factors.authentication_options(Call(session, officer, at), half, party)
        except NotSignedIn:
            wanted = None
    return page("code.html", here="sign_in", fault=fault, wanted=wanted, status=status)
