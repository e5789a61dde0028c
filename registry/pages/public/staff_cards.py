"""For whom a person acts: how a staff card stands today, and what the recruiter's wallet answers to a code on a worker's phone.

No script: the page asks again by itself until the wallet has answered. No page of it is green by itself: a code can be copied,
or relayed to another place, so it asks the worker to compare name and face.
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response, request

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.credentials import Seen, card_of, portrait_of, require_wallets, seen, verifier
from registry.http.portals import see_other
from registry.http.transaction import keyring, public_reading, writing
from registry.i18n.languages import text
from registry.i18n.names import countries, country_name, main_name
from registry.i18n.wording import date_text, reason_text
from registry.pages.public.forms import COUNTRIES
from registry.pages.public.licence_status import LicenceView, Stands, standing_of, today_words
from registry.pages.public.rendering import NOT_KEPT, SHORT, page
from registry.proofs.papers.qr import Symbol
from registry.proofs.wallets import card_codes, presentations
from registry.vocabulary.register import EU_STATES, OUTSIDE, SENDING_COUNTRIES, Answer, Language
from registry.vocabulary.supervision import Ask, PresentationState, Refusal

pages = Blueprint("staff_cards", __name__)


class CardStands(StrEnum):
    """What a card is worth today, the gravest first."""

    DIFFERS = "differs"
    """The register of staff says something else than the code: it is forged, whatever key signed it."""
    CARD_ENDED = "card_ended"
    CARD_EXPIRED = "card_expired"
    LICENCE_ENDED = "licence_ended"
    LICENCE_EXPIRED = "licence_expired"
    LICENCE_UNKNOWN = "licence_unknown"
    UNKNOWN = "unknown"
    LIVE = "live"


TONES = {
    CardStands.CARD_ENDED: "no",
    CardStands.CARD_EXPIRED: "no",
    CardStands.LICENCE_ENDED: "no",
    CardStands.LICENCE_EXPIRED: "no",
    CardStands.LICENCE_UNKNOWN: "unknown",
    CardStands.UNKNOWN: "unknown",
    CardStands.LIVE: "face",
}
"""How a page shows them. Never as `yes`: what is left to do is to compare."""

_OF_CARD = {
    card_codes.CardState.DIFFERS: CardStands.DIFFERS,
    card_codes.CardState.ENDED: CardStands.CARD_ENDED,
    card_codes.CardState.EXPIRED: CardStands.CARD_EXPIRED,
}
_OF_LICENCE = {
    Stands.ENDED: CardStands.LICENCE_ENDED,
    Stands.EXPIRED: CardStands.LICENCE_EXPIRED,
    Stands.UNKNOWN: CardStands.LICENCE_UNKNOWN,
}


@dataclass(frozen=True, slots=True)
class CardView:
    """A card as it stands today. `licence` is None where no such licence is known, `portrait` an address that holds it.

    `is_in_register`: the register of staff says what the code says.
    """

    stands: CardStands
    licence: LicenceView | None
    is_in_register: bool = False
    portrait: str | None = None


@pages.post("/<language:language>/cards/today")
def show_card_today(language: Language) -> Response:
    """A piece of a page: how a card and its agency's licence stand today. The script of the check page asks for it.

    Reference and proof of the code stand in the body, so that no address and no log names the card of a person.
    """
    card = card_view(request.form.get("card", ""), request.form.get("licence", ""), request.form.get("proof", ""))
    words = card_words(language, card)
    return page("card_today.html", language, here="", cache_control=NOT_KEPT, is_piece=True, **words)


def card_view(reference: str, licence_id: str, proof: str) -> CardView:
    """The card of a code. `proof` is that of the code: without it the register's portrait is not shown."""
    found = card_of(reference, licence_id, proof)
    licence = licence_view(licence_id)
    address = None if found.portrait is None else picture_address(found.portrait)
    return CardView(stands_of(found.state, licence), licence, found.is_proven, address)


def card_words(language: Language, card: CardView) -> dict[str, Any]:
    """What the piece of the page speaks of: the licence today, and the countries of the short form about a job."""
    words = today_words(language, card.licence) if card.licence else {"standing": None}
    return {"card": card, **words, **job_choices(language)}


def job_choices(language: Language) -> dict[str, Any]:
    """Countries of the short form about a job: where it is, and where the worker is recruited."""
    return {
        "countries": countries(language),
        "origins": countries(language, EU_STATES | SENDING_COUNTRIES),
        "outside": countries(language, OUTSIDE),
    }


def picture_address(picture: bytes) -> str:
    """A portrait as an address that holds it, so that no address of it stands in any log."""
    return f"data:image/jpeg;base64,{b64encode(picture).decode()}"


