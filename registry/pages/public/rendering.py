"""Making a page: templates with the language's words in reach, and the headers that a page carries."""

import hashlib
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, request
from markupsafe import Markup, escape
from sqlalchemy import select

from registry.core.errors import KeyNotLogged
from registry.http.encodings import MIN_BYTES, accepted_encoding, compressed_page
from registry.http.errors import ProblemDocument
from registry.http.paths import is_of_intake
from registry.http.responses import content_policy
from registry.http.transaction import public_reading, services
from registry.i18n import names, wording
from registry.i18n.languages import CATALOGUES, has_text, text
from registry.log.models import LogState
from registry.pages.files import templates_of
from registry.pages.public.assets import Within, address_of, allowing, mark_within, script_within, style_within
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Language

SHORT = "public, max-age=60"
NOT_KEPT = "no-store"

MENU = (("lookup", ""), ("help", "help"))
RIGHTS_PLACES = EU_STATES | SENDING_COUNTRIES
"""Countries that have a page of rights."""
INTAKE = ("box", "box")
"""Telling what happened: in the menu only where somebody takes it."""
CHECK = ("check", "check")
PERSON = ("person", "person")
"""For whom somebody acts who shows a wallet: where wallets are switched on."""
FURTHER = (
    ("licences", "licences"),
    ("agencies", "agencies"),
    ("coverage", "coverage"),
    ("rules", "rules"),
    ("rights", "rights"),
    ("fees", "fees"),
    ("statistics", "statistics"),
    ("log", "log"),
    ("accessibility", "accessibility"),
    ("privacy", "privacy"),
    ("cookies", "cookies"),
)
"""What few ask for stands below the page: on a narrow phone more than three in the menu push the question out of sight."""


AWAY = {
    Language.ZH_HANS: "https://www.weather.com.cn/",
    Language.ZH_HANT: "https://www.hko.gov.hk/tc/",
    Language.EN: "https://www.meteoalarm.org/",
    Language.IT: "https://www.meteoam.it/",
    Language.FR: "https://meteofrance.com/",
    Language.RO: "https://www.meteoromania.ro/",
}
"""Where somebody who must hide the screen is taken: the weather, as a public service tells it, is on everybody's telephone.

From the complaint, an answer, and what tells of help and rights.
"""

_TEMPLATES = templates_of("registry.pages.public", "registry.pages.intake")


def page(
    template: str,
    language: Language,
    *,
    here: str,
    status_code: int = 200,
    cache_control: str = SHORT,
    within: Within = Within.NOTHING,
    scripts: tuple[str, ...] = (),
    connect_src: str | None = None,
    **context: Any,
) -> Response:
    """A page that may be kept for a short while and is not sent twice; `here` is its place in the menu.

    `within` says how much of the stylesheet the page holds itself, `scripts` names those that stand at its end, and
    `connect_src` is whom they may ask.
    """
    style, script = Markup(style_within(within)), Markup(script_within(*scripts))
    leads: dict[str, Any] = {"style": style, "script": script, "prefetches_style": within is Within.FIRST}
    body = rendered(template, language, here=here, is_demo=is_demo(), **leads | context)
    response = Response(body, status_code, mimetype="text/html")
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = cache_control
    if style or script or connect_src:
        own = {"style_src": style, "script_src": script}
        policy = {name: f"'self' {allowing(content)}" for name, content in own.items() if content}
        policy |= {"connect_src": connect_src} if connect_src else {}
        response.headers["Content-Security-Policy"] = content_policy(**policy)
    coding = _pack(response)
    if cache_control != NOT_KEPT:
        # Of each form its own, as what is packed is another sequence of bytes.
        response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:24] + (f"-{coding}" if coding else ""))
        response.make_conditional(request)
    return response


def _pack(response: Response) -> str | None:
    """Compress a page where the browser takes it: a third of the bytes. Gives how.

    Safe because no page made here holds a secret: there is no session and no form token whose bytes the length could
    betray (BREACH). Pages of complaints, of organisations and of officers are made elsewhere and are never compressed.
    """
    response.vary.add("Accept-Encoding")
    coding = accepted_encoding(request.environ.get("HTTP_ACCEPT_ENCODING"))
    body = response.get_data()
    if coding is None or len(body) < MIN_BYTES:
        return None
    response.set_data(compressed_page(body, coding))
    response.headers["Content-Encoding"] = coding
    return coding


