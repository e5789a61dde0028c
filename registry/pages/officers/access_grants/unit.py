"""A unit's openings: what waits for a second person, what is open now, and what was lately."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.casework.access_grants import queries
from registry.complaints.casework.access_grants.rules import LIVE, RIGHT_TO
from registry.core.clock import now
from registry.officer_desk.access_grant_acts import ACTS, opening_opened
from registry.officer_desk.acts import OfficerAct
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import names_in, sealer
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page
from registry.vocabulary.cases import AccessKind

pages = Blueprint("console_unit_openings", __name__)


@pages.get("/openings")
@allowed(Resource.BREAK_GLASS, Act.READ)
def openings(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


def _opened(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    """Raises NotFound for another unit's, Forbidden where the kind is not the officer's, or the officer has an interest."""
    opening_opened(session, me, reference, act.right)
    return Place(reference, "/console/openings", lambda refusal: _list(session, me, refusal))


serve_acts(pages, "/openings/<reference>", ACTS, _opened)


def decided_by(me: AuthenticatedOfficer) -> list[AccessKind]:
    """The kinds of access requests that the officer may decide."""
    return [kind for kind in AccessKind if me.standing.may(RIGHT_TO[kind], Act.APPROVE)]


def _list(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    kinds, at = decided_by(me), now()
    found = queries.of_unit(session, sealer(), me.standing.unit, me.officer.reference, at, decides=kinds)
    return page(
        "access_grants/list.html",
        here="openings",
        refusal=refusal,
        found=found,
        kinds=kinds,
        live=LIVE,
        names=names_in(session, me.standing.unit),
        mine=me.officer.reference,
        may_open_cases=me.standing.may(Resource.CASE, Act.READ),
    )
