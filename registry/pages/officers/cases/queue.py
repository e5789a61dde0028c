"""The queue: what waits, the most urgent first, by filters and saved views, page after page.

And one act on the cases that were ticked in it, what came of each, and taking it back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework.actions import Officer
from registry.complaints.casework.models import BulkAct
from registry.complaints.casework.queue import assignment, bulk, glances, listing
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.core.db.engine import EPOCH, microseconds
from registry.core.errors import Fault, InvalidInput
from registry.http.complaint_services import sealer
from registry.http.portals import see_other
from registry.i18n.names import country_name, sector_name
from registry.officer_acts.agency_picker import names_of_agencies
from registry.officer_acts.case_filters import MINE, UNASSIGNED, read_filters, set_filters, with_agency_found
from registry.officer_acts.permissions import acting, roles_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.forms import read_digits
from registry.pages.officers.cases.tabs import require_no_conflict
from registry.pages.officers.forms import suggestions, with_choices
from registry.pages.officers.guard import form_at, page_at
from registry.pages.officers.rendering import Refusal, attempt, language, page, refusal_of
from registry.vocabulary.cases import BulkKind, CaseState, LiesWith, Priority
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import CORRIDOR_SECTORS, EU_STATES

pages = Blueprint("console_cases", __name__)

_COUNTED: Mapping[str, Mapping[str, str]] = {
    "open": {},
    "urgent": {"priority": "p0"},
    "unread": {"unread": "yes"},
    "late": {"late": "yes"},
    "objection": {"objection": "yes"},
    "mine": {"assignee": MINE},
    "nobodys": {"assignee": UNASSIGNED},
}
"""What the head of the queue counts, each a link to those cases."""


URGENCY: Mapping[str, str] = {"urgent": "bad", "unread": "warn", "late": "bad", "objection": "warn"}
"""How a number at the head of a page is marked where it is not zero."""


class Count(NamedTuple):
    name: str
    href: str
    number: int
    is_shown: bool


class QueueRequest(NamedTuple):
    """What a page of the queue is asked for: filters as they stand in its address, and the place `after` which it begins.

    Where the filters cannot be read (not `is_read`), the form stands there again with them and nothing is listed. `named` are
    cases that may be meant by the number that was `sought`.
    """

    filters: dict[str, str]
    after: str = ""
    is_read: bool = True
    sought: str = ""
    named: Sequence[str] = ()


@page_at(pages, "/cases", Resource.CASE, Act.READ)
def show_queue(session: Session, me: AuthenticatedOfficer) -> Response:
    typed = request.args.get("case", "").strip()
    if typed:
        return _case_sought(session, me, typed)
    asked_filters = set_filters(with_choices(request.args))
    try:
        asked_filters = with_agency_found(session, asked_filters)
        return queue_page(session, me, QueueRequest(asked_filters, request.args.get("after", "")))
    except InvalidInput as unread:
        return queue_page(session, me, QueueRequest(asked_filters, is_read=False), refusal_of(unread))


def _case_sought(session: Session, me: AuthenticatedOfficer, typed: str) -> Response:
    """Lead to the one case of the unit whose number begins so; or say beside the field that there is none, or several."""
    found = listing.cases_beginning(session, me.standing.unit, typed)
    if len(found) == 1:
        return see_other(f"/console/cases/{found[0]}")
    code = "case_several" if found else "case_not_found"
    refusal = refusal_of(InvalidInput([Fault.of("case", Problem.INVALID_VALUE, code)]))
    return queue_page(session, me, QueueRequest({}, sought=typed, named=found), refusal)


@form_at(pages, "/cases/views", Resource.CASE, Act.READ)
def keep_view(session: Session, me: AuthenticatedOfficer) -> Response:
    """Keep the filters of the page under a name."""
    asked_filters = with_agency_found(session, set_filters(request.form))
    read_filters(asked_filters, me.officer.reference, sealer().digest)
    mine, name, today = me.officer.reference, request.form.get("name", ""), me.day(now())
    refusal = attempt(session, lambda: listing.save_view(session, mine, name, asked_filters, today))
    if refusal is not None:
        return queue_page(session, me, QueueRequest(asked_filters), refusal)
    return see_other(_address(asked_filters))


@form_at(pages, "/cases/views/<view>/drop", Resource.CASE, Act.READ)
def drop_view(session: Session, me: AuthenticatedOfficer, view: str) -> Response:
    listing.drop_view(session, me.officer.reference, view)
    return see_other("/console/cases")


def queue_page(
    session: Session, me: AuthenticatedOfficer, asked: QueueRequest, refusal: Refusal | None = None
) -> Response:
    """A page of the queue."""
    asked_filters = asked.filters
    at, unit, mine = now(), me.standing.unit, me.officer.reference
    found: list[listing.Listed] = []
    if asked.is_read:
        filters = read_filters(asked_filters, mine, sealer().digest)
        found = listing.list_cases(session, unit, filters, at, after=place_in(asked.after), limit=listing.PAGE + 1)
    of_unit = assignment.workers(session, unit, me.day(at))
    on_page = found[: listing.PAGE]
    glanced = glances.glances(session, sealer(), [one.reference for one in on_page])
    agencies = {one.agency_id for one in glanced.values() if one.agency_id is not None}
    return page(
        "cases/queue.html",
        here="cases",
        refusal=refusal,
        sought=asked.sought,
        named=asked.named,
        is_read=asked.is_read,
        suggested=suggestions(session, refusal, request.args),
        found=on_page,
        next=_address(asked_filters | {"after": place_text(on_page[-1])}) if len(found) > len(on_page) else None,
        glanced=glanced,
        agency_names=names_of_agencies(session, agencies, language(), day_at(at, None)),
        today=me.day(at),
        lying=list(LiesWith),
        objected=listing.objected_among(session, on_page, at),
        is_first=not asked.after,
        at=at,
        said=asked_filters,
        counts=counts(session, me, at, asked_filters),
        views=[(one, _address(one.filters)) for one in listing.views_of(session, mine)],
        workers=of_unit,
        names={one.reference: one.name for one in of_unit},
        states=[state for state in CaseState if state not in (CaseState.DRAFT, CaseState.PURGED)],
        priorities=list(Priority),
        countries=sorted((country_name(language(), code), code) for code in EU_STATES),
        sectors=CORRIDOR_SECTORS,
        soon=at + timedelta(days=1),
        may=me.standing.may,
        sector=partial(sector_name, language()),
    )


def counts(
    session: Session, me: AuthenticatedOfficer, at: datetime, asked_filters: Mapping[str, str] | None = None
) -> list[Count]:
    """How many cases there are of each kind that is looked for every day; `asked_filters` are those of the page."""
    found = []
    for name, of in _COUNTED.items():
        filters = read_filters(of, me.officer.reference, sealer().digest)
        count = listing.count_cases(session, me.standing.unit, filters, at)
        found.append(Count(name, _address(of), count, asked_filters == of))
    return found


def _address(asked_filters: Mapping[str, str]) -> str:
    return f"/console/cases?{urlencode(asked_filters)}" if asked_filters else "/console/cases"


def place_text(one: listing.Listed) -> str:
    """The place of a line, as the address of the next page has it."""
    place = one.place
    return f"{place.priority}-{microseconds(place.due_at)}-{place.reference}"


def place_in(text: str) -> listing.Place | None:
    """The place that an address has; None for the beginning. Raises InvalidInput."""
    if not text:
        return None
    try:
        priority, due, reference = text.split("-")
        return listing.Place(Priority(priority), EPOCH + timedelta(microseconds=int(due)), reference)
    except (ValueError, OverflowError):
        raise InvalidInput([Fault.of("after", Problem.INVALID_CURSOR, "place_in_list")]) from None


@form_at(pages, "/cases/bulk/assign", Resource.CASE, Act.ASSIGN)
def assign(session: Session, me: AuthenticatedOfficer) -> Response:
    return _act_on_ticked(session, me, acting(me, Resource.CASE, Act.ASSIGN), BulkKind.ASSIGN)


@form_at(pages, "/cases/bulk/triage", Resource.CASE, Act.MOVE)
def triage(session: Session, me: AuthenticatedOfficer) -> Response:
    return _act_on_ticked(session, me, acting(me, Resource.CASE, Act.MOVE), BulkKind.TRIAGE)


@form_at(pages, "/cases/bulk/quarantine", Resource.CASE, Act.MOVE)
def quarantine(session: Session, me: AuthenticatedOfficer) -> Response:
    return _act_on_ticked(session, me, acting(me, Resource.CASE, Act.MOVE), BulkKind.QUARANTINE)


@form_at(pages, "/cases/bulk/<done>/undo", Resource.CASE, Act.READ)
def undo(session: Session, me: AuthenticatedOfficer, done: str) -> Response:
    """Undo a bulk act. Only the officer who did it may, with the right that it needs."""
    act = bulk.bulk_act(session, me.officer.reference, done)
    officer = acting(me, Resource.CASE, Act.ASSIGN if act.kind is BulkKind.ASSIGN else Act.MOVE)
    call = Call(session, officer, now())
    outcomes = bulk.undo(call, sealer(), done, roles_of(me), lambda case: require_no_conflict(me, case))
    return _outcome_page(act, outcomes, is_undone=True)


def _act_on_ticked(session: Session, me: AuthenticatedOfficer, officer: Officer, kind: BulkKind) -> Response:
    came: list[tuple[BulkAct, list[bulk.Outcome]]] = []

    def act() -> None:
        request = bulk.BulkRequest(kind, _ticked(), _assignee() if kind is BulkKind.ASSIGN else None)
        call = Call(session, officer, now())
        came.append(bulk.act_on(call, sealer(), request, roles_of(me), lambda case: require_no_conflict(me, case)))

    refusal = attempt(session, act)
    if refusal is not None:
        return queue_page(session, me, QueueRequest(set_filters(request.form)), refusal)
    return _outcome_page(*came[0], is_undone=False)


def _assignee() -> str | None:
    """The officer to assign to; None: no one. Raises InvalidInput where none was chosen: that unassigns no case."""
    chosen = request.form.get("to", "")
    if not chosen:
        raise InvalidInput([Fault.of("to", Problem.MISSING, "choose_to_whom")])
    return None if chosen == UNASSIGNED else chosen


def _ticked() -> list[bulk.Wanted]:
    """Each box that was ticked says the case and the version that was on the page."""
    wanted = []
    for ticked in dict.fromkeys(request.form.getlist("case")):
        reference, _, sent = ticked.partition(":")
        version = read_digits(sent)
        if version is None:
            raise InvalidInput([Fault.of("case", Problem.INVALID_VALUE, "from_page")])
        wanted.append(bulk.Wanted(reference, version))
    return wanted


def _outcome_page(act: BulkAct, outcomes: list[bulk.Outcome], *, is_undone: bool) -> Response:
    return page(
        "cases/bulk.html",
        here="cases",
        act=act,
        outcomes=outcomes,
        done=sum(one.refusal is None for one in outcomes),
        is_undone=is_undone,
        until=act.done_at + bulk.UNDO_WITHIN if bulk.can_be_undone(act, now()) else None,
    )