def error_page(problem: ProblemDocument, status: int) -> str:
    """What went wrong, in plain words; it never says more of an agency than that nothing is known."""
    return rendered(
        "intake/error.html" if is_of_intake(request.path) else "error.html",
        problem.language,
        here="",
        # What failed is not repeated: the question may be what went wrong.
        keeps_query=False,
        is_demo=current_app.extensions.get("registry_is_demo", False),
        title=wording.problem_title(problem.language, problem.code),
        detail=wording.problem_detail(problem.language, problem.code),
        kid=problem.cause.kid if isinstance(problem.cause, KeyNotLogged) else None,
        request_id=problem.request_id,
        status=status,
    )


def is_demo() -> bool:
    """Whether the registry holds invented data. Remembered for error pages, which must not need the database."""
    found = bool(public_reading().execute(select(LogState.is_demo)).scalar_one_or_none())
    current_app.extensions["registry_is_demo"] = found
    return found


def rendered(template: str, language: Language, *, keeps_query: bool = True, **context: Any) -> str:
    """A template's text, with the language's words in reach and what every page leads to."""
    settings = services().settings
    leads_to_intake = settings.leads_to_intake
    further = (CHECK, *FURTHER) if leads_to_intake else FURTHER
    leads: dict[str, Any] = {
        "menu": (*MENU, INTAKE if leads_to_intake else CHECK),
        "leads_to_intake": leads_to_intake,
        "further": further if settings.wallets is None else (PERSON, *further),
        "away": AWAY[language],
        "can_leave": False,
        "switches": [(other, CATALOGUES[other]["language.name"], _same_page(other, keeps_query)) for other in Language],
        "stylesheet": address_of("style.css"),
        "mark": address_of("mark.svg"),
        "mark_within": mark_within(),
        "style": "",
        "script": "",
        "prefetches_style": False,
        "asset": address_of,
    }
    return rendered_alone(template, language, **leads | context)


def rendered_alone(template: str, language: Language, **context: Any) -> str:
    """A template's text for paper, which leads nowhere and may be made outside of any request."""
    words: dict[str, Any] = {
        "language": language,
        "t": partial(text, language),
        "text": text,
        "has": has_text,
        "html": partial(marked, language),
        "date": partial(wording.date_text, language),
        "country": partial(names.country_name, language),
        "sector": partial(names.sector_words, language),
        "word": partial(wording.word, language),
        "listed": partial(wording.listed, language),
        "spoken_list": lambda tags: wording.listed(language, [names.language_name(language, tag) for tag in tags]),
        "hours": partial(wording.hours_text, language),
        "span": partial(span, language),
        "rights_path": lambda place: f"/{language}/rights" + (f"/{place}" if place in RIGHTS_PLACES else ""),
        "in_english": lambda words: Markup('<span lang="en">{}</span>').format(words),
    }
    return _TEMPLATES.get_template(template).render(words | context)


def marked(language: Language, key: str, **values: Any) -> Markup:
    """A text whose values may be pieces of a page, such as a name set apart; everything else is escaped."""
    return Markup(escape(text(language, key, **{name: f"{{{name}}}" for name in values}))).format(**values)


def span(language: Language, from_: date | None, to: date | None) -> str:
    """From when to when something held, as words."""
    values = {name: wording.date_text(language, day) for name, day in (("from_", from_), ("to", to)) if day}
    if len(values) == 2:
        return text(language, "page.span.both", **values)
    if not values:
        return text(language, "page.span.unknown")
    return text(language, f"page.span.{'from' if from_ else 'to'}", **values)


def _same_page(language: Language, keeps_query: bool) -> str:
    """The address of the page asked for in another language; its start where the page has none."""
    _, first, rest = [*request.path.split("/", 2), "", ""][:3]
    if first not in list(Language):
        return f"/{language}/"
    query = request.query_string.decode("ascii", "replace") if keeps_query else ""
    return f"/{language}/{quote(rest)}" + (f"?{query}" if query else "")
