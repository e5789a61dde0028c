"""An agency's own pages of what its people have in wallets: offers of licences and staff cards, cards ordered, printed and ended.

Names and portraits lie in no file: a paper is set while the asker waits. The authorization endpoint of OpenID4VCI stands here
too: it is the page on which somebody of the agency, signed in with a second factor, lets a wallet have what it asks for.
"""

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session

from registry.complaints.casework.drafts import drop
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.errors import NotFound, NotNow
from registry.core.keyring import Use
from registry.http.credentials import issuing, wallets
from registry.http.portals import see_other
from registry.http.responses import content_policy
from registry.http.transaction import writing
from registry.i18n.languages import text
from registry.i18n.names import main_name
from registry.i18n.wording import date_text
from registry.officer_acts.entry_acts import representative
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.forms import refused_file, takes_file
from registry.pages.officers.guard import Afterwards, allowed, authenticate, form_at, page_at
from registry.pages.officers.rendering import Refusal, attempt, page
from registry.pages.public import licence_status, papers, rendering, share_card
from registry.proofs.papers import making, qr
from registry.proofs.papers.rendering import Draft
from registry.proofs.wallets import card_codes, grants, models, staff
from registry.register.agencies import queries, record
from registry.vocabulary.register import HolderKind, Language

pages = Blueprint("console_wallets", __name__)

HERE = "/console/wallets"


class ShownCard(NamedTuple):
    card: models.StaffCard
    person: staff.Person


