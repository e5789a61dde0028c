"""An agency's deposit: its ledger, what is missing and by when, and the lines that wait for a second person."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.officer_desk.acting import names_of
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.licence_acts import DEPOSIT_LINES, DEPOSITS
from registry.officer_desk.licensing import find_agency, official
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.showing import name_of
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page
from registry.supervision.licensing.deposits import queries
from registry.supervision.licensing.deposits.rules import FORMS, TOP_UP_WITHIN
from registry.supervision.licensing.drafting import today_of
from registry.vocabulary.fees import DepositUse
from registry.vocabulary.licensing import DepositLineKind

pages = Blueprint("console_deposits", __name__)


@pages.get("/licences/agencies/<reference>/deposit")
@allowed(Resource.DEPOSIT, Act.READ)
def deposit(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _deposit_page(session, me, reference)


def _place_of_act(
    session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, line: str = ""
) -> Place:
    _row, agency = find_agency(session, me, reference)
    address = f"/console/licences/agencies/{agency.agency_id}/deposit"
    return Place(line or agency.agency_id, address, lambda refusal: _deposit_page(session, me, reference, refusal))


serve_acts(pages, "/licences/agencies/<reference>/deposit", DEPOSITS, _place_of_act)
serve_acts(pages, "/licences/agencies/<reference>/deposit/<line>", DEPOSIT_LINES, _place_of_act)


def _deposit_page(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
    authority = official(me).authority
    row, agency = find_agency(session, me, reference)
    today, _ = today_of(session, authority, now())
    found = queries.ledger_view(session, row.id, agency, today)
    return page(
        "licences/deposit.html",
        here="licences",
        refusal=refusal,
        agency=agency,
        found=found,
        is_late=found.standing.top_up_by is not None and found.standing.top_up_by < today,
        reversed_lines={one.reverses for one in found.lines if one.reverses},
        typed=request.form,
        today=today,
        kinds=[kind for kind in DepositLineKind if kind is not DepositLineKind.REVERSED],
        uses=list(DepositUse),
        forms=FORMS,
        days=TOP_UP_WITHIN,
        names=names_of(session, authority),
        name_of=name_of,
        own=me.officer.reference,
        may_enter=me.standing.may(Resource.DEPOSIT, Act.PROPOSE),
        may_approve=me.standing.may(Resource.DEPOSIT, Act.APPROVE),
    )
