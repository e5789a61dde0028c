"""A case's tab of transfers: asking another unit to take it. And the unit's page: what it is asked to take, and what it gave."""

from collections.abc import Iterable, Mapping

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.case.units import receivers
from registry.complaints.parties.models import Transfer
from registry.complaints.parties.steps import require_of_case
from registry.complaints.parties.transfers import actions, queries
from registry.http.complaint_services import sealer
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.permissions import names_in, officer_call
from registry.officer_acts.transfer_acts import ACTS, IN_CASE, RECEIVED, find_received
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.tabs import CaseHead, case_page, open_case
from registry.pages.officers.forms import Place, serve_acts
from registry.pages.officers.guard import page_at
from registry.pages.officers.rendering import Refusal, page

pages = Blueprint("console_transfers", __name__)


@page_at(pages, "/cases/<reference>/transfers", Resource.TRANSFER, Act.READ)
def list_case_transfers(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _tab(session, me, open_case(session, me, reference))


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    address = f"/console/cases/{head.case.reference}/transfers"
    return Place(head.case.reference, address, lambda refusal: _tab(session, me, head, refusal))


serve_acts(pages, "/cases/<reference>/transfers", IN_CASE, _in_case)


def _own(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, transfer: str) -> Place:
    head = open_case(session, me, reference)
    require_of_case(session, Transfer, head.case, transfer)
    address = f"/console/cases/{head.case.reference}/transfers"
    return Place(transfer, address, lambda refusal: _tab(session, me, head, refusal))


serve_acts(pages, "/cases/<reference>/transfers/<transfer>", ACTS, _own)


def _tab(session: Session, me: AuthenticatedOfficer, head: CaseHead, refusal: Refusal | None = None) -> Response:
    unit = me.standing.unit
    found = queries.fetch_of_case(officer_call(session, me, Resource.TRANSFER, Act.READ), sealer(), head.case.reference)
    asked = actions.waiting(session, head.case)
    return case_page(
        "transfers/of_case.html",
        me,
        head,
        "transfers",
        refusal=refusal,
        found=found,
        is_waiting=asked is not None,
        lacking=actions.why_not(session, head.case),
        choices=receivers(session, unit),
        unit_names=queries.names_of_units(session, _units(one.transfer for one in found)),
        names=_names(session, [one.transfer for one in found]),
    )


@page_at(pages, "/transfers", Resource.TRANSFER, Act.READ)
def list_transfers(session: Session, me: AuthenticatedOfficer) -> Response:
    found = queries.fetch_transfers(session, me.standing.unit)
    units = queries.names_of_units(session, _units(one.transfer for one in found))
    return page("transfers/list.html", here="transfers", found=found, unit_names=units)


@page_at(pages, "/transfers/<reference>", Resource.TRANSFER, Act.READ)
def show_received_transfer(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _received_page(session, me, find_received(session, me, reference))


def _received_page(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
    view = queries.read(officer_call(session, me, Resource.TRANSFER, Act.READ), sealer(), reference)
    return page(
        "transfers/received.html",
        here="transfers",
        refusal=refusal,
        shown=view,
        may_answer=me.standing.may(Resource.TRANSFER, Act.APPROVE),
        unit_names=queries.names_of_units(session, _units([view.transfer])),
        names=_names(session, [view.transfer]),
    )


def _received(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    found = find_received(session, me, reference)
    case = queries.receiving_case(session, me.standing.unit, found).reference
    leads_to = f"/console/cases/{case}" if act.is_shown_after else "/console/transfers"
    return Place(found, leads_to, lambda refusal: _received_page(session, me, found, refusal))


serve_acts(pages, "/transfers/<reference>", RECEIVED, _received)


def _units(transfers: Iterable[Transfer]) -> set[str]:
    return {unit for one in transfers for unit in (one.former, one.party)}


def _names(session: Session, transfers: Iterable[Transfer]) -> Mapping[str, str]:
    """The names of the officers of both units, by reference."""
    names: dict[str, str] = {}
    for unit in sorted(_units(transfers)):
        names |= names_in(session, unit)
    return names
