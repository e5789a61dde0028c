"""Sanctions: the list with what waits for a second person, a proposal, and the page of one with its chain and each step on."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from registry.complaints.casework.decisions.actions import lock_decision
from registry.core.clock import now
from registry.core.errors import IllegalMove, InvalidInput
from registry.core.ids import read_reference
from registry.officer_acts.acts import OfficerAct
from registry.officer_acts.agency_picker import MAX_TYPED, names_of_agencies, picked_agency
from registry.officer_acts.permissions import acting, names_in
from registry.officer_acts.sanction_acts import ACTS, PROPOSALS, find_sanction, readable_decision
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.cases.tabs import CaseHead, open_case
from registry.pages.officers.forms import Place, serve_acts
from registry.pages.officers.guard import page_at
from registry.pages.officers.licences.showing import Change, licence_lines
from registry.pages.officers.rendering import Refusal, language, page
from registry.supervision.sanctions import effect, models, moves, queries, rules
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import SanctionKind
from registry.vocabulary.supervision import SanctionState, Timing, ToldFirst
from schemas.sanctions import ENDS

pages = Blueprint("console_sanctions", __name__)
PLACE = "/console/sanctions"

Form = MultiDict[str, str]

TERMS = (
    "kind", "amount", "currency", "points", "legal_ground", "public_text", "effective_from", "until", "appeal_deadline",
    "publish_until",
)  # fmt: skip


@page_at(pages, "/sanctions", Resource.SANCTION, Act.READ)
def list_sanctions(session: Session, me: AuthenticatedOfficer) -> Response:
    authority = me.standing.authority
    found = queries.sanctions_of(session, authority, moves.today_at(session, authority, now()))
    return page(
        "sanctions/list.html",
        here="sanctions",
        found=[one for one in found if not me.has_conflict(one.sanction.agency)],
        may_propose=me.standing.may(Resource.SANCTION, Act.PROPOSE),
    )


@page_at(pages, "/sanctions/<reference>", Resource.SANCTION, Act.READ)
def show_sanction(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _sanction_page(session, me, find_sanction(session, me, reference))


@page_at(pages, "/sanctions/<reference>/edit", Resource.SANCTION, Act.PROPOSE)
def show_edit_form(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _edit_page(session, me, find_sanction(session, me, reference))


def _find_sanction(session: Session, me: AuthenticatedOfficer, act: OfficerAct, /, reference: str) -> Place:
    sanction = find_sanction(session, me, reference)
    again = _edit_page if act.name == "edit" else _sanction_page
    then = [(ACTS, ACTS["review"])] if act.name == "workers" and _is_handed_in() else []
    address = f"{PLACE}/{reference}"
    return Place(sanction.reference, address, lambda refusal: again(session, me, sanction, refusal), then=then)


def _find_place(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /) -> Place:
    """With what is said of the workers in place, and handed in for approval where that was pressed."""
    form, is_handed_in = request.form, _is_handed_in()
    says_workers = form.get("kind") in rules.TOUCHES_WORKERS and (is_handed_in or form.get("timing"))
    following = [*(["workers"] if says_workers else []), *(["review"] if is_handed_in else [])]
    then, authority = [(ACTS, ACTS[name]) for name in following], me.standing.authority or ""
    return Place(authority, PLACE, lambda refusal: show_proposal_form(session, me, refusal), is_list=True, then=then)


def _is_handed_in() -> bool:
    """Whether the button was pressed that hands a sanction in for approval with what its form says."""
    return request.form.get("then") == "review"


serve_acts(pages, "/sanctions", PROPOSALS, _find_place)
serve_acts(pages, "/sanctions/<reference>", ACTS, _find_sanction)


def _open_decided_case(session: Session, me: AuthenticatedOfficer, decision: str | None) -> CaseHead | None:
    """The case that was decided.

    Raises NotFound if the officer may not read it, Forbidden in a conflict of interest.
    """
    if decision is None:
        return None
    reference = readable_decision(session, me, decision)
    case, _ = lock_decision(session, acting(me, Resource.DECISION, Act.READ), reference)
    return open_case(session, me, case.reference)


@page_at(pages, "/sanctions/new", Resource.SANCTION, Act.PROPOSE)
def show_proposal_form(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    """On a decision of the unit, or on a licence. A decision is there for those alone who may read it."""
    given = request.form if request.method == "POST" else request.args
    decision, licence = given.get("decision", "")[:12] or None, given.get("licence", "").strip()[:MAX_TYPED] or None
    head, authority = _open_decided_case(session, me, decision), me.standing.authority
    today = moves.today_at(session, authority, now())
    agencies: Sequence[str | None] = head.agencies if head is not None else ()
    if not agencies and licence is not None and read_reference(licence) is None:
        # What was typed is no reference: by the agency that it names, its licences are offered.
        agencies = [_picked_agency(session, licence)]
    known = [
        (agency, one)
        for agency in agencies or [None]
        for one in queries.licences_of(session, authority, agency, licence if agency is None else None, today)
    ]
    return page(
        "sanctions/new.html",
        here="sanctions",
        refusal=refusal,
        head=head,
        decision=decision,
        licence=licence or "",
        licences=known,
        holders=names_of_agencies(session, {agency for agency, _ in known if agency}, language(), today),
        kinds=list(SanctionKind),
        with_workers=sorted(rules.TOUCHES_WORKERS, key=list(SanctionKind).index),
        timings=list(Timing),
        informed_parties=list(ToldFirst),
        today=today,
    )


def _picked_agency(session: Session, typed: str) -> str | None:
    try:
        return picked_agency(session, typed)
    except InvalidInput:
        return None


def _edit_page(
    session: Session, me: AuthenticatedOfficer, sanction: models.Sanction, refusal: Refusal | None = None
) -> Response:
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
        typed=request.form if refusal else _terms_of(sanction),
        changed=_changed_terms(sanction, request.form) if is_stale else [],
        is_stale=is_stale,
        kinds=list(SanctionKind),
        today=moves.today_at(session, me.standing.authority, now()),
    )


def _sanction_page(
    session: Session, me: AuthenticatedOfficer, sanction: models.Sanction, refusal: Refusal | None = None
) -> Response:
    authority, standing = me.standing.authority, me.standing
    today = moves.today_at(session, authority, now())
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
        proposer=rules.By.PROPOSER,
        approver=rules.By.APPROVER,
        ends=[one for one in ENDS if (one, rules.By.APPROVER) in view.ways],
        needs_look=sanction.kind in rules.TOUCHES_WORKERS,
        timings=list(Timing),
        informed_parties=list(ToldFirst),
        answers=_answers(session, sanction),
        is_told=sanction.kind not in rules.UNPUBLISHED,
        today=today,
    )


class Approval(NamedTuple):
    """A sanction, or its end, that waits for a second person. `lack`: why this officer cannot be that person."""

    shown: queries.SanctionView
    answers: list[Change]
    is_told: bool
    today: date
    lack: str | None


def approvals(session: Session, me: AuthenticatedOfficer, references: Iterable[str]) -> dict[str, Approval]:
    """What waits for this officer's approval, by its reference, as the page of each shows it."""
    authority, found = me.standing.authority, {}
    if not me.standing.may(Resource.SANCTION, Act.APPROVE):
        return {}
    today = moves.today_at(session, authority, now())
    for reference in references:
        sanction = queries.sanction_named(session, authority, reference)
        view = queries.sanction_view(session, sanction, me.officer.reference, today)
        lack = view.ways.get((sanction.ending_to or SanctionState.APPROVED, rules.By.APPROVER))
        is_told = sanction.kind not in rules.UNPUBLISHED
        found[reference] = Approval(view, _answers(session, sanction), is_told, today, lack)
    return found


def _answers(session: Session, sanction: models.Sanction) -> list[Change]:
    """The public answer about the licence before and after what waits for a second person; empty where that is not known."""
    try:
        foreseen = effect.foresee(session, sanction, now())
    except IllegalMove:
        return []
    if foreseen is None:
        return []
    before, after = (licence_lines(one, sanction.licence, foreseen.day) for one in (foreseen.before, foreseen.after))
    return [Change(name, before[name], after[name]) for name in ("status", "recruit")]


def _terms_of(sanction: models.Sanction) -> dict[str, str]:
    """A sanction's terms as its form shows them."""
    found = {name: getattr(sanction, name) for name in TERMS}
    return {name: str(value) for name, value in found.items() if value is not None}


def _changed_terms(sanction: models.Sanction, form: Form) -> list[tuple[str, str, str]]:
    """The terms that stand otherwise than they were typed: name, what stands there, what was typed."""
    stands = _terms_of(sanction)
    both = [(name, stands.get(name, ""), form.get(name, "").strip()) for name in TERMS]
    return [one for one in both if one[1] != one[2]]
