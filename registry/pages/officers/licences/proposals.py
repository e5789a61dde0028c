"""What waits for a second person, and one proposal: what it would make of the record, approved, refused or taken back."""

from collections.abc import Callable

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.core.clock import now
from registry.officer_desk.acting import names_of
from registry.officers.rights import Act, Resource
from registry.officers.sessions import Present
from registry.pages.officers.acting import version_sent
from registry.pages.officers.guard import allowed
from registry.pages.officers.licences import showing
from registry.pages.officers.licences.opening import official, proposal_opened, require_act, waiting_for
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page
from registry.register.agencies.models import Agency
from registry.supervision.licensing import proposals
from registry.supervision.licensing.act_forms import read_kept
from registry.supervision.licensing.drafting import Draft
from registry.supervision.licensing.models import Proposal
from registry.supervision.licensing.rules import ACTS, About
from registry.vocabulary.licensing import ProposalState

pages = Blueprint("console_licence_proposals", __name__)


@pages.get("/licences/waiting")
@allowed(Resource.LICENCE, Act.READ)
def waiting(session: Session, me: Present) -> Response:
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
def proposal(session: Session, me: Present, reference: str) -> Response:
    return _one(session, me, proposal_opened(session, me, reference))


@pages.post("/licences/proposals/<reference>/approve")
@allowed(Resource.LICENCE, Act.APPROVE)
def approve(session: Session, me: Present, reference: str) -> BaseResponse:
    found = proposal_opened(session, me, reference)
    require_act(me, found.act, Act.APPROVE)
    return _done(
        session, me, found,
        lambda version: proposals.approve(session, official(me), reference, now(), version=version),
    )  # fmt: skip


@pages.post("/licences/proposals/<reference>/refuse")
@allowed(Resource.LICENCE, Act.APPROVE)
def refuse(session: Session, me: Present, reference: str) -> BaseResponse:
    found, reason = proposal_opened(session, me, reference), request.form.get("reason", "")
    require_act(me, found.act, Act.APPROVE)
    return _done(
        session, me, found,
        lambda version: proposals.refuse(session, official(me), reference, reason, now(), version=version),
    )  # fmt: skip


@pages.post("/licences/proposals/<reference>/take-back")
@allowed(Resource.LICENCE, Act.PROPOSE)
def take_back(session: Session, me: Present, reference: str) -> BaseResponse:
    found = proposal_opened(session, me, reference)
    return _done(
        session, me, found,
        lambda version: proposals.take_back(session, official(me), reference, now(), version=version),
    )  # fmt: skip


def _agency_id(session: Session, found: Proposal) -> str | None:
    return None if found.agency_id is None else session.get_one(Agency, found.agency_id).reference


def _done(session: Session, me: Present, found: Proposal, act: Callable[[int], object]) -> BaseResponse:
    version = version_sent()
    refusal = attempt(session, lambda: act(version))
    if refusal is not None:
        session.refresh(found)
        return _one(session, me, found, refusal)
    return redirect(f"/console/licences/proposals/{found.reference}", 303)


def _one(session: Session, me: Present, found: Proposal, refusal: Refusal | None = None) -> Response:
    made: list[Draft] = []
    unfit = None
    if found.state is ProposalState.OPEN:
        unfit = attempt(session, lambda: made.append(proposals.draft_of(session, found, now())))
    is_own = found.proposed_by == me.officer.reference
    return page(
        "licences/proposal.html",
        here="licences",
        status=refusal.status if refusal else 200,
        refusal=refusal,
        unfit=unfit,
        found=found,
        agency_id=_agency_id(session, found),
        is_of_licence=ACTS[found.act].about is not About.AGENCY,
        previewed=showing.preview(session, made[0]) if made else None,
        stated=showing.stated_lines(read_kept(found.details)),
        is_own=is_own,
        may_approve=me.standing.may(Resource.LICENCE, Act.APPROVE) and not is_own,
        names=names_of(session, found.authority),
        typed=request.form,
        name_of=showing.name_of,
    )
