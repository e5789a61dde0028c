"""The agencies' own pages: what they are asked, and their answer. Nothing of a case is theirs."""

import secrets
from collections.abc import Mapping

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.attachments.actions import MAX_FILES
from registry.complaints.attachments.file_kinds import ENDINGS
from registry.complaints.parties.hearings import portal
from registry.core.clock import now
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.hearing_acts import ANSWERS
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import sealer
from registry.pages.officers.assets import address_of
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page

pages = Blueprint("console_heard", __name__)
STYLES = address_of("handed.css")


@pages.get("/hearings")
@allowed(Resource.HEARING, Act.ANSWER)
def heard(session: Session, me: AuthenticatedOfficer) -> Response:
    found = portal.served(session, me.standing.unit, now().date())
    return page("hearings/served.html", here="hearings", handed_styles=STYLES, found=found)


@pages.get("/hearings/<reference>")
@allowed(Resource.HEARING, Act.ANSWER)
def one(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return hearing_page_again(session, me, reference)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    address = f"/console/hearings/{reference}"
    return Place(reference, address, lambda refusal: hearing_page_again(session, me, reference, refusal))


serve_acts(pages, "/hearings/<reference>", ANSWERS, _opened)


def hearing_page_again(
    session: Session,
    me: AuthenticatedOfficer,
    reference: str,
    refusal: Refusal | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    """The page, or what was refused on it; `form` in place of one that cannot be read."""
    displayed = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    return page(
        "hearings/served_one.html",
        here="hearings",
        handed_styles=STYLES,
        status=refusal.status if refusal else 200,
        refusal=refusal,
        form=request.form if form is None else form,
        shown=displayed,
        most=portal.MAX_ANSWER,
        most_files=MAX_FILES,
        once=secrets.token_urlsafe(16),
        endings=",".join(f".{ending}" for ending in sorted({*ENDINGS.values(), "jpeg"})),
    )
