"""One search over what an officer may read: cases of the unit, agencies, licences, sanctions and officers."""

from flask import Blueprint, Response, request
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from registry.complaints.casework.firms import employers_named
from registry.complaints.casework.queue.listing import cases_beginning
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.http.portals import see_other
from registry.officer_acts.agency_picker import MAX_TYPED, suggested_agencies
from registry.officers.models import Officer
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.guard import page_at
from registry.pages.officers.rendering import language, page
from registry.register.agencies.keys import LICENCE_NUMBER, number_key
from registry.register.agencies.models import Agency, Licence, LookupKey
from registry.supervision.sanctions.models import Sanction

pages = Blueprint("console_search", __name__)

MAX_FOUND = 10
Found = list[tuple[str, str]]
"""Label and address of what was found."""


@page_at(pages, "/search", Resource.OWN, Act.READ)
def show_found(session: Session, me: AuthenticatedOfficer) -> Response:
    typed = " ".join(request.args.get("q", "").split())[:MAX_TYPED]
    found = {name: rows for name, rows in _found(session, me, typed).items() if rows} if typed else {}
    only = [href for rows in found.values() for _, href in rows]
    if len(only) == 1:
        return see_other(only[0])
    return page("search.html", here="", sought_for=typed, found=found)


def _found(session: Session, me: AuthenticatedOfficer, typed: str) -> dict[str, Found]:
    may, begun = me.standing.may, typed.upper().replace("-", "").replace(" ", "")
    found: dict[str, Found] = {}
    if may(Resource.CASE, Act.READ):
        cases = cases_beginning(session, me.standing.unit, typed, MAX_FOUND)
        found["cases"] = [(one, f"/console/cases/{one}") for one in cases]
        found["agency_cases"] = _cases_about(session, typed)
        employers = employers_named(session, sealer(), me.standing.unit, typed)[:MAX_FOUND]
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
        officers = (
            select(Officer).where(Officer.unit == me.standing.unit, named).order_by(Officer.name).limit(MAX_FOUND)
        )
        found["officers"] = [(one.name, f"/console/officers/{one.reference}") for one in session.scalars(officers)]
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
