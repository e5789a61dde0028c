"""Sanctions: the list with what waits for a second person, a proposal, and the page of one with its chain and each step on."""

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from registry.complaints.casework.decisions.actions import lock_decision
from registry.core.clock import now
from registry.core.errors import InvalidInput
from registry.core.ids import read_reference
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.agency_picker import MAX_TYPED, picked_agency
from registry.officer_desk.sanctions import ACTS, PROPOSALS, readable_decision, sanction_opened
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import acting, names_in
from registry.pages.officers.cases.tabs import CaseHead, open_case
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import page
from registry.pages.officers.sanctions import forms
from registry.supervision.sanctions import queries
from registry.supervision.sanctions.models import Sanction
from registry.supervision.sanctions.moves import today_at
from registry.supervision.sanctions.rules import CAN_END_BY_ITSELF, TOUCHES_WORKERS, By
from registry.vocabulary.codes import Problem
from registry.vocabulary.licensing import SanctionState, Timing, ToldFirst
from registry.vocabulary.register import SanctionKind

pages = Blueprint("console_sanctions", __name__)
PLACE = "/console/sanctions"

ENDS = (
    SanctionState.STAYED_BY_APPEAL,
    SanctionState.IN_FORCE,
    SanctionState.LIFTED,
    SanctionState.OVERTURNED,
)


@pages.get("/sanctions")
@allowed(Resource.SANCTION, Act.READ)
def sanctions(session: Session, me: AuthenticatedOfficer) -> Response:
    authority = me.standing.authority
    found = queries.sanctions_of(session, authority, today_at(session, authority, now()))
    return page(
        "sanctions/list.html",
        here="sanctions",
        found=[one for one in found if not me.has_conflict(one.sanction.agency)],
        may_propose=me.standing.may(Resource.SANCTION, Act.PROPOSE),
    )


@pages.get("/sanctions/new")
@allowed(Resource.SANCTION, Act.PROPOSE)
def new(session: Session, me: AuthenticatedOfficer) -> Response:
    return _new(session, me)


@pages.get("/sanctions/<reference>")
@allowed(Resource.SANCTION, Act.READ)
def one(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _one(session, me, sanction_opened(session, me, reference))


@pages.get("/sanctions/<reference>/edit")
@allowed(Resource.SANCTION, Act.PROPOSE)
def edit(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _edit(session, me, sanction_opened(session, me, reference))


def _opened(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    sanction = sanction_opened(session, me, reference)
    again = _edit if act.name == "edit" else _one
    return Place(sanction.reference, f"{PLACE}/{reference}", lambda refusal: again(session, me, sanction, refusal))


def _proposed(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /) -> Place:
    return Place(me.standing.authority or "", PLACE, lambda refusal: _new(session, me, refusal), is_list=True)


serve_acts(pages, "/sanctions", PROPOSALS, _proposed)
serve_acts(pages, "/sanctions/<reference>", ACTS, _opened)


def _decided(session: Session, me: AuthenticatedOfficer, decision: str | None) -> CaseHead | None:
    """The case that was decided.

    Raises NotFound if the officer may not read it, Forbidden in a conflict of interest.
    """
    if decision is None:
        return None
    reference = readable_decision(session, me, decision)
    case, _ = lock_decision(session, acting(me, Resource.DECISION, Act.READ), reference)
    return open_case(session, me, case.reference)


def _new(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    """On a decision of the unit, or on a licence. A decision is there for those alone who may read it."""
    given = request.form if request.method == "POST" else request.args
    decision, licence = given.get("decision", "")[:12] or None, given.get("licence", "").strip()[:MAX_TYPED] or None
    head = _decided(session, me, decision)
    today = today_at(session, me.standing.authority, now())
    agency = head.agency if head is not None else None
    if agency is None and licence is not None and read_reference(licence) is None:
        # What was typed is no reference: by the agency that it names, its licences are offered.
        agency = _agency_meant(session, licence)
    known = queries.licences_of(session, me.standing.authority, agency, licence if agency is None else None, today)
    return page(
        "sanctions/new.html",
        here="sanctions",
        refusal=refusal,
        head=head,
        decision=decision,
        licence=licence or "",
        licences=known,
        kinds=list(SanctionKind),
        with_last_day=CAN_END_BY_ITSELF,
        today=today,
    )


def _agency_meant(session: Session, typed: str) -> str | None:
    try:
        return picked_agency(session, typed)
    except InvalidInput:
        return None


def _edit(session: Session, me: AuthenticatedOfficer, sanction: Sanction, refusal: Refusal | None = None) -> Response:
    """What was typed is kept. Where the proposal was changed meanwhile, what stands there is shown beside it, and with that its
    version: only who has seen it writes over it."""
    session.refresh(sanction)
    is_stale = refusal is not None and refusal.code is Problem.STALE_VERSION
    return page(
        "sanctions/edit.html",
        here="sanctions",
        refusal=refusal,
        sanction=sanction,
        version=sanction.version if is_stale else request.form.get("version", sanction.version),
        typed=request.form if refusal else forms.typed_of(sanction),
        changed=forms.otherwise(sanction, request.form) if is_stale else [],
        is_stale=is_stale,
        kinds=list(SanctionKind),
        today=today_at(session, me.standing.authority, now()),
    )


def _one(session: Session, me: AuthenticatedOfficer, sanction: Sanction, refusal: Refusal | None = None) -> Response:
    authority, standing = me.standing.authority, me.standing
    today = today_at(session, authority, now())
    view = queries.sanction_view(session, sanction, me.officer.reference, today)
    may_read = standing.may(Resource.DECISION, Act.READ) and standing.may(Resource.CASE, Act.READ)
    return page(
        "sanctions/one.html",
        here="sanctions",
        refusal=refusal,
        shown=view,
        chain=queries.chain(session, sanction, standing.unit) if may_read else None,
        names=names_in(session, sanction.unit),
        may_propose=standing.may(Resource.SANCTION, Act.PROPOSE),
        may_approve=standing.may(Resource.SANCTION, Act.APPROVE),
        proposer=By.PROPOSER,
        approver=By.APPROVER,
        ends=[one for one in ENDS if (one, By.APPROVER) in view.ways],
        needs_look=sanction.kind in TOUCHES_WORKERS,
        timings=list(Timing),
        informed_parties=list(ToldFirst),
        today=today,
    )
