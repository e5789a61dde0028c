"""Overlays of the law: what waits for a second operator, what is in force, and a form for the next one."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.core.clock import day_at, now
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.inbox.other_sources import rows_to_read_again
from registry.officer_acts.law_acts import LAW, LAW_OVERLAYS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import trail
from registry.pages.officers.forms import Place, serve_acts
from registry.pages.officers.guard import page_at
from registry.pages.officers.rendering import Refusal, page
from registry.register.law.overlays.queries import all_overlays, overlay_payload

pages = Blueprint("console_law", __name__)

ADDRESS = "/console/law"


def _place_of_act(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str = "") -> Place:
    found = LAW_OVERLAYS.find(session, me, act, reference) if reference else LAW.find(session, me, act)
    return Place(found, ADDRESS, lambda refusal: overlays(session, me, refusal))


serve_acts(pages, "/law", LAW, _place_of_act)
serve_acts(pages, "/law/<reference>", LAW_OVERLAYS, _place_of_act)


@page_at(pages, "/law", Resource.LAW, Act.READ)
def overlays(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    rows = all_overlays(session)
    acted = [
        one for row in rows for one in (row.proposed_by, row.decided_by, row.withdrawal_asked_by, row.withdrawn_by)
    ]
    return page(
        "law/overlays.html",
        here="law",
        refusal=refusal,
        found=[(row, overlay_payload(row)) for row in rows],
        names=trail.names_of(session, [one for one in acted if one is not None]),
        to_read=rows_to_read_again(session, day_at(now(), None)),
        own=me.officer.reference,
        may_propose=me.standing.may(Resource.LAW, Act.PROPOSE),
        may_approve=me.standing.may(Resource.LAW, Act.APPROVE),
    )
