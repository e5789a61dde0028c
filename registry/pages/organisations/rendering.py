"""Making a page of an organisation's account: its templates, the reader's language, and headers that let nothing be kept.

What is wrong with a list or a delivery is kept and told to programs in English; its words in another language are found by that
(`trouble.*` of the catalogues).
"""

from functools import partial
from secrets import token_urlsafe
from typing import Any, NamedTuple
from urllib.parse import quote

from flask import Blueprint, Response, g, request

from registry.core.errors import InvalidInput, RegistryError
from registry.http.errors import ProblemDocument
from registry.http.portals import FORM_FIELD, Cookie, form_token_of, page_response, see_other
from registry.http.responses import negotiated
from registry.http.transaction import services
from registry.i18n import names, wording
from registry.i18n.faults import found, message_in
from registry.i18n.languages import has_text, text
from registry.pages.files import SiteFiles, templates_of
from registry.pages.organisations.guard import FORM_MARK, PATH, open_to_all, session_cookie
from registry.vocabulary.register import STAFF_LANGUAGES, Language

files = Blueprint("account_files", __name__)
FILES = SiteFiles("registry.pages.organisations", f"{PATH}/files")
TEMPLATES = templates_of("registry.pages.organisations")

MENU = ("lists", "receipts", "watches", "webhooks", "keys", "people", "own")


@files.get("/files/<digest>/<name>")
@open_to_all
def show_site_file(digest: str, name: str) -> Response:
    return FILES.respond(name)


def page(template: str, *, here: str = "", status: int | None = None, **context: Any) -> Response:
    """A page for the member who is signed in, or before sign-in. Nothing of it is cached by a browser or a proxy.

    One that shows a `fault` has the status 400 unless another is stated.
    """
    if status is None:
        status = 400 if context.get("fault") else 200
    body = TEMPLATES.get_template(template).render(_words() | {"here": here} | context)
    response = page_response(body, status, language())
    if request.args.get("language") in STAFF_LANGUAGES and not g.get("account_bar"):
        # Forms of the page lead to addresses without it. It says nothing of who chose, and goes with the browser's session.
        _chosen_cookie().give(response, language())
    return response


def error_page(problem: ProblemDocument, _status: int) -> str:
    """A page on what went wrong and what to do, with the menu of the one who is signed in."""
    reason = f"account.fault.{problem.reason}"
    is_stated = bool(problem.reason) and has_text(reason)
    detail = text(problem.language, reason) if is_stated else wording.problem_detail(problem.language, problem.code)
    return TEMPLATES.get_template("error.html").render(_words() | {"here": "", "problem": problem, "detail": detail})


def to(place: str) -> Response:
    """To another page of the account, by GET."""
    return see_other(f"{PATH}/{place}")


def language() -> Language:
    """The member's own; before sign-in what was chosen at the top of the page, else what the browser likes."""
    chosen = request.args.get("language") or _chosen_cookie().sent()
    return g.get("language") or (Language(chosen) if chosen in STAFF_LANGUAGES else negotiated(request))


def _chosen_cookie() -> Cookie:
    """The language that was chosen before sign-in."""
    return Cookie("account-language", PATH, services().settings.is_https)


def _switches() -> list[tuple[str, str]]:
    """The languages of a page that is open to all, with its address in each; members set theirs in their profile."""
    if g.get("account_bar"):
        return []
    path = quote(request.path)
    return [(code.value, f"{path}?language={code}") for code in STAFF_LANGUAGES]


def _words() -> dict[str, Any]:
    """What every template has in reach."""
    spoken = language()
    return {
        "language": spoken,
        "t": partial(text, spoken),
        "date": partial(wording.date_text, spoken),
        "number": partial(wording.number_text, spoken),
        "country": partial(names.country_name, spoken),
        "bar": g.get("account_bar"),
        "menu": MENU,
        "switches": _switches(),
        "stylesheet": FILES.address_of("account.css"),
        "mark": FILES.address_of("mark.svg"),
        "form_field": FORM_FIELD,
        "form_token": form_token_of(session_cookie()),
        "form_mark": FORM_MARK,
        "new_mark": partial(token_urlsafe, 12),
    }


class LocalisedText(NamedTuple):
    """Words, and the language that they are in: English for what has none in the reader's."""

    words: str
    language: Language


def trouble_text(language: Language, trouble: str) -> LocalisedText:
    match = None if language is Language.EN else found(trouble, "trouble")
    if match is None:
        return LocalisedText(trouble, Language.EN)
    key, values = match
    return LocalisedText(text(language, key, **values), language)


def refusal_text(language: Language, refused: RegistryError) -> LocalisedText:
    """Why something was not done with a list; of fields each with its name."""
    if not isinstance(refused, InvalidInput) or language is Language.EN:
        return trouble_text(language, refused.text)
    stated = []
    for fault in refused.faults:
        key = f"bulk.field.{fault.parameter.rpartition('.')[2]}"
        name = text(language, key) if has_text(key) else fault.parameter
        worded = fault.message
        words = wording.problem_detail(language, fault.code) if worded is None else message_in(language, worded)
        stated.append(text(language, "faults.one", field=name, words=words))
    return LocalisedText(wording.listed(language, stated), language)
