"""An agency's own pages of what its people have in wallets: offers of licences and staff cards, cards ordered and ended.

The authorization endpoint of OpenID4VCI stands here too: it is the page on which somebody of the agency, signed in with a second
factor, lets a wallet have what it asks for.
"""

from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.credentials import wallets
from registry.http.headers import content_policy
from registry.http.portals import see_other
from registry.officer_acts.entry_acts import representative
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.proofs.papers.qr import Symbol
from registry.proofs.wallets import grants, staff
from registry.proofs.wallets.models import StaffCard
from registry.register.agencies import record
from registry.register.agencies.queries import public_record

pages = Blueprint("console_wallets", __name__)

HERE = "/console/wallets"


class ShownCard(NamedTuple):
    card: StaffCard
    person: staff.Person


@pages.get("/wallets")
@allowed(Resource.ENTRY, Act.PROPOSE)
def show_wallets(session: Session, me: AuthenticatedOfficer) -> Response:
    return _page(session, me)


@pages.post("/wallets/offers")
@allowed(Resource.ENTRY, Act.PROPOSE)
def offer(session: Session, me: AuthenticatedOfficer) -> Response:
    """The offer is shown once, on the answer itself: its number stands in no address and is stored nowhere in clear."""
    made: list[grants.Offer] = []

    def act() -> None:
        licence, card = request.form.get("licence", ""), request.form.get("card") or None
        with_sign_in = request.form.get("flow") == "sign_in"
        made.append(grants.offer(_call(session, me), wallets().issuer, licence, card, with_sign_in=with_sign_in))

    refusal = attempt(session, act)
    if refusal is not None:
        return _page(session, me, refusal)
    [found] = made
    response = page(
        "wallets/offer.html",
        here="entry",
        symbol=Symbol(found.address).data_address,
        link=found.address.replace("openid-credential-offer:", "haip-vci:", 1),
        offer=found,
        minutes=int(grants.OFFER_LIFE.total_seconds()) // 60,
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@pages.post("/wallets/cards")
@allowed(Resource.ENTRY, Act.PROPOSE)
def order_card(session: Session, me: AuthenticatedOfficer) -> Response:
    form, picture = request.form, request.files.get("portrait")

    def act() -> None:
        person = staff.Person(form.get("given_name", ""), form.get("family_name", ""))
        body = picture.read() if picture is not None else b""
        staff.order(_call(session, me), wallets().issuer.keyring, form.get("licence", ""), person, body or None)

    refusal = attempt(session, act)
    return see_other(HERE) if refusal is None else _page(session, me, refusal)


@pages.post("/wallets/cards/<reference>/end")
@allowed(Resource.ENTRY, Act.PROPOSE)
def end_card(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    staff.end(_call(session, me), reference)
    return see_other(HERE)


@pages.get("/wallets/authorize")
@allowed(Resource.ENTRY, Act.PROPOSE)
def show_request(session: Session, me: AuthenticatedOfficer) -> Response:
    return _request_page(session, me, request.args.get("client_id", ""), request.args.get("request_uri", ""))


@pages.post("/wallets/authorize")
@allowed(Resource.ENTRY, Act.PROPOSE)
def decide(session: Session, me: AuthenticatedOfficer) -> Response:
    form, call, issuer = request.form, _call(session, me), wallets().issuer
    client_id, request_uri = form.get("client_id", ""), form.get("request_uri", "")
    if form.get("decision") != "allow":
        return _to_wallet(grants.deny(call, issuer, client_id, request_uri))
    addresses: list[str] = []
    refusal = attempt(session, lambda: addresses.append(grants.authorize(call, issuer, client_id, request_uri)))
    return (
        _request_page(session, me, client_id, request_uri, refusal) if refusal is not None else _to_wallet(*addresses)
    )


def _to_wallet(address: str) -> Response:
    """Back to the wallet, by GET. No page leads there, and no cache keeps it."""
    response = redirect(address, 303, Response=Response)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _request_page(
    session: Session,
    me: AuthenticatedOfficer,
    client_id: str,
    request_uri: str,
    refusal: Refusal | None = None,
) -> Response:
    asked = grants.pushed_request(_call(session, me), client_id, request_uri)
    agency, card = _agency(session, me), asked.subject.card
    parts = urlsplit(asked.redirect_uri)
    # Browsers hold a form's redirect to the policy of its page, too.
    goes_to = f"{parts.scheme}://{parts.netloc}" if parts.scheme in ("https", "http") else f"{parts.scheme}:"
    response = page(
        "wallets/authorize.html",
        here="entry",
        refusal=refusal,
        agency=agency,
        person=None if card is None else staff.person_on(wallets().issuer.keyring, card),
        licence=next((one for one in agency.licences if one.licence_id == asked.subject.licence), None),
        client_id=client_id,
        request_uri=request_uri,
        goes_to=parts.netloc or parts.scheme,
    )
    response.headers["Content-Security-Policy"] = content_policy(connect_src="'self'", form_action=f"'self' {goes_to}")
    return response


def _page(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    agency = _agency(session, me)
    return page(
        "wallets/list.html",
        here="entry",
        refusal=refusal,
        agency=agency,
        cards=_shown_cards(session, agency.agency_id),
        max_name=staff.MAX_NAME,
    )


def _shown_cards(session: Session, agency: str) -> list[ShownCard]:
    keyring = wallets().issuer.keyring
    return [ShownCard(card, staff.person_on(keyring, card)) for card in staff.living_cards(session, agency)]


def _agency(session: Session, me: AuthenticatedOfficer) -> record.Agency:
    agency = public_record(session, representative(session, me).agency, now().date())
    if agency is None:
        raise NotFound("your agency's entry is not there any more")
    return agency


def _call(session: Session, me: AuthenticatedOfficer) -> Call[staff.AgencyUser]:
    return Call(session, staff.AgencyUser(*representative(session, me)), now())
