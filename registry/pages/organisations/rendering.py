"""Making a page of an organisation's account: its templates, the reader's language, and headers that let nothing be kept."""

from functools import cache, partial
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, g, redirect, request
from jinja2 import Environment, PackageLoader, StrictUndefined

from registry.http.errors import ProblemDocument
from registry.http.responses import negotiated
from registry.http.transaction import services
from registry.i18n import wording
from registry.i18n.languages import has_text, text
from registry.pages.files import SiteFiles
from registry.pages.forms import FORM_FIELD
from registry.pages.organisations.guard import PATH, form_token_sent, open_to_all
from registry.vocabulary.register import STAFF_LANGUAGES, Language

files = Blueprint("account_files", __name__)
FILES = SiteFiles("registry.pages.organisations", f"{PATH}/files")

CHOSEN = "account-language"
"""The cookie of a language that was chosen before sign-in."""

MENU = ("lists", "receipts", "watches", "webhooks", "keys", "people", "own")


@files.get("/files/<digest>/<name>")
@open_to_all
def file(digest: str, name: str) -> Response:
    return FILES.respond(name)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("registry.pages.organisations"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page(template: str, *, here: str = "", status: int = 200, **context: Any) -> Response:
    """A page for the member who is signed in, or before sign-in. Nothing of it is cached by a browser or a proxy."""
    response = Response(_environment().get_template(template).render(_words() | {"here": here} | context), status)
    response.mimetype = "text/html"
    response.headers["Content-Language"] = language()
    response.headers["Cache-Control"] = "no-store"
    # Under `no-referrer` browsers send `Origin: null` with our own forms too, and the guard refuses them. Links of mails hold a
    # secret, and `same-origin` hands it to no other site.
    response.headers["Referrer-Policy"] = "same-origin"
    if request.args.get("language") in STAFF_LANGUAGES and not g.get("account_bar"):
        # Forms of the page lead to addresses without it. It says nothing of who chose, and goes with the browser's session.
        is_https = services().settings.is_https
        response.set_cookie(CHOSEN, language(), httponly=True, samesite="Strict", secure=is_https, path=PATH)
    return response


def error_page(problem: ProblemDocument, _status: int) -> str:
    """A page on what went wrong and what to do, with the menu of the one who is signed in."""
    reason = f"account.fault.{problem.reason}"
    is_stated = bool(problem.reason) and has_text(reason)
    detail = text(problem.language, reason) if is_stated else wording.problem_detail(problem.language, problem.code)
    return (
        _environment().get_template("error.html").render(_words() | {"here": "", "problem": problem, "detail": detail})
    )


def to(place: str) -> Response:
    """To another page of the account, by GET."""
    response = redirect(f"{PATH}/{place}", 303)
    assert isinstance(response, Response)
    response.headers["Cache-Control"] = "no-store"
    return response


def language() -> Language:
    """The member's own; before sign-in what was chosen at the top of the page, else what the browser likes."""
    chosen = request.args.get("language") or request.cookies.get(CHOSEN)
    return g.get("language") or (Language(chosen) if chosen in STAFF_LANGUAGES else negotiated(request))


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
        "form_token": form_token_sent(),
    }
