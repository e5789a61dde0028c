"""A staff card for a person without a wallet, as an agency's own people get it: two sides to print, and a picture for a phone.

Names and portraits lie in no file: a paper is set while the asker waits.
"""

from collections.abc import Sequence

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.core.errors import NotFound, NotNow
from registry.core.keyring import Use
from registry.http.credentials import issuing, wallets
from registry.i18n.agency_names import main_name
from registry.i18n.languages import text
from registry.i18n.wording import date_text
from registry.officer_acts.entry_acts import representative
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import allowed
from registry.pages.public.certificates import languages_of, staff_card_html
from registry.pages.public.licence_status import LicenceView, Stands, standing_of
from registry.pages.public.rendering import is_demo
from registry.pages.public.share_card import StaffPicture, can_draw, drawn_staff_card
from registry.proofs.papers.making import pdf_at_once
from registry.proofs.papers.qr import Symbol
from registry.proofs.papers.rendering import Draft
from registry.proofs.wallets.card_codes import Card, card_code, card_of_row
from registry.proofs.wallets.staff import card_of
from registry.vocabulary.register import HolderKind, Language

pages = Blueprint("console_staff_prints", __name__)


@pages.get("/wallets/cards/<reference>/<any('card.pdf', 'phone.png'):form>")
@allowed(Resource.ENTRY, Act.PROPOSE)
def download_card(session: Session, me: AuthenticatedOfficer, reference: str, form: str) -> Response:
    """Raises NotFound for a card that is not the agency's or has ended, NotNow while the licence is not in force."""
    row = card_of(session, representative(session, me).agency, reference)
    standing = standing_of(row.licence)
    if standing.stands is not Stands.IN_FORCE:
        raise NotNow("the licence is not in force: no card is printed on it", "wallet.licence_not_in_force")
    card = card_of_row(wallets().issuer.keyring, row)
    code = card_code(session, card, issuing().issuer, issuing().signers.of(Use.CREDENTIAL))
    languages = languages_of(Language.ZH_HANS, standing)
    if form == "card.pdf":
        body = pdf_at_once(Draft(staff_card_html(languages, standing, card, code)))
        response = Response(body, mimetype="application/pdf")
    else:
        response = Response(_picture(languages, standing, card, code), mimetype="image/png")
    response.headers["Content-Disposition"] = f'attachment; filename="staff-card-{row.reference}.{form[-3:]}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _picture(languages: Sequence[Language], standing: LicenceView, card: Card, code: str) -> bytes:
    if not can_draw():
        raise NotFound("no picture is drawn here: the font it needs is not installed")
    language = languages[0]
    is_named = standing.agency.holder_kind is HolderKind.LEGAL_PERSON
    until = f"{text(language, 'page.staff.until')} {date_text(language, card.expires_at.date())}"
    number = f"{text(language, 'page.agency.licence.number')} {standing.licence.number}"
    return drawn_staff_card(
        StaffPicture(
            language=language,
            site=text(language, "page.site"),
            title=text(language, "paper.staff"),
            person=card.person,
            agency=main_name(standing.agency, language).name if is_named else text(language, "paper.holder.private"),
            facts=([number] if is_named and standing.licence.number else []) + [until],
            warnings=[text(one, "page.staff.copied") for one in languages],
            code=Symbol(code).png,
            portrait=card.portrait,
            demo=text(language, "page.demo") if is_demo() else "",
        )
    )
