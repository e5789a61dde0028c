"""Making a page of an organisation's account: its templates, the reader's language, and headers that let nothing be kept."""

from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, g, request

from registry.http.errors import ProblemDocument
from registry.http.portals import FORM_FIELD, Cookie, form_token_of, page_response, see_other
from registry.http.site_files import SiteFiles, templates_of
from registry.http.transaction import services
from registry.i18n import wording
from registry.i18n.languages import has_text, negotiated, text
from registry.pages.organisations.guard import PATH, open_to_all, session_cookie
from registry.vocabulary.register import STAFF_LANGUAGES, Language

files = Blueprint("account_files", __name__)
FILES = SiteFiles("registry.pages.organisations", f"{PATH}/files")
TEMPLATES = templates_of("registry.pages.organisations")

MENU = ("lists", "receipts", "watches", "webhooks", "keys", "people", "own")


@files.get("/files/<digest>/<name>")
@open_to_all
def file(digest: str, name: str) -> Response:
    return FILES.respond(name)


def page(template: str, *, here: str = "", status: int = 200, **context: Any) -> Response:
    """A page for the member who is signed in, or before sign-in. Nothing of it is cached by a browser or a proxy."""
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
        "country": partial(wording.country_name, spoken),
        "bar": g.get("account_bar"),
        "menu": MENU,
        "switches": _switches(),
        "stylesheet": FILES.address_of("account.css"),
        "mark": FILES.address_of("mark.svg"),
        "form_field": FORM_FIELD,
        "form_token": form_token_of(session_cookie()),
    }
