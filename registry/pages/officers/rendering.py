"""Making a page of the console: its templates, the officer's language, and headers that let nothing be unsent.

Forms that are refused keep what was typed: the page is shown again and says why, and nothing of the attempt is written. Points
in time are the officer's local time: where the unit's authority sits, or else in the capital of its country.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from babel.dates import format_date, format_skeleton
from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.complaints.case.states import reads_of_measure
from registry.complaints.casework.drafts import Unsent
from registry.core import errors
from registry.core.clock import day_at, now, zone
from registry.core.working_days import last_day
from registry.http.errors import ProblemDocument
from registry.http.portals import FORM_FIELD, form_token_of, page_response
from registry.http.responses import content_policy, negotiated
from registry.http.transaction import services
from registry.i18n import names, wording
from registry.i18n.faults import fault_words, field_name
from registry.i18n.languages import has_text, text
from registry.officer_acts.sign_in_providers import providers
from registry.officers.rights import Act, OfficerRights, Resource
from registry.pages.files import SiteFiles, templates_of
from registry.pages.officers.guard import Bar, done_cookie, done_sent, open_to_all, session_cookie, undo_sent
from registry.pages.officers.refusals import FieldFault, anchor, refusal_text, with_faults
from registry.vocabulary.cases import CaseState
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language
from registry.vocabulary.supervision import ZONES

files = Blueprint("console_files", __name__)
FILES = SiteFiles("registry.pages.officers", "/console/files")
TEMPLATES = templates_of("registry.pages.officers")

MENU: tuple[tuple[str, str, Resource, Act], ...] = (
    ("home", "/console/", Resource.OWN, Act.READ),
    ("cases", "/console/cases", Resource.CASE, Act.READ),
    ("translations", "/console/translations", Resource.ACCOUNT, Act.WRITE),
    ("transfers", "/console/transfers", Resource.TRANSFER, Act.READ),
    ("papers", "/console/papers", Resource.PAPER, Act.WRITE),
    ("referrals", "/console/referrals", Resource.REFERRAL, Act.ANSWER),
    ("hearings", "/console/hearings", Resource.HEARING, Act.ANSWER),
    ("entry", "/console/entry", Resource.ENTRY, Act.PROPOSE),
    ("entries", "/console/entries", Resource.ENTRY, Act.APPROVE),
    ("identities", "/console/identities", Resource.IDENTITY, Act.APPROVE),
    ("openings", "/console/openings", Resource.BREAK_GLASS, Act.READ),
    ("licences", "/console/licences", Resource.LICENCE, Act.READ),
    ("overview", "/console/overview", Resource.STATISTICS, Act.READ),
    ("imports", "/console/imports", Resource.IMPORT, Act.READ),
    ("law", "/console/law", Resource.LAW, Act.READ),
    ("audit", "/console/audit", Resource.AUDIT, Act.READ),
    ("sanctions", "/console/sanctions", Resource.SANCTION, Act.READ),
    ("officers", "/console/officers", Resource.OFFICER, Act.READ),
    ("own", "/console/own", Resource.OWN, Act.READ),
)
"""What stands in the menu, for those who may go there."""


DIGITS = {
    "home": "1", "cases": "2", "translations": "3", "openings": "4", "licences": "5", "overview": "6", "imports": "7",
    "sanctions": "8", "officers": "9", "own": "0",
}  # fmt: skip
"""Access keys: the same for every role, so that a key leads to the same page when roles change."""

SEARCHED = (Resource.CASE, Resource.LICENCE, Resource.SANCTION, Resource.OFFICER)
"""What the search of the bar finds, each for those who may read it."""


@files.get("/files/<digest>/<name>")
@open_to_all
def show_site_file(digest: str, name: str) -> Response:
    """Stylesheets, the mark and two scripts: one asks security keys, one keeps drafts. Nothing comes from elsewhere."""
    return FILES.respond(name)


def page(template: str, *, here: str, status: int | None = None, **context: Any) -> Response:
    """A page for the officer who is signed in, or before sign-in.

    A page that may show a `refusal` has its status unless another is stated, and the fields as they were sent as `form`.
    Nothing of the console is cached by a browser or a proxy.
    """
    refusal = context.get("refusal")
    if status is None:
        status = refusal.status if refusal is not None else 200
    if "refusal" in context and "form" not in context:
        context["form"] = request.form
    if request.method == "GET":
        context = context | _typed_before(context)
    words = _words() | {"me": g.get("console_present"), "here": here, "is_refused": status >= 400} | context
    body = TEMPLATES.get_template(template).render(words)
    if refusal is not None:
        body = with_faults(body, refusal.faults)
    response = page_response(body, status, language())
    if done_sent():
        done_cookie().take(response)
    if g.get("console_bar") is not None:
        # The script of the desk keeps drafts and asks for agencies here.
        response.headers["Content-Security-Policy"] = content_policy(connect_src="'self'")
    return response


def rendered(template: str, **context: Any) -> str:
    """A document in the officer's language that is no page: nothing of a form stands in it."""
    return TEMPLATES.get_template(template).render(_words() | context)


