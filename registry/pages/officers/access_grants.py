"""Access grants: asked for in a case and looked at once another has agreed; and those of the unit, with what waits."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.casework.access_grants import queries, rules
from registry.complaints.casework.queries import files_of
from registry.complaints.parties.hearings.files import files_of_hearings
from registry.core.clock import now
from registry.http.complaint_services import sealer, store
from registry.officer_acts.access_grant_acts import ACTS, IN_CASE, OWN, find_access_grant
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.permissions import acting, names_in, officer_call
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.files import sent_file
from registry.pages.officers.cases.showing import box_view, identity_view
from registry.pages.officers.cases.tabs import case_page, open_case
from registry.pages.officers.forms import Place, serve_acts
from registry.pages.officers.guard import page_at
from registry.pages.officers.rendering import Refusal, attempt, language, page
from registry.vocabulary.cases import AccessKind, CaseState

pages = Blueprint("console_openings", __name__)


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    address = f"/console/cases/{reference}/openings"
    return Place(head.case.reference, address, lambda refusal: list_grants_of_case(session, me, reference, refusal))


serve_acts(pages, "/cases/<reference>/openings", IN_CASE, _in_case)


@page_at(pages, "/cases/<reference>/openings/<opening>", Resource.BREAK_GLASS, Act.PROPOSE)
def show_content(session: Session, me: AuthenticatedOfficer, reference: str, opening: str) -> Response:
    """What was opened, for as long as it is. Each look is on record."""
    head = open_case(session, me, reference)
    call = officer_call(session, me, _right_to(session, me, reference, opening), Act.PROPOSE)
    found: list[queries.Opened] = []
    refusal = attempt(session, lambda: found.append(queries.look(call, sealer(), opening, into=language())))
    if refusal is not None:
        return list_grants_of_case(session, me, reference, refusal)
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


@page_at(pages, "/cases/<reference>/openings/<opening>/file", Resource.ORIGINAL, Act.PROPOSE)
def download_original(session: Session, me: AuthenticatedOfficer, reference: str, opening: str) -> Response:
    """A file as it was sent, to be saved and never shown in a page."""
    open_case(session, me, reference)
    call = officer_call(session, me, _right_to(session, me, reference, opening), Act.PROPOSE)
    found: list[tuple[str, bytes]] = []
    refusal = attempt(session, lambda: found.append(queries.original(call, sealer(), opening, store())))
    if refusal is not None:
        return list_grants_of_case(session, me, reference, refusal)
    name, body = found[0]
    return sent_file(body, name)


def _find_own(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, opening: str) -> Place:
    open_case(session, me, reference)
    queries.require_of_case(session, me.standing.unit, reference, opening)
    address = f"/console/cases/{reference}/openings"
    return Place(opening, address, lambda refusal: list_grants_of_case(session, me, reference, refusal))


serve_acts(pages, "/cases/<reference>/openings/<opening>", OWN, _find_own)


def _right_to(session: Session, me: AuthenticatedOfficer, reference: str, grant: str) -> Resource:
    """The right by which an access grant was asked for. Its reader still needs it: a lost role closes what it opened."""
    return rules.RIGHT_TO[queries.require_of_case(session, me.standing.unit, reference, grant).kind]


@page_at(pages, "/cases/<reference>/openings", Resource.BREAK_GLASS, Act.PROPOSE)
def list_grants_of_case(
    session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None
) -> Response:
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
            *files_of_hearings(session, sealer(), officer, head.case),
        ],
        names=names_in(session, me.standing.unit),
        may={kind: me.standing.may(rules.RIGHT_TO[kind], Act.PROPOSE) for kind in AccessKind},
        usual_hours=rules.USUAL_HOURS,
        most_hours=rules.MAX_HOURS,
    )


def _find_in_unit(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    """Raises NotFound for another unit's, Forbidden where the kind is not the officer's, or the officer has an interest."""
    find_access_grant(session, me, reference, act.right)
    return Place(reference, "/console/openings", lambda refusal: list_grants_of_unit(session, me, refusal))


serve_acts(pages, "/openings/<reference>", ACTS, _find_in_unit)


def decided_by(me: AuthenticatedOfficer) -> list[AccessKind]:
    """The kinds of access requests that the officer may decide."""
    return [kind for kind in AccessKind if me.standing.may(rules.RIGHT_TO[kind], Act.APPROVE)]


@page_at(pages, "/openings", Resource.BREAK_GLASS, Act.READ)
def list_grants_of_unit(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    kinds, at = decided_by(me), now()
    found = queries.of_unit(session, sealer(), me.standing.unit, me.officer.reference, at, decides=kinds)
    return page(
        "access_grants/list.html",
        here="openings",
        refusal=refusal,
        found=found,
        kinds=kinds,
        names=names_in(session, me.standing.unit),
        mine=me.officer.reference,
        may_open_cases=me.standing.may(Resource.CASE, Act.READ),
    )
