"""Pages of an organisation's watches and their events. No one else is told that it watches."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.core.errors import InvalidInput, NotNow
from registry.http.request_reader import load_values
from registry.http.transaction import keyring, verdicts
from registry.i18n.names import authority_name, country_name
from registry.i18n.wording import word
from registry.organisations.sessions import MemberPresent
from registry.pages.organisations.guard import form_for_members, page_for_members
from registry.pages.organisations.rendering import language, page, to
from registry.pages.organisations.sign_in import acting
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


@form_for_members(pages, "/watches")
def make(session: Session, me: MemberPresent) -> Response:
    """One agency or licence by its reference, or a list of numbers, one a line."""
    call = acting(session, me)
    label, what = request.form.get("label", "")[:200], request.form.get("what", "").strip()
    lines = [line.strip() for line in what.splitlines() if line.strip()]
    waiting: tuple[int, ...] = ()
    try:
        if request.form.get("kind") == "list":
            numbers = [watches.Number(line[:120]) for line in lines]
            _, given = watches.watch_list(call, keyring(), numbers, label)
            waiting = given.waited_for
        elif request.form.get("kind") == "licence":
            watches.watch_licence(call, what[:40], label)
        else:
            watches.watch_agency(call, what[:40], label)
    except (InvalidInput, NotNow) as refused:
        # Each refuses before it writes anything: there is nothing to be undone.
        return list_watches(session, me, fault=_fault_of(refused))
    return list_watches(session, me, waiting=waiting) if waiting else to("watches")


@form_for_members(pages, "/watches/search")
def make_search(session: Session, me: MemberPresent) -> Response:
    """Whatever answers to a search, now and later."""
    label = request.form.get("label", "")[:200]
    typed = {name: value for name in SEARCHED if (value := request.form.get(name, "").strip()[:200])}
    try:
        criteria = {name: str(value) for name, value in load_values(SearchSchema(), typed).items()}
        watches.watch_search(acting(session, me), criteria, label)
    except (InvalidInput, NotNow) as refused:
        fault = _fault_of(refused)
        if fault == "bad_watch":
            fault = "bad_search" if typed else "empty_search"
        return list_watches(session, me, fault=fault)
    return to("watches")


@form_for_members(pages, "/watches/<reference>/pause")
def pause(session: Session, me: MemberPresent, reference: str) -> Response:
    watch = watches.watch_named(session, me.organisation.id, reference).watch
    watches.change(acting(session, me), reference, is_paused=not watch.is_paused)
    return to("watches")


@form_for_members(pages, "/watches/<reference>/end")
def end(session: Session, me: MemberPresent, reference: str) -> Response:
    watches.end(acting(session, me), reference)
    return to("watches")


def _fault_of(refused: InvalidInput | NotNow) -> str:
    if isinstance(refused, NotNow):
        return "too_many_watches"
    return "bad_watch_label" if refused.faults[0].parameter == "label" else "bad_watch"


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
