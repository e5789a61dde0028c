"""An officer's own second factors: security keys and apps are added, named and removed, each time after the password.

A key is asked by the page's script. Everything else, an app first of all, works without one.
"""

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session

from registry.accounts import second_factors
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import ActRefused
from registry.http.app_services import keyring
from registry.officers import factors, security_keys
from registry.officers.rights import Act, Resource
from registry.officers.sessions import OFFICER_SESSIONS, AuthenticatedOfficer
from registry.pages.files import picture
from registry.pages.officers.guard import allowed
from registry.pages.officers.profile import own_page
from registry.pages.officers.rendering import page
from registry.pages.officers.sign_in import MAX_ANSWER, password_fault, relying_party

pages = Blueprint("console_factors", __name__)


@pages.post("/own/keys")
@allowed(Resource.OWN, Act.WRITE)
def begin_key(session: Session, me: AuthenticatedOfficer) -> Response:
    """What the new key is asked to sign, on a page whose script asks it."""
    party, name = relying_party(), " ".join(request.form.get("name", "").split())[:60]
    fault = password_fault(session, me) or (None if name else "bad_key_name")
    if fault is not None or party is None or me.session is None:
        return own_page(session, me, fault=fault or "no_keys_here")
    try:
        wanted = security_keys.registration_options(Call(session, me.officer, now()), me.session, party)
    except ActRefused as refused:
        return own_page(session, me, fault=refused.reason)
    return page("key.html", here="own", name=name, wanted=wanted)


@pages.post("/own/keys/finish")
@allowed(Resource.OWN, Act.WRITE)
def add_key(session: Session, me: AuthenticatedOfficer) -> Response:
    party = relying_party()
    if party is None or me.session is None:
        return own_page(session, me, fault="no_keys_here")
    name, answer = request.form.get("name", "")[:200], request.form.get("answer", "")[:MAX_ANSWER]
    try:
        security_keys.add(Call(session, me.officer, now()), me.session, party, name, answer)
    except ActRefused as refused:
        return own_page(session, me, fault=refused.reason)
    return _back()


@pages.post("/own/apps")
@allowed(Resource.OWN, Act.WRITE)
def begin_app(session: Session, me: AuthenticatedOfficer) -> Response:
    name = " ".join(request.form.get("name", "").split())[:60]
    fault = password_fault(session, me) or (None if name.isprintable() and name else "bad_key_name")
    if fault is not None:
        return own_page(session, me, fault=fault)
    _, secret = factors.APPS.begin(session, keyring(), me.officer, name, day_at(now(), None))
    return _app_page(me, secret)


@pages.post("/own/apps/finish")
@allowed(Resource.OWN, Act.WRITE)
def add_app(session: Session, me: AuthenticatedOfficer) -> Response:
    """Its first code shows that it works. Until then the same secret is shown again."""
    at = now()
    app = factors.APPS.find_begun(session, me.officer)
    if app is None:
        return own_page(session, me, fault="no_app_begun")
    if not factors.APPS.is_code_right(session, keyring(), app, request.form.get("code", "")[:20], at):
        return _app_page(me, factors.APPS.secret_of(keyring(), app), fault="wrong_code")
    factors.add_app(session, me.officer, app, at)
    return _back()


@pages.post("/own/factors/remove")
@allowed(Resource.OWN, Act.WRITE)
def remove(session: Session, me: AuthenticatedOfficer) -> Response:
    """Remove a second factor. As a lost one may be in use elsewhere, every other session ends."""
    fault = password_fault(session, me)
    if fault is not None:
        return own_page(session, me, fault=fault)
    at = now()
    try:
        factors.remove(session, me.officer, request.form.get("factor", "")[:40], at)
    except ActRefused as refused:
        return own_page(session, me, fault=refused.reason)
    OFFICER_SESSIONS.end_all(session, me.officer, at, but=me.session)
    return _back()


def _app_page(me: AuthenticatedOfficer, secret: bytes, fault: str | None = None) -> Response:
    address = second_factors.address_for_app(secret, me.officer.email)
    return page(
        "own_app.html",
        here="own",
        status=400 if fault else 200,
        fault=fault,
        picture=picture(address),
        typed=second_factors.typed_form(secret),
    )


def _back() -> Response:
    response = redirect("/console/own#factors", 303)
    assert isinstance(response, Response)
    return response
