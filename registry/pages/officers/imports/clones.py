"""What looks like a clone: pairs to be confirmed or set aside, and the warnings that stand on entries."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.licence_acts import CLONE_WARNINGS, COLLISIONS
from registry.officer_desk.licensing import collision_opened
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences.opening import agency_opened, official
from registry.pages.officers.licences.showing import name_of
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page
from registry.supervision.collisions.rules import Sign, evidence
from registry.supervision.licensing import related_acts
from registry.supervision.licensing.drafting import is_of

pages = Blueprint("console_clones", __name__)
PLACE = "/console/clones"


@pages.get("/clones")
@allowed(Resource.CLONE, Act.READ)
def clones(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    found, _both = collision_opened(session, me, reference)
    return Place(found.reference, PLACE, lambda refusal: _list(session, me, refusal))


def _warned(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, agency: str) -> Place:
    _row, known = agency_opened(session, me, agency)
    return Place(known.agency_id, PLACE, lambda refusal: _list(session, me, refusal))


serve_acts(pages, "/clones/<reference>", COLLISIONS, _opened, is_versioned=False)
serve_acts(pages, "/clones/agencies/<agency>", CLONE_WARNINGS, _warned, is_versioned=False)


def _list(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    authority = official(me).authority
    return page(
        "imports/clones.html",
        here="imports",
        tab="clones",
        refusal=refusal,
        typed=request.form,
        found=[
            (
                one,
                both,
                evidence(both[0], both[1], [Sign(word) for word in one.signs]),
                [agency for agency in both if is_of(agency, authority)],
            )
            for one, both in related_acts.collisions_open(session, authority)
            if not any(me.has_conflict(agency.agency_id) for agency in both)
        ],
        warned=[one for one in related_acts.warned(session, authority) if not me.has_conflict(one.agency_id)],
        name_of=name_of,
        may_approve=me.standing.may(Resource.CLONE, Act.APPROVE),
    )