def _words() -> dict[str, Any]:
    """What every template has in reach."""
    bar: Bar | None = g.get("console_bar")
    clock = zone_of(bar.standing) if bar else None
    spoken = language()
    settings = services().settings
    return {
        "language": spoken,
        "t": partial(text, spoken),
        "has_text": has_text,
        "said": partial(refusal_text, spoken),
        "heading": partial(wording.problem_title, spoken, at="console"),
        "date": partial(wording.date_text, spoken),
        "country": partial(names.country_name, spoken),
        "language_called": partial(names.language_name, spoken),
        "day_text": partial(day_text, spoken),
        "moment_text": partial(moment_text, spoken, name=clock),
        "due_short": partial(due_short, spoken, name=clock),
        "due_text": partial(due_text, spoken, name=clock),
        "bar": bar,
        "unit_name": names.name_in(spoken, bar.unit_names) if bar else "",
        "menu": [
            (name, href, DIGITS.get(name, ""))
            for name, href, what, act in MENU
            if bar is not None and bar.standing.may(what, act)
        ],
        "may_search": bar is not None and any(bar.standing.may(what, Act.READ) for what in SEARCHED),
        "stylesheet": FILES.address_of("console.css"),
        "mark": FILES.address_of("mark.svg"),
        "providers": providers(),
        # Where the console has a host of its own, what the public sees is on another.
        "public": settings.public_url if settings.console_url else "",
        "asset": FILES.address_of,
        "waiting_count": g.console_inbox.number if "console_inbox" in g else 0,
        "done": _done_text(spoken),
        "undo": undo_sent() if request.method == "GET" else None,
        "unsent": g.get("console_unsent") or (),
        "is_sent": request.method == "POST",
        "state_key": partial(state_key, today=day_at(now(), bar.standing.time_zone if bar else None)),
        "licence_field_key": wording.licence_field_key,
        "anchor": anchor,
        "form_field": FORM_FIELD,
        "new_once": partial(secrets.token_urlsafe, 16),
        "form_token": form_token_of(session_cookie()),
    }


def _done_text(spoken: Language) -> str:
    """What the form did that was sent before this page; empty where its page says it itself."""
    code = done_sent() if request.method == "GET" else ""
    return text(spoken, f"done.{code}") if code and has_text(f"done.{code}") else ""


def _typed_before(context: dict[str, Any]) -> dict[str, Any]:
    """The forms of a page as they were typed before and not sent, in place of empty ones."""
    unsent: Sequence[Unsent] = g.get("console_unsent") or ()
    if not unsent:
        return {}
    return {name: typed_in(unsent) for name in ("form", "typed") if context.get(name) is request.form}


def typed_in(unsent: Sequence[Unsent]) -> MultiDict[str, str]:
    """The fields of texts that were typed and not sent; of the same field in two forms what was typed last stands first."""
    typed = MultiDict(
        [(name, value) for one in unsent for name, values in one.fields.items() for value in reversed(values)]
    )
    return MultiDict([(name, value) for name, values in typed.lists() for value in reversed(values)])


