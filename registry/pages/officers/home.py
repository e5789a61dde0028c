"""The first page after sign-in: what waits for this officer, the most urgent first. And texts that were typed and not sent.

And the sheet of a day, to be printed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from registry.complaints.casework import unsent
from registry.complaints.casework.access_grants.queries import count_break_glass
from registry.complaints.casework.events import day_sheet
from registry.complaints.casework.queue.glances import Glance, glances
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.http.portals import see_other
from registry.officer_acts.acting import names_in, officer_call
from registry.officer_acts.agency_picker import names_of_agencies
from registry.officer_acts.inbox.queries import Alike, Row
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.queue import URGENCY, counts
from registry.pages.officers.form_fields import any_day_in
from registry.pages.officers.guard import form_at, page_at
from registry.pages.officers.licences.acts import act_approvals
from registry.pages.officers.rendering import language, page, zone_of
from registry.pages.officers.returning import is_kept_of, keep_typed, page_of_form
from registry.pages.officers.sanctions import approvals

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
    glanced = glances(session, sealer(), [row.reference for row in shown if row.is_case]) if reads_cases else {}
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
        sheet=day_sheet(call, sealer(), on, clock, me.conflicts, is_mine=not of_unit, with_visits=may_open),
        names=names_in(session, me.standing.unit),
    )


def _is_in(group: str, one: Alike) -> bool:
    return group == "all" or one.group == group or (group == "mine" and one.is_mine)


def _references_of(rows: Sequence[Row], *kinds: str) -> list[str]:
    """The references of rows of those kinds, which are opened in their place with all that a second person must see."""
    return [row.reference for row in rows if row.kind in kinds and not row.is_vacant]


def _agencies_of(
    session: Session, rows: Sequence[Row], glanced: Mapping[str, Glance], at: datetime
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
        unsent.drop(session, me.officer.id, page=origin.partition("?")[0])
    return see_other(origin or "/console/")
