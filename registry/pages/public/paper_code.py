"""The page behind a printed code. The code stands in the address's fragment, which no browser sends.

A script of ours checks the signature in the browser; where it cannot, the code is sent when the person agrees. Either way the
page shows what was signed, never what the paper says, and how the licence stands today.
"""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, Response, request

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.core.keyring import KeyState, Use
from registry.http.credentials import read_card_code, read_paper_code
from registry.http.portals import see_other
from registry.http.responses import content_policy
from registry.http.transaction import public_reading, services
from registry.i18n.languages import accepted, text
from registry.i18n.names import LOCALES, country_name
from registry.i18n.wording import date_text, word
from registry.log.queries import logged_keys
from registry.pages.public import staff_cards
from registry.pages.public.licence_status import LicenceView, Stands, standing_of, today_words
from registry.pages.public.rendering import NOT_KEPT, page, span
from registry.proofs.credentials import paper, signing
from registry.proofs.wallets.card_codes import card_content, proof_of
from registry.vocabulary.codes import ProofFlaw
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Answer, Language, LicenceKind

pages = Blueprint("paper_code", __name__)

FALSE = {
    "damaged": (ProofFlaw.MALFORMED, ProofFlaw.TOO_LARGE, ProofFlaw.WRONG_TYPE),
    "foreign": (ProofFlaw.UNKNOWN_KEY, ProofFlaw.WRONG_USE),
    "compromised": (ProofFlaw.KEY_COMPROMISED, ProofFlaw.KEY_RETIRED),
}
"""What is wrong with a code, in the four ways that matter to its holder; whatever is not here is `forged`."""

TONES = {Stands.IN_FORCE: "yes", Stands.ENDED: "no", Stands.EXPIRED: "no", Stands.UNKNOWN: "unknown"}


@pages.get("/v")
def show_check() -> Response:
    return _code_page({})


@pages.post("/v")
def check_code() -> Response:
    """The check on the server: the code comes in the body, and is neither kept nor logged."""
    code = request.form.get("code", "").strip()
    if not code:
        return _code_page({"step": "none"})
    card = read_card_code(code)
    if card is not None:
        return _card_page(code, card)
    checked = read_paper_code(code)
    if checked.genuine is not Answer.YES:
        return _false_page(code, checked.flaw)
    content = paper.paper_content(checked.claims)
    has_ended = content.expires_at is not None and content.expires_at <= now().timestamp()
    try:
        standing: LicenceView | None = standing_of(content.licence_id)
    except NotFound:
        standing = None
    stands = Stands.EXPIRED if has_ended else standing.stands if standing else Stands.UNKNOWN
    found = {"step": "genuine", "stands": stands, "record": _record(_language(), content), "code": code}
    return _code_page(found | (today_words(_language(), standing) if standing else {"standing": None}))


def _card_page(code: str, checked: signing.Checked) -> Response:
    """The check of a staff card on the server. What a key of ours does not prove any more, the register of staff does."""
    if checked.genuine is Answer.NO:
        return _false_page(code, checked.flaw)
    content = card_content(checked.claims)
    card = staff_cards.card_view(content.reference, content.licence_id, proof_of(checked.claims))
    if card.stands is staff_cards.CardStands.DIFFERS or (checked.genuine is Answer.UNKNOWN and not card.is_in_register):
        return _false_page(code, checked.flaw or ProofFlaw.DIFFERS_FROM_LOG)
    language = _language()
    found = {"step": "card", "record": staff_cards.card_record(language, content), "code": code}
    return _code_page(found | staff_cards.card_words(language, card))


def _false_page(code: str, flaw: ProofFlaw | None) -> Response:
    why = next((why for why, flaws in FALSE.items() if flaw in flaws), "forged")
    return _code_page({"step": "false", "why": why, "code": code})


@pages.get("/<language:language>/licences/<licence_id>/today")
def show_today(language: Language, licence_id: str) -> Response:
    """A piece of a page: how the licence stands today. The script of the check page asks for it.

    Who opens its address is led to the agency, for it is no page of its own.
    """
    standing = standing_of(licence_id)
    if request.headers.get("Sec-Fetch-Dest") == "document":
        return see_other(f"/{language}/agencies/{standing.agency.agency_id}")
    return page("today.html", language, here="", cache_control=NOT_KEPT, **today_words(language, standing))


def _language() -> Language:
    chosen = request.form.get("language") or request.args.get("language")
    if chosen in list(Language):
        return Language(chosen)
    return accepted(request.headers.get("Accept-Language"), Language.ZH_HANS)


_NOTHING: dict[str, Any] = dict.fromkeys(("step", "why", "stands", "standing", "card")) | {"code": "", "record": {}}


def _code_page(found: dict[str, Any]) -> Response:
    language = _language()
    response = page(
        "paper_code.html",
        language,
        here="",
        cache_control=NOT_KEPT,
        found=_NOTHING | found,
        tones=TONES,
        card_tones=staff_cards.TONES,
        facts=None if found.get("step") else _facts(language),
    )
    response.headers["Content-Security-Policy"] = content_policy(connect_src="'self'")
    response.vary.add("Accept-Language")
    return response


def _facts(language: Language) -> dict[str, Any]:
    """What the script needs: keys to believe, and words for what the code states in codes."""
    keys = [
        {"kid": key.kid, "jwk": dict(key.public), "state": key.state, "index": key.index}
        for key in logged_keys(public_reading()).values()
        if key.use is Use.CREDENTIAL
    ]
    return {
        "issuer": services().settings.public_url,
        "language": language,
        "locale": LOCALES[language].replace("_", "-"),
        "keys": keys,
        "kinds": {kind: word(language, "kind", kind) for kind in LicenceKind},
        "countries": {code: country_name(language, code) for code in sorted(EU_STATES | SENDING_COUNTRIES)},
        "any": text(language, "page.agency.any_country"),
        "compromised": KeyState.COMPROMISED,
        "retired": KeyState.RETIRED,
        "span": {
            "both": text(language, "page.span.both", from_="{from}", to="{to}"),
            "from": text(language, "page.span.from", from_="{from}"),
            "to": text(language, "page.span.to", to="{to}"),
        },
    }


def _record(language: Language, stated: paper.PaperContent) -> dict[str, str]:
    """What was signed, as words."""
    last = _day(stated.expires_at, -1)
    facts = {
        "holder": stated.name,
        "number": stated.number,
        "kind": word(language, "kind", stated.kind) if stated.kind in list(LicenceKind) else stated.kind,
        "country": country_name(language, stated.country),
        "term": span(language, _day(stated.valid_from, 1), last) if stated.valid_from or last else None,
        "corridors": ", ".join(_corridor(language, one) for one in stated.corridors or ()),
        "issued": date_text(language, datetime.fromtimestamp(stated.issued_at, UTC).date()),
    }
    return {name: value for name, value in facts.items() if value}


def _day(instant: int | None, sign: int) -> date | None:
    """The day that begins (1) or has just ended (-1) at an instant that is midnight where the authority sits.

    Half a day further it is about noon there, which falls on the same day in UTC wherever that is.
    """
    if instant is None:
        return None
    return (datetime.fromtimestamp(instant, UTC) + sign * timedelta(hours=12)).date()


def _corridor(language: Language, stated: str) -> str:
    anywhere = text(language, "page.agency.any_country")
    return " → ".join(anywhere if end == "*" else country_name(language, end) for end in stated.split(">"))
