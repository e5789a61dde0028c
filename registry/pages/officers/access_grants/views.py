"""A case's tab of openings: asking for what one's role does not open, and looking at it once another has agreed."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.attachments.storage import store_of
from registry.complaints.casework.access_grants import queries
from registry.complaints.casework.access_grants.rules import MAX_HOURS, RIGHT_TO, USUAL_HOURS
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import files_of
from registry.complaints.parties.hearings.files import files_of_hearings
from registry.core.calls import Call
from registry.core.clock import now
from registry.http.responses import sent_file
from registry.http.transaction import services
from registry.officer_desk.access_grant_acts import IN_CASE, OWN
from registry.officer_desk.acts import OfficerAct
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import acting, names_in, sealer
from registry.pages.officers.cases.showing import box_view, identity_view
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import language
from registry.vocabulary.cases import AccessKind, CaseState

pages = Blueprint("console_openings", __name__)


@pages.get("/cases/<reference>/openings")
@allowed(Resource.BREAK_GLASS, Act.PROPOSE)
def openings(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _page(session, me, reference)


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    address = f"/console/cases/{reference}/openings"
    return Place(head.case.reference, address, lambda refusal: _page(session, me, reference, refusal))


serve_acts(pages, "/cases/<reference>/openings", IN_CASE, _in_case)


@pages.get("/cases/<reference>/openings/<opening>")
@allowed(Resource.BREAK_GLASS, Act.PROPOSE)
def look(session: Session, me: AuthenticatedOfficer, reference: str, opening: str) -> Response:
    """What was opened, for as long as it is. Each look is on record."""
    head, officer = open_case(session, me, reference), _looker(session, me, reference, opening)
    found: list[queries.Opened] = []
    refusal = attempt(
        session, lambda: found.append(queries.look(Call(session, officer, now()), sealer(), opening, into=language()))
    )
    if refusal is not None:
        return _page(session, me, reference, refusal)
    opened = found[0]
    return case_page(
        "access_grants/opened.html",
        me,
        head,
        "openings",
        opened=opened,
        boxes=[box_view(language(), box, None) for box in opened.view.boxes] if opened.view else [],
        identities=None
        if opened.identities is None
        else [identity_view(language(), given) for given in opened.identities.values()],
        names=names_in(session, me.standing.unit),
    )


@pages.get("/cases/<reference>/openings/<opening>/file")
@allowed(Resource.ORIGINAL, Act.PROPOSE)
def file(session: Session, me: AuthenticatedOfficer, reference: str, opening: str) -> Response:
    """A file as it was sent, to be saved and never shown in a page."""
    open_case(session, me, reference)
    officer, store = _looker(session, me, reference, opening), store_of(services().settings)
    found: list[tuple[str, bytes]] = []
    refusal = attempt(
        session, lambda: found.append(queries.original(Call(session, officer, now()), sealer(), opening, store))
    )
    if refusal is not None:
        return _page(session, me, reference, refusal)
    name, body = found[0]
    return sent_file(body, name)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, opening: str) -> Place:
    open_case(session, me, reference)
    queries.require_of_case(session, me.standing.unit, reference, opening)
    address = f"/console/cases/{reference}/openings"
    return Place(opening, address, lambda refusal: _page(session, me, reference, refusal))


serve_acts(pages, "/cases/<reference>/openings/<opening>", OWN, _opened)


def _looker(session: Session, me: AuthenticatedOfficer, reference: str, grant: str) -> Officer:
    """The officer as a reader of an access grant.

    The right to ask is still needed: a lost role closes what it opened.
    """
    kind = queries.require_of_case(session, me.standing.unit, reference, grant).kind
    return acting(me, RIGHT_TO[kind], Act.PROPOSE)


def _page(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    head, officer, at = open_case(session, me, reference), acting(me, Resource.BREAK_GLASS, Act.PROPOSE), now()
    is_all = me.standing.may(Resource.BREAK_GLASS, Act.APPROVE)
    found = queries.in_case(session, sealer(), officer, head.case, at, is_all=is_all)
    may_see_files = head.case.state is not CaseState.WITHDRAWN
    return case_page(
        "access_grants/case.html",
        me,
        head,
        "openings",
        refusal=refusal,
        found=found,
        files=[
            *(files_of(session, sealer(), officer, head.case) if may_see_files else []),
            *(one for one in files_of_hearings(session, sealer(), officer, head.case) if one.has_original),
        ],
        names=names_in(session, me.standing.unit),
        may={kind: me.standing.may(RIGHT_TO[kind], Act.PROPOSE) for kind in AccessKind},
        usual_hours=USUAL_HOURS,
        most_hours=MAX_HOURS,
    )