def error_page(problem: ProblemDocument, _status: int) -> str:
    """A page on what went wrong and what to do, with the menu of the one who is signed in."""
    why = refusal_text(problem.language, problem.cause) if problem.cause is not None else None
    detail = why or wording.problem_detail(problem.language, problem.code)
    words = {"here": "", "is_refused": True, "problem": problem, "detail": detail, "is_said": why is not None}
    return TEMPLATES.get_template("error.html").render(_words() | words)


def language() -> Language:
    """The officer's own; before sign-in what the browser likes."""
    return g.get("language") or negotiated(request)


_REFUSED = (
    errors.ChannelChangeRefused, errors.InvalidInput, errors.IllegalMove, errors.NotNow, errors.StaleVersion, errors.ActRefused,
)  # fmt: skip
_NONE: Mapping[str, str] = MappingProxyType({})


class Refusal(NamedTuple):
    """Why a form was refused: `code` has its words at `problem.<code>`, `detail` says what to do, in `language`.

    `faults` are those of single fields, each shown beside its field; empty where it is about the whole form.
    """

    status: int
    code: Problem
    detail: str
    language: Language
    faults: tuple[FieldFault, ...] = ()


def attempt(session: Session, act: Callable[[], object], called: Mapping[str, str] = _NONE) -> Refusal | None:
    """Do something, or undo all of it and say why it was refused.

    `called` says what a field is named in the form where the payload calls it otherwise.
    """
    try:
        with session.begin_nested():
            act()
    except _REFUSED as refused:
        return refusal_of(refused, called)
    return None


def refusal_of(refused: errors.RegistryError, called: Mapping[str, str] = _NONE) -> Refusal:
    """What a page says of a refusal, in the language of the officer."""
    status = 400 if isinstance(refused, errors.InvalidInput) else 409
    spoken = language()
    detail = refusal_text(spoken, refused)
    faults = (
        tuple(_field(spoken, fault, called) for fault in refused.faults)
        if isinstance(refused, errors.InvalidInput)
        else ()
    )
    return Refusal(status, refused.code, *((refused.text, Language.EN) if detail is None else (detail, spoken)), faults)


def _field(spoken: Language, fault: errors.Fault, called: Mapping[str, str]) -> FieldFault:
    parameter = fault.parameter.partition(".")[0]
    return FieldFault(called.get(parameter, parameter), field_name(spoken, fault), fault_words(spoken, fault))


class HasState(Protocol):
    """What the words depend on: a case, or its row in the queue."""

    @property
    def state(self) -> CaseState: ...
    @property
    def measure(self) -> str | None: ...
    @property
    def measure_until(self) -> date | None: ...


def state_key(case: HasState, today: date) -> str:
    """The key of the words for where a case stands on a day."""
    if case.state is CaseState.SANCTION_PENDING and case.measure is not None:
        return f"case_state.{reads_of_measure(case.measure, case.measure_until, today)}"
    return f"case_state.{case.state}"


def zone_of(standing: OfficerRights) -> str | None:
    """By which clock an officer reads points in time; None is UTC."""
    return standing.time_zone or ZONES.get(standing.country)


@lru_cache(maxsize=1024)
def day_text(language: Language, day: date) -> str:
    """A day where there is little room."""
    return str(format_date(day, "medium", locale=names.LOCALES[language]))


@lru_cache(maxsize=4096)
def moment_text(language: Language, at: datetime, name: str | None) -> str:
    """Day and minute in a time zone; in UTC, and said so, where none is known."""
    there = at.astimezone(zone(name)) if name else at.astimezone(UTC)
    moment = f"{day_text(language, there.date())} {there:%H:%M}"
    return moment if name else f"{moment} UTC"


def due_short(language: Language, at: datetime, name: str | None) -> str:
    """As `due_text` without the year, for a column of days that are near."""
    last = last_day(at, name)
    if last is not None:
        return str(format_skeleton("MMMd", last, locale=names.LOCALES[language]))
    there = at.astimezone(zone(name or "UTC"))
    return f"{format_skeleton('MMMd', there.date(), locale=names.LOCALES[language])} {there:%H:%M}"


def due_text(language: Language, at: datetime, name: str | None) -> str:
    """What ends with a day has that day alone: as midnight it would read as the day after."""
    last = last_day(at, name)
    return moment_text(language, at, name) if last is None else day_text(language, last)
