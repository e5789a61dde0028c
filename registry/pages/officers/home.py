"""The first page after sign-in: what waits for this officer, the most urgent first. And texts that were typed and not sent.

And the sheet of a day, to be printed; and one search over what an officer may read: cases of the unit, agencies, licences,
sanctions and officers.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import Blueprint, Response, g, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.complaints.casework import drafts, events, firms
from registry.complaints.casework.access_grants.queries import count_break_glass
from registry.complaints.casework.queue import glances, listing
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.http.portals import see_other
from registry.officer_acts.agency_picker import MAX_TYPED, names_of_agencies, suggested_agencies
from registry.officer_acts.inbox.rows import Alike, Row
from registry.officer_acts.permissions import names_in, officer_call
from registry.officers.models import Officer
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.queue import URGENCY, counts
from registry.pages.officers.forms import any_day_in
from registry.pages.officers.guard import form_at, page_at
from registry.pages.officers.licences.acts import act_approvals
from registry.pages.officers.rendering import language, page, zone_of
from registry.pages.officers.returning import is_kept_of, keep_typed, page_of_form
from registry.pages.officers.sanctions import approvals
from registry.register.agencies.keys import LICENCE_NUMBER, number_key
from registry.register.agencies.models import Agency, Licence, LookupKey
from registry.supervision.sanctions.models import Sanction

pages = Blueprint("console_home", __name__)

MAX_SHOWN = 60


@page_at(pages, "/", Resource.OWN, Act.READ)
def show_home(session: Session, me: AuthenticatedOfficer) -> Response:
    at, reads_cases = now(), me.standing.may(Resource.CASE, Act.READ)
    # Read for the bar of the page already.
    rows, own = g.console_inbox, me.officer.reference
    groups = {
        "mine": [row for row in rows if row.owner == own],
        "all": list(rows),
        **{name: [row for row in rows if row.group == name] for name in dict.fromkeys(row.group for row in rows)},
    }
    wanted = request.args.get("of", "all")
    wanted = wanted if wanted in groups else "all"
    hidden = {name: {one: more for one, more in rows.hidden.items() if _is_in(name, one)} for name in groups}
    number = max(request.args.get("page", 1, type=int), 1)
    begin = (number - 1) * MAX_SHOWN
    shown = groups[wanted][begin : begin + MAX_SHOWN]
    # The agency of a case is sealed, and shown to those who read cases.
    glanced = glances.glances(session, sealer(), [row.reference for row in shown if row.is_case]) if reads_cases else {}
    may_watch = me.standing.may(Resource.BREAK_GLASS, Act.READ)
    return page(
        "home.html",
        here="home",
        rows=shown,
        more=len(groups[wanted]) - begin - MAX_SHOWN,
        shown_page=number,
        groups={name: len(found) + sum(hidden[name].values()) for name, found in groups.items()},
        wanted=wanted,
        hidden=hidden[wanted],
        agencies=_agencies_of(session, shown, glanced, at),
        typed={case for case, seen in glanced.items() if seen.is_typed},
        sanctions=approvals(session, me, _references_of(shown, "sanction.legal_review", "sanction.ending")),
        acts=act_approvals(session, me, _references_of(shown, "licence.proposal")),
        counts=counts(session, me, at) if reads_cases else [],
        urgency=URGENCY,
        at=at,
        soon=at + timedelta(days=1),
        mine=own,
        may_take=me.standing.may(Resource.CASE, Act.WRITE),
        names=names_in(session, me.standing.unit) if any(row.owner for row in rows) else {},
        broken=count_break_glass(session, me.standing.unit, at) if may_watch else 0,
    )


@page_at(pages, "/day", Resource.CASE, Act.READ)
def show_day(session: Session, me: AuthenticatedOfficer) -> Response:
    """The sheet of a day to print: `on` is the day, today where none is given; `of=unit` for all officers of the unit."""
    of_unit = request.args.get("of") == "unit"
    on, clock = any_day_in(request.args, "on") or me.day(now()), zone_of(me.standing)
    call = officer_call(session, me, Resource.CASE, Act.READ)
    may_open = me.standing.may(Resource.CASE, Act.WRITE)
    return page(
        "day.html",
        here="home",
        on=on,
        of_unit=of_unit,
        sheet=events.day_sheet(call, sealer(), on, clock, me.conflicts, is_mine=not of_unit, with_visits=may_open),
        names=names_in(session, me.standing.unit),
    )


def _is_in(group: str, one: Alike) -> bool:
    return group == "all" or one.group == group or (group == "mine" and one.is_mine)


def _references_of(rows: Sequence[Row], *kinds: str) -> list[str]:
    """The references of rows of those kinds, which are opened in their place with all that a second person must see."""
    return [row.reference for row in rows if row.kind in kinds and not row.is_vacant]


def _agencies_of(
    session: Session, rows: Sequence[Row], glanced: Mapping[str, glances.Glance], at: datetime
) -> Mapping[Row, str]:
    """What the agency of each row is called, where it is one of the registry."""
    found: dict[Row, str] = {}
    for row in rows:
        seen = glanced.get(row.reference) if row.is_case else None
        agency = row.agency if seen is None else seen.agency_id
        if agency is not None:
            found[row] = agency
    names = names_of_agencies(session, set(found.values()), language(), day_at(at, None))
    return {row: names.get(agency, agency) for row, agency in found.items()}


@form_at(pages, "/drafts", Resource.OWN, Act.WRITE)
def keep_unsent(session: Session, me: AuthenticatedOfficer) -> Response:
    """Keep what stands in a form; `draft_action` is where it would be sent. To a button the page answers, to a script 204."""
    origin, action = page_of_form(), request.form.get("draft_action", "")
    is_kept = origin is not None and is_kept_of(action) and keep_typed(session, me.officer.id, origin, action, now())
    if request.form.get("draft_page"):
        return Response(status=204 if is_kept else 422)
    return see_other(origin or "/console/")


@form_at(pages, "/drafts/drop", Resource.OWN, Act.WRITE)
def drop_unsent(session: Session, me: AuthenticatedOfficer) -> Response:
    """Drop what was kept of the page that the form stands on."""
    origin = page_of_form()
    if origin is not None:
        drafts.drop(session, me.officer.id, page=origin.partition("?")[0])
    return see_other(origin or "/console/")


MAX_FOUND = 10
Found = list[tuple[str, str]]
"""Label and address of what was found."""


@page_at(pages, "/search", Resource.OWN, Act.READ)
def show_found(session: Session, me: AuthenticatedOfficer) -> Response:
    typed = " ".join(request.args.get("q", "").split())[:MAX_TYPED]
    found = {name: rows for name, rows in _search(session, me, typed).items() if rows} if typed else {}
    only = [href for rows in found.values() for _, href in rows]
    if len(only) == 1:
        return see_other(only[0])
    return page("search.html", here="", sought_for=typed, found=found)


def _search(session: Session, me: AuthenticatedOfficer, typed: str) -> dict[str, Found]:
    may, begun = me.standing.may, typed.upper().replace("-", "").replace(" ", "")
    found: dict[str, Found] = {}
    if may(Resource.CASE, Act.READ):
        cases = listing.cases_beginning(session, me.standing.unit, typed, MAX_FOUND)
        found["cases"] = [(one, f"/console/cases/{one}") for one in cases]
        found["agency_cases"] = _cases_about(session, typed)
        employers = firms.employers_named(session, sealer(), me.standing.unit, typed)[:MAX_FOUND]
        found["employers"] = [(one.details.name, f"/console/employers/{one.row.reference}") for one in employers]
    if may(Resource.LICENCE, Act.READ):
        found["licences"] = _licences(session, me, typed, begun)
    if may(Resource.SANCTION, Act.READ):
        mine = select(Sanction.reference).where(
            Sanction.authority == me.standing.authority,
            Sanction.reference.startswith(begun),
            Sanction.agency.not_in(me.conflicts),
        )
        rows = session.execute(mine.limit(MAX_FOUND)).scalars() if len(begun) >= 4 and begun.isalnum() else ()
        found["sanctions"] = [(one, f"/console/sanctions/{one}") for one in rows]
    if may(Resource.OFFICER, Act.READ):
        named = or_(Officer.name.icontains(typed, autoescape=True), Officer.email.icontains(typed, autoescape=True))
        theirs = select(Officer).where(Officer.unit == me.standing.unit, named).order_by(Officer.name)
        officers = session.scalars(theirs.limit(MAX_FOUND))
        found["officers"] = [(one.name, f"/console/officers/{one.reference}") for one in officers]
    return found


def _cases_about(session: Session, typed: str) -> Found:
    """The cases about each agency that may be meant: the queue by its filter."""
    agencies = suggested_agencies(session, typed, language(), day_at(now(), None))
    return [(one.name.name, f"/console/cases?agency={one.reference}") for one in agencies]


def _licences(session: Session, me: AuthenticatedOfficer, typed: str, begun: str) -> Found:
    """The authority's licences by number or reference, and those of the agencies that may be meant."""
    agencies = [one.reference for one in suggested_agencies(session, typed, language(), day_at(now(), None))]
    of_agency = select(Agency.id).where(Agency.reference.in_(agencies))
    numbered = select(LookupKey.licence).where(
        LookupKey.kind == LICENCE_NUMBER, LookupKey.value == number_key(typed), LookupKey.superseded_at.is_(None)
    )
    of_interest = select(Agency.id).where(Agency.reference.in_(me.conflicts))
    mine = select(Licence.reference, Licence.number).where(
        Licence.authority == me.standing.authority,
        Licence.agency_id.not_in(of_interest),
        or_(Licence.reference == begun, Licence.reference.in_(numbered), Licence.agency_id.in_(of_agency)),
    )
    rows = session.execute(mine.order_by(Licence.id).limit(MAX_FOUND)).all()
    return [(row.number or row.reference, f"/console/licences/{row.reference}") for row in rows]
