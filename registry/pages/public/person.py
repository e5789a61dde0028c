"""Who is this person? A worker's phone shows a code, the recruiter's wallet answers, and the phone shows for whom they act.

No script: the page asks again by itself until the wallet has answered. It is never green by itself: a code can be relayed to
another place, so the worker compares name and face.
"""

from typing import Any

from flask import Blueprint, Response, request

from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.credentials import Seen, portrait_of, require_wallets, seen, verifier
from registry.http.portals import see_other
from registry.http.transaction import keyring, public_reading, writing
from registry.i18n.languages import text
from registry.i18n.names import main_name
from registry.i18n.wording import reason_text
from registry.pages.public.forms import COUNTRIES
from registry.pages.public.rendering import NOT_KEPT, SHORT, page
from registry.pages.public.staff_cards import job_choices, picture_address
from registry.proofs.papers.qr import Symbol
from registry.proofs.wallets import presentations
from registry.proofs.wallets.card_codes import full_name
from registry.vocabulary.licensing import Ask, PresentationState, Refusal
from registry.vocabulary.register import Answer, Language

pages = Blueprint("person", __name__)

LOOK_AGAIN = 3
"""Seconds until the page asks again whether the wallet has answered."""

TONES = {Answer.YES: "face", Answer.NO: "no", Answer.UNKNOWN: "unknown"}
"""Never as `yes`: what is left to do is to compare."""

NOT_SHOWN = {Refusal.DECLINED, Refusal.NOT_DISCLOSED, Refusal.INCOMPLETE, Refusal.WRONG_CREDENTIAL}
"""No card with a name came. That accuses the person of nothing."""

NOT_IN_FORCE = {Refusal.ENDED, Refusal.SUSPENDED, Refusal.NOT_VALID_NOW}


@pages.get("/<language:language>/person")
def show_form(language: Language) -> Response:
    """What this is for, and the job in question."""
    require_wallets()
    return _page(language, "begin", SHORT)


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
        return _page(language, "past")
    if asked.state is PresentationState.WAITING:
        link = presentations.link_of(keyring(), verifier(), asked)
        response = _page(language, "waiting", link=link, code=Symbol(link).data_address)
        response.headers["Refresh"] = str(LOOK_AGAIN)
        return response
    result = seen(asked)
    if result is None:
        return _page(language, "refused", words=_refused_as(asked.refusal))
    return _page(language, "shown", job=asked.job, **_words(language, result))


def _refused_as(refusal: Refusal | None) -> str:
    """The end of the key under which the page words it."""
    if refusal in NOT_SHOWN:
        return "declined"
    return "refused.ended" if refusal in NOT_IN_FORCE else "refused"


def _words(language: Language, result: Seen) -> dict[str, Any]:
    shown, (verdict, snapshot) = result
    portrait = portrait_of(shown)
    return {
        "tone": TONES[verdict.verdict],
        "verdict": verdict,
        "person": full_name(shown.given_name or "", shown.family_name or ""),
        "agency": None if verdict.agency is None else main_name(verdict.agency, language),
        "portrait": None if portrait is None else picture_address(portrait),
        "reasons": [
            reason_text(language, one, snapshot, has_licence=verdict.licence is not None, answer=verdict.verdict)
            for one in verdict.reasons
        ],
    }


def _page(language: Language, step: str, cache_control: str = NOT_KEPT, **context: Any) -> Response:
    return page(
        "person.html",
        language,
        here="person",
        cache_control=cache_control,
        step=step,
        **context,
        **job_choices(language),
    )