def licence_view(licence_id: str) -> LicenceView | None:
    try:
        return standing_of(licence_id)
    except NotFound:
        return None


def stands_of(state: card_codes.CardState, licence: LicenceView | None) -> CardStands:
    """The gravest of what the register of staff and the verdict on the licence say."""
    if state in _OF_CARD:
        return _OF_CARD[state]
    stands = Stands.UNKNOWN if licence is None else licence.stands
    if stands in _OF_LICENCE:
        return _OF_LICENCE[stands]
    return CardStands.LIVE if state is card_codes.CardState.LIVE else CardStands.UNKNOWN


def card_record(language: Language, stated: card_codes.CardContent) -> dict[str, str]:
    """What was signed of a card, as words."""
    facts = {
        "person": stated.person,
        "holder": stated.agency,
        "number": stated.number,
        "country": country_name(language, stated.country),
        "until": date_text(language, datetime.fromtimestamp(stated.expires_at, UTC).date()),
        "issued": date_text(language, datetime.fromtimestamp(stated.issued_at, UTC).date()),
    }
    return {name: value for name, value in facts.items() if value}


LOOK_AGAIN = 3
"""Seconds until the page asks again whether the wallet has answered."""

ANSWER_TONES = {Answer.YES: "face", Answer.NO: "no", Answer.UNKNOWN: "unknown"}
"""Never as `yes`: what is left to do is to compare."""

NOT_SHOWN = {Refusal.DECLINED, Refusal.NOT_DISCLOSED, Refusal.INCOMPLETE, Refusal.WRONG_CREDENTIAL}
"""No card with a name came. That accuses the person of nothing."""

NOT_IN_FORCE = {Refusal.ENDED, Refusal.SUSPENDED, Refusal.NOT_VALID_NOW}


@pages.get("/<language:language>/person")
def show_form(language: Language) -> Response:
    """What this is for, and the job in question."""
    require_wallets()
    return _step_page(language, "begin", SHORT)


@pages.post("/<language:language>/person")
def ask_wallet(language: Language) -> Response:
    """Ask whichever wallet scans the code. What comes of it is read at an address that this browser alone is told."""
    asker = verifier()
    chosen = {"origin": request.form.get("origin"), "destination": request.form.get("country")}
    job = {name: code for name, code in chosen.items() if code in COUNTRIES}
    purpose, name = text(language, "page.person.purpose"), text(language, "page.site")
    with writing() as session:
        asked = presentations.begin(session, keyring(), asker, now(), ask=Ask.CARD, purpose=purpose, name=name, job=job)
        return see_other(f"/{language}/person/{asked.reader}")


@pages.get("/<language:language>/person/<reader>")
def show_answer(language: Language, reader: str) -> Response:
    """The code until the wallet has answered, then for whom the person acts. After five minutes there is nothing."""
    try:
        asked = presentations.presentation_of(public_reading(), now(), reader=reader)
    except NotFound:
        return _step_page(language, "past")
    if asked.state is PresentationState.WAITING:
        link = presentations.link_of(keyring(), verifier(), asked)
        response = _step_page(language, "waiting", link=link, code=Symbol(link).data_address)
        response.headers["Refresh"] = str(LOOK_AGAIN)
        return response
    result = seen(asked)
    if result is None:
        return _step_page(language, "refused", words=_refused_as(asked.refusal))
    return _step_page(language, "shown", job=asked.job, **_words(language, result))


def _refused_as(refusal: Refusal | None) -> str:
    """The end of the key under which the page words it."""
    if refusal in NOT_SHOWN:
        return "declined"
    return "refused.ended" if refusal in NOT_IN_FORCE else "refused"


def _words(language: Language, result: Seen) -> dict[str, Any]:
    shown, (verdict, snapshot) = result
    portrait = portrait_of(shown)
    return {
        "tone": ANSWER_TONES[verdict.verdict],
        "verdict": verdict,
        "person": card_codes.full_name(shown.given_name or "", shown.family_name or ""),
        "agency": None if verdict.agency is None else main_name(verdict.agency, language),
        "portrait": None if portrait is None else picture_address(portrait),
        "reasons": [
            reason_text(language, one, snapshot, has_licence=verdict.licence is not None, answer=verdict.verdict)
            for one in verdict.reasons
        ],
    }


def _step_page(language: Language, step: str, cache_control: str = NOT_KEPT, **context: Any) -> Response:
    words: dict[str, Any] = {"step": step, **context, **job_choices(language)}
    return page("person.html", language, here="person", cache_control=cache_control, **words)
