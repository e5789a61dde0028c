"""What waits for a second person, and one proposal: what it would make of the record, approved, refused or taken back."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.core.clock import now
from registry.officer_desk.acting import names_of
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.licence_acts import PROPOSALS
from registry.officer_desk.licensing import find_proposal, official, require_act, waiting_for
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences import showing
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.register.agencies.models import Agency
from registry.supervision.licensing import proposals
from registry.supervision.licensing.act_forms import from_details
from registry.supervision.licensing.drafting import Draft
from registry.supervision.licensing.models import Proposal
from registry.supervision.licensing.rules import ACTS, About
from registry.vocabulary.licensing import ProposalState

pages = Blueprint("console_licence_proposals", __name__)


@pages.get("/licences/waiting")
@allowed(Resource.LICENCE, Act.READ)
def waiting(session: Session, me: AuthenticatedOfficer) -> Response:
    authority = official(me).authority
    return page(
        "licences/waiting.html",
        here="licences",
        found=waiting_for(session, me),
        names=names_of(session, authority),
        name_of=showing.name_of,
    )


@pages.get("/licences/proposals/<reference>")
@allowed(Resource.LICENCE, Act.READ)
def proposal(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _proposal_page(session, me, find_proposal(session, me, reference))


def _place_of_act(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    found = find_proposal(session, me, reference)
    require_act(me, found.act, act.right)

    def again(refusal: Refusal) -> Response:
        session.refresh(found)
        return _proposal_page(session, me, found, refusal)

    return Place(found.reference, f"/console/licences/proposals/{found.reference}", again)


serve_acts(pages, "/licences/proposals/<reference>", PROPOSALS, _place_of_act)


def _agency_id(session: Session, found: Proposal) -> str | None:
    return None if found.agency_id is None else session.get_one(Agency, found.agency_id).reference


def _proposal_page(
    session: Session, me: AuthenticatedOfficer, found: Proposal, refusal: Refusal | None = None
) -> Response:
    made: list[Draft] = []
    unfit = None
    if found.state is ProposalState.OPEN:
        unfit = attempt(session, lambda: made.append(proposals.draft_of(session, found, now())))
    is_own = found.proposed_by == me.officer.reference
    return page(
        "licences/proposal.html",
        here="licences",
        refusal=refusal,
        unfit=unfit,
        found=found,
        agency_id=_agency_id(session, found),
        is_of_licence=ACTS[found.act].about is not About.AGENCY,
        previewed=showing.preview(session, made[0]) if made else None,
        stated=showing.stated_lines(from_details(found.details)),
        is_own=is_own,
        may_approve=me.standing.may(Resource.LICENCE, Act.APPROVE) and not is_own,
        names=names_of(session, found.authority),
        typed=request.form,
        name_of=showing.name_of,
    )
