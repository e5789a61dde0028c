"""Signing in with a ministry's own provider (OpenID Connect, code flow with PKCE), and linking one's account there.

The way there and the way back are pages that go on by themselves, not redirects: browsers hold a form to this site by its policy,
and send no `SameSite=Strict` cookie along a way that another site began. While the provider is asked no transaction is open.
"""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, NotFound
from registry.http.transaction import keyring, services, writing
from registry.officer_acts.sign_in_providers import clients, only_way_of
from registry.officers import models, signing_in
from registry.officers.providers import linking
from registry.officers.providers.client import Client, NotProved, ProviderAway
from registry.officers.providers.rules import Known
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.forms import fault_on
from registry.pages.officers.guard import Afterwards, form_at, open_to_all, session_cookie, visit_cookie
from registry.pages.officers.profile import show_own_account
from registry.pages.officers.rendering import page
from registry.pages.officers.returning import address_after_sign_in, forget_address
from registry.pages.officers.sign_in import require_password

pages = Blueprint("console_providers", __name__)

BACK = "/console/sign-in/back"


@pages.post("/sign-in/with/<provider>")
@open_to_all
def go(provider: str) -> Response:
    client = _client(provider)
    with writing() as session:
        sent = linking.send(session, client.provider, now())
    return _leave(client, sent)


@pages.get("/sign-in/back")
@open_to_all
def arrive() -> Response:
    """What the provider's address brings back is taken from the browser that was sent, once, and only then asked after."""
    at = now()
    with writing() as session:
        visit = linking.take_back(session, request.args.get("state", "")[:200], visit_cookie().sent(), at)
    if visit is None or visit.provider not in clients():
        return visit_cookie().take(_sign_in_page("provider_late", 400))
    client = clients()[visit.provider]
    # An answer for another issuer is refused (RFC 9207).
    is_theirs = request.args.get("iss", client.provider.issuer) == client.provider.issuer
    code = request.args.get("code", "")[:4000]
    if not is_theirs or not code:
        return visit_cookie().take(_sign_in_page("provider_refused", 403))
    try:
        known = client.known(_address_back(), code, visit.nonce, visit.verifier, at)
    except ProviderAway:
        return visit_cookie().take(_sign_in_page("provider_away", 503))
    except NotProved:
        return visit_cookie().take(_sign_in_page("provider_refused", 403))
    return visit_cookie().take(_arrive(client, known) if visit.officer_id is None else _link(client, visit, known))


@form_at(pages, "/own/links/<provider>", Resource.OWN, Act.WRITE)
@fault_on(show_own_account)
def begin_link(session: Session, me: AuthenticatedOfficer, provider: str) -> Response | Afterwards:
    """To the provider, for an account there that is to open this one."""
    client = _client(provider)
    require_password(session, me)
    if client.provider.authority != me.standing.authority:
        return show_own_account(session, me, fault="provider_foreign")
    sent = linking.send(session, client.provider, now(), me.officer)
    return Afterwards(lambda: _leave(client, sent))


@form_at(pages, "/own/links/<provider>/remove", Resource.OWN, Act.WRITE)
def end_link(session: Session, me: AuthenticatedOfficer, provider: str) -> Response:
    client = _client(provider)
    if only_way_of(me.standing) == client.provider:
        return show_own_account(session, me, fault="provider_only")
    linking.unlink(session, me.officer, client.provider.issuer, day_at(now(), None))
    return show_own_account(session, me, given="unlinked")


def _leave(client: Client, sent: linking.Sent) -> Response:
    try:
        address = client.address(_address_back(), sent.state, sent.nonce, sent.verifier)
    except ProviderAway:
        return _sign_in_page("provider_away_only" if client.provider.only else "provider_away", 503)
    leaving = page("leaving.html", here="sign_in", name=client.provider.name, address=address)
    return visit_cookie().give(leaving, sent.browser, linking.BACK_WITHIN)


def _arrive(client: Client, known: Known) -> Response:
    with writing() as session:
        attempt = linking.enter(Call(session, signing_in.Browser(), now()), keyring(), client.provider, known)
    if attempt.step is signing_in.Step.REFUSED:
        return _sign_in_page("provider_unlinked", 403)
    cookie, is_in = session_cookie(), attempt.step is signing_in.Step.IN
    to = address_after_sign_in(cookie) if is_in else "/console/code"
    response = cookie.give(page("arriving.html", here="sign_in", address=to, fault=None), attempt.token or "")
    return forget_address(response, cookie) if is_in else response


def _link(client: Client, visit: linking.Returned, known: Known) -> Response:
    fault, at = None, now()
    try:
        with writing() as session:
            officer = session.get_one(models.Officer, visit.officer_id)
            linking.link(session, officer, client.provider, known, at)
    except ActRefused as refused:
        fault = refused.reason
    return page("arriving.html", here="own", address="/console/own", fault=fault, status=409 if fault else 200)


def _sign_in_page(fault: str, status: int) -> Response:
    return page("sign_in.html", here="sign_in", fault=fault, email="", status=status, over="")


def _address_back() -> str:
    return services().settings.console_address + BACK


def _client(provider: str) -> Client:
    if provider not in clients():
        raise NotFound("there is no such provider")
    return clients()[provider]
