"""A case's tab of agencies and employers, and the page of an employer with all its cases."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework import firms
from registry.complaints.casework.actions import record_reading
from registry.complaints.casework.queries import require_readable
from registry.core.calls import Call
from registry.core.clock import day_at, now
from registry.http.complaint_services import sealer
from registry.officer_acts.acting import acting
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.agency_picker import names_of_agencies
from registry.officer_acts.firm_acts import AGENCIES, EMPLOYER, EMPLOYERS, IN_CASE, read_employer
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.agencies import suggestions
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import language, page
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES

pages = Blueprint("console_firms", __name__)

COUNTRIES = sorted(EU_STATES | SENDING_COUNTRIES)


@pages.get("/cases/<reference>/firms")
@allowed(Resource.CASE, Act.READ)
def show_firms(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return firms_page(session, me, reference)


def firms_page(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer = open_case(session, me, reference), acting(me, Resource.CASE, Act.READ)
    require_readable(head.case)
    found = firms.firms_of(session, sealer(), officer.unit, head.case, request.form.get("name", ""))
    record_reading(Call(session, officer, now()), head.case, "case.firms_read")
    return case_page(
        "cases/firms.html",
        me,
        head,
        "firms",
        refusal=refusal,
        firms=found,
        agency_names=names_of_agencies(session, set(head.agencies), language(), day_at(now(), None)),
        suggested=suggestions(session, refusal, request.form),
        agency_parts=sorted(firms.AGENCY_PARTS),
        employer_parts=sorted(firms.EMPLOYER_PARTS),
        countries=COUNTRIES,
        may=me.standing.may,
    )


@pages.get("/employers/<reference>")
@allowed(Resource.CASE, Act.READ)
def show_employer(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return employer_page(session, me, reference)


def employer_page(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
    view = read_employer(session, me, reference)
    return page(
        "cases/employer.html",
        here="cases",
        refusal=refusal,
        view=view,
        agency_names=names_of_agencies(session, set(view.agencies), language(), day_at(now(), None)),
        countries=COUNTRIES,
        may=me.standing.may,
    )


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, link: str = "") -> Place:
    open_case(session, me, reference)
    references = (reference, link) if link else reference
    return Place(
        references, f"/console/cases/{reference}/firms", lambda refusal: firms_page(session, me, reference, refusal)
    )


def _employer(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    return Place(
        reference, f"/console/employers/{reference}", lambda refusal: employer_page(session, me, reference, refusal)
    )


serve_acts(pages, "/cases/<reference>", IN_CASE, _in_case)
serve_acts(pages, "/cases/<reference>/agencies/<link>", AGENCIES, _in_case)
serve_acts(pages, "/cases/<reference>/employers/<link>", EMPLOYERS, _in_case)
serve_acts(pages, "/employers/<reference>", EMPLOYER, _employer)
