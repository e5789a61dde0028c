"""The licensing desk's side of agencies' entries: who may speak for an agency, and what agencies ask."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.parties import accounts
from registry.core.clock import now
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.entry_acts import ACTS, INVITATIONS, INVITED, official, request_opened
from registry.officers.models import OfficerChange
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import names_in
from registry.pages.officers.agencies import agency_name, suggestions
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page
from registry.supervision.entries import claims, queries
from registry.vocabulary.register import STAFF_LANGUAGES

pages = Blueprint("console_entries", __name__)


@pages.get("/entries")
@allowed(Resource.ENTRY, Act.APPROVE)
def entries(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


@pages.get("/entries/<reference>")
@allowed(Resource.ENTRY, Act.APPROVE)
def one(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _one(session, me, reference)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    request_opened(session, me, reference)
    return Place(reference, f"/console/entries/{reference}", lambda refusal: _one(session, me, reference, refusal))


serve_acts(pages, "/entries/<reference>", ACTS, _opened)


def _invitation(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str = "") -> Place:
    table, names = (INVITED, (reference,)) if reference else (INVITATIONS, ())
    # The code is shown here and nowhere else: it is handed over in person.
    with_code = (lambda code: _list(session, me, code=code)) if act.name == "approve" else None
    found = table.opened(session, me, act, *names)
    return Place(found, "/console/entries", lambda refusal: _list(session, me, refusal), afterwards=with_code)


serve_acts(pages, "/entries/invitations", INVITATIONS, _invitation)
serve_acts(pages, "/entries/invitations/<reference>", INVITED, _invitation)


def _list(
    session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None, code: str | None = None
) -> Response:
    found = [one for one in queries.waiting(session, official(me)) if not me.has_conflict(one.agency)]
    invited: list[tuple[OfficerChange, str]] = [
        (change, agency) for change, agency in claims.invitations(session, official(me)) if not me.has_conflict(agency)
    ]
    agencies = {one.agency for one in found} | {agency for _, agency in invited}
    return page(
        "entries/list.html",
        here="entries",
        refusal=refusal,
        code=code,
        found=found,
        invited=invited,
        agencies={agency: agency_name(session, agency) for agency in agencies},
        names=names_in(session, me.standing.unit),
        suggested=suggestions(session, refusal, request.form),
        my_reference=me.officer.reference,
        today=now().date(),
        languages=STAFF_LANGUAGES,
    )


def _one(session: Session, me: AuthenticatedOfficer, reference: str, refusal: Refusal | None = None) -> Response:
    entry_request = request_opened(session, me, reference)
    unit = accounts.unit_of_agency(session, entry_request.agency)
    theirs = names_in(session, unit.reference) if unit is not None else {}
    return page(
        "entries/one.html",
        here="entries",
        refusal=refusal,
        asked=entry_request,
        agency=agency_name(session, entry_request.agency),
        names={**names_in(session, me.standing.unit), **theirs},
        today=now().date(),
    )
