"""Making a page of the console: its templates, the officer's language, and headers that let nothing be kept."""

from functools import cache, partial
from typing import Any

from flask import Response, g, request
from jinja2 import Environment, PackageLoader, StrictUndefined

from registry.console import assets
from registry.console.guard import COOKIE, FORM_FIELD
from registry.officers import sessions
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.terms import Language
from registry.web import wording
from registry.web.languages import negotiated, text

MENU: tuple[tuple[str, str, Resource, Act], ...] = (
    ("home", "/console/", Resource.OWN, Act.READ),
    ("cases", "/console/cases", Resource.CASE, Act.READ),
    ("officers", "/console/officers", Resource.OFFICER, Act.READ),
    ("own", "/console/own", Resource.OWN, Act.READ),
)
"""What stands in the menu, for those who may go there."""


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("registry.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


def page(template: str, *, here: str, status: int = 200, **context: Any) -> Response:
    """A page for whoever is present, or for nobody yet. Nothing of the console is kept by a browser or a proxy."""
    me: Present | None = g.get("console_present")
    language = language_of(me)
    token = request.cookies.get(COOKIE, "")
    words: dict[str, Any] = {
        "language": language,
        "t": partial(text, language),
        "date": partial(wording.date_text, language),
        "country": partial(wording.country_name, language),
        "me": me,
        "here": here,
        "menu": [(name, href) for name, href, what, act in MENU if me is not None and me.standing.may(what, act)],
        "stylesheet": assets.address_of("console.css"),
        "form_field": FORM_FIELD,
        "form_token": sessions.form_token(token) if token else "",
    }
    response = Response(_environment().get_template(template).render(words | context), status, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    # Under `no-referrer` browsers send `Origin: null` with our own forms too, and the guard refuses them.
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def language_of(me: Present | None) -> Language:
    """The officer's own; before sign-in what the browser likes."""
    return Language(me.officer.language) if me is not None else negotiated(request)