@form_at(pages, "/wallets/offers", Resource.ENTRY, Act.PROPOSE)
def offer(session: Session, me: AuthenticatedOfficer) -> Response:
    """The offer is shown once, on the answer itself: its number stands in no address and is stored nowhere in clear."""
    made: list[grants.Offer] = []

    def act() -> None:
        licence, card = request.form.get("licence", ""), request.form.get("card") or None
        with_sign_in = request.form.get("flow") == "sign_in"
        made.append(grants.offer(_call(session, me), wallets().issuer, licence, card, with_sign_in=with_sign_in))

    refusal = attempt(session, act)
    if refusal is not None:
        return show_wallets(session, me, refusal)
    [found] = made
    response = page(
        "wallets/offer.html",
        here="entry",
        symbol=qr.Symbol(found.address).data_address,
        link=found.address.replace("openid-credential-offer:", "haip-vci:", 1),
        offer=found,
        minutes=int(grants.OFFER_LIFE.total_seconds()) // 60,
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _page_again(refusal: Refusal) -> Response:
    """The page in a transaction of its own, with why a card was not ordered."""
    with writing() as session:
        return show_wallets(session, authenticate(session), refusal)


@pages.post("/wallets/cards")
@takes_file(Resource.ENTRY, Act.PROPOSE, _page_again)
@allowed(Resource.ENTRY, Act.PROPOSE)
def order_card(session: Session, me: AuthenticatedOfficer) -> Afterwards:
    """The portrait is cleaned while no transaction is open: others who write do not wait for it."""
    rep, officer_id = staff.AgencyUser(*representative(session, me)), me.officer.id
    return Afterwards(lambda: _order_card(rep, officer_id))


def _order_card(rep: staff.AgencyUser, officer_id: int) -> Response:
    form, picture, portraits = request.form, request.files.get("portrait"), list[staff.CleanPicture]()
    body = picture.read() if picture is not None else b""
    refusal = refused_file(lambda: portraits.append(staff.clean_portrait(body))) if body else None
    if refusal is not None:
        return _page_again(refusal)
    person = staff.Person(form.get("given_name", ""), form.get("family_name", ""))
    keyring, portrait = wallets().issuer.keyring, next(iter(portraits), None)
    with writing() as session:
        call = Call(session, rep, now())
        refusal = attempt(session, lambda: staff.order(call, keyring, form.get("licence", ""), person, portrait))
        if refusal is None:
            drop(session, officer_id, action=request.path)
    return see_other(HERE) if refusal is None else _page_again(refusal)


@form_at(pages, "/wallets/cards/<reference>/end", Resource.ENTRY, Act.PROPOSE)
def end_card(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    staff.end(_call(session, me), reference)
    return see_other(HERE)


@page_at(pages, "/wallets/cards/<reference>/<any('card.pdf', 'phone.png'):form>", Resource.ENTRY, Act.PROPOSE)
def download_card(session: Session, me: AuthenticatedOfficer, reference: str, form: str) -> Response:
    """Raises NotFound for a card that is not the agency's or has ended, NotNow while the licence is not in force."""
    row = staff.card_of(session, representative(session, me).agency, reference)
    standing = licence_status.standing_of(row.licence)
    if standing.stands is not licence_status.Stands.IN_FORCE:
        raise NotNow("the licence is not in force: no card is printed on it", "wallet.licence_not_in_force")
    card = card_codes.card_of_row(wallets().issuer.keyring, row)
    code = card_codes.card_code(session, card, issuing().issuer, issuing().signers.of(Use.CREDENTIAL))
    languages = papers.languages_of(Language.ZH_HANS, standing)
    if form == "card.pdf":
        body = making.pdf_at_once(Draft(papers.staff_card_html(languages, standing, card, code)))
        response = Response(body, mimetype="application/pdf")
    else:
        response = Response(_picture(languages, standing, card, code), mimetype="image/png")
    response.headers["Content-Disposition"] = f'attachment; filename="staff-card-{row.reference}.{form[-3:]}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _picture(
    languages: Sequence[Language], standing: licence_status.LicenceView, card: card_codes.Card, code: str
) -> bytes:
    if not share_card.can_draw():
        raise NotFound("no picture is drawn here: the font it needs is not installed")
    language = languages[0]
    is_named = standing.agency.holder_kind is HolderKind.LEGAL_PERSON
    until = f"{text(language, 'page.staff.until')} {date_text(language, card.expires_at.date())}"
    number = f"{text(language, 'page.agency.licence.number')} {standing.licence.number}"
    return share_card.drawn_staff_card(
        share_card.StaffPicture(
            language=language,
            site=text(language, "page.site"),
            title=text(language, "paper.staff"),
            person=card.person,
            agency=main_name(standing.agency, language).name if is_named else text(language, "paper.holder.private"),
            facts=([number] if is_named and standing.licence.number else []) + [until],
            warnings=[text(one, "page.staff.copied") for one in languages],
            code=qr.Symbol(code).png,
            portrait=card.portrait,
            demo=text(language, "page.demo") if rendering.is_demo() else "",
        )
    )


@page_at(pages, "/wallets/authorize", Resource.ENTRY, Act.PROPOSE)
def show_request(session: Session, me: AuthenticatedOfficer) -> Response:
    return _request_page(session, me, request.args.get("client_id", ""), request.args.get("request_uri", ""))


@form_at(pages, "/wallets/authorize", Resource.ENTRY, Act.PROPOSE)
def decide(session: Session, me: AuthenticatedOfficer) -> Response:
    form, call, issuer = request.form, _call(session, me), wallets().issuer
    client_id, request_uri = form.get("client_id", ""), form.get("request_uri", "")
    if form.get("decision") != "allow":
        return _to_wallet(grants.deny(call, issuer, client_id, request_uri))
    addresses: list[str] = []
    refusal = attempt(session, lambda: addresses.append(grants.authorize(call, issuer, client_id, request_uri)))
    if refusal is not None:
        return _request_page(session, me, client_id, request_uri, refusal)
    return _to_wallet(*addresses)


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


@page_at(pages, "/wallets", Resource.ENTRY, Act.PROPOSE)
def show_wallets(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
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
    agency = queries.public_record(session, representative(session, me).agency, now().date())
    if agency is None:
        raise NotFound("your agency's entry is not there any more")
    return agency


def _call(session: Session, me: AuthenticatedOfficer) -> Call[staff.AgencyUser]:
    return Call(session, staff.AgencyUser(*representative(session, me)), now())
