"""Pages of an organisation's watches and their events. No one else is told that it watches."""

from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.errors import ActRefused, InvalidInput
from registry.http.request_reader import load_values
from registry.http.transaction import verdicts
from registry.i18n.names import authority_name, country_name
from registry.i18n.wording import word
from registry.organisation_acts.watch_acts import ONE_WATCH, WATCHES, MadeWatch
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.forms import Form, ListPage
from registry.pages.organisations.guard import page_for_members
from registry.pages.organisations.rendering import language, page
from registry.vocabulary.register import LicenceKind, Role
from registry.watches import feed, rules, watches
from schemas.fields import COUNTRIES
from schemas.watches import SearchSchema

pages = Blueprint("account_watches", __name__)

MAX_SHOWN = 30
SEARCHED = rules.SearchCriteria._fields


@page_for_members(pages, "/watches")
def list_watches(
    session: Session, me: MemberPresent, *, fault: str | None = None, waiting: tuple[int, ...] = ()
) -> Response:
    ours, today = me.organisation.id, day_at(now(), None)
    return page(
        "watches.html",
        here="watches",
        fault=fault,
        waiting=waiting,
        watches=watches.watches_of(session, ours),
        events=[(one.event, feed.type_on(one.event, today)) for one in feed.events_before(session, ours, MAX_SHOWN)],
        said={name: request.form.get(name, "") if fault else "" for name in ("label", "what", "kind")},
        is_search=request.path.endswith("/search"),
        searched={name: request.form.get(name, "") if fault else "" for name in SEARCHED},
        options=_search_options(),
        criteria=_criterion_text,
    )


def _subject(_session: Session, _me: MemberPresent) -> dict[str, Any]:
    """One agency or licence by its reference, or a list of numbers, one a line."""
    label, what = request.form.get("label", ""), request.form.get("what", "").strip()
    if request.form.get("kind") == "list":
        numbers = [{"number": line.strip()[:120]} for line in what.splitlines() if line.strip()]
        return {"label": label, "numbers": numbers}
    return {"label": label, "licence_id" if request.form.get("kind") == "licence" else "agency_id": what[:40]}


def _criteria(_session: Session, _me: MemberPresent) -> dict[str, Any]:
    """Whatever answers to a search, now and later."""
    typed = {name: value for name in SEARCHED if (value := request.form.get(name, "").strip()[:200])}
    if not typed:
        raise ActRefused("empty_search", "say at least one thing that is searched for")
    search = {name: str(value) for name, value in load_values(SearchSchema(), typed).items()}
    return {"label": request.form.get("label", ""), "search": search}


def _pause_or_resume(session: Session, me: MemberPresent, reference: str) -> dict[str, Any]:
    return {"is_paused": not watches.watch_named(session, me.organisation.id, reference).watch.is_paused}


def _show_waiting(session: Session, me: MemberPresent, made: MadeWatch) -> Response | None:
    return list_watches(session, me, waiting=made.waiting_lines) if made.waiting_lines else None


PAGE = ListPage(pages, "watches", list_watches)
PAGE.serve("/watches", WATCHES, make=Form(_subject, _show_waiting))
PAGE.serve_form("/watches/search", WATCHES["make"], Form(_criteria, faults={InvalidInput: "bad_search"}), "make_search")
PAGE.serve_form("/watches/<reference>/pause", ONE_WATCH["change"], Form(_pause_or_resume), "pause")
PAGE.serve("/watches/<reference>", ONE_WATCH, exclude=("change", "numbers"))


def _search_options() -> dict[str, list[tuple[str, str]]]:
    """What a search may ask of, with its words; sectors are typed."""
    spoken, snapshot = language(), verdicts().current_snapshot()
    countries = sorted((country_name(spoken, code), code) for code in COUNTRIES)
    authorities = sorted((authority_name(spoken, one, snapshot), one) for one in snapshot.authorities)
    return {
        "role": [(role.value, word(spoken, "role", role)) for role in Role],
        "authority": [(one, name) for name, one in authorities],
        "kind": [(kind.value, word(spoken, "kind", kind)) for kind in LicenceKind],
        **{name: [(code, own) for own, code in countries] for name in ("country", "origin", "destination")},
    }


def _criterion_text(name: str, value: str) -> str:
    """A criterion of a saved search as words."""
    if name == "authority":
        snapshot = verdicts().current_snapshot()
        return authority_name(language(), value, snapshot) if value in snapshot.authorities else value
    if name == "sector":
        return value
    return word(language(), name, value) if name in ("role", "kind") else country_name(language(), value)
