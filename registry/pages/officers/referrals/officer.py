"""A case's tab of referrals: choosing what a partner is to read, looking at exactly that, and each step on."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from registry.complaints.case.consents import is_consented
from registry.complaints.casework import actions as casework
from registry.complaints.casework.queries import ContainerView, case_view
from registry.complaints.parties import accounts
from registry.complaints.parties.referrals import queries
from registry.complaints.parties.referrals.rules import MAX_ACCESS, consent_for
from registry.core.calls import Call
from registry.core.clock import now
from registry.officer_desk.acts import OfficerAct
from registry.officer_desk.referral_acts import ACTS, IN_CASE
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.act_pages import Place, serve_acts
from registry.pages.officers.acting import acting, names_in, sealer
from registry.pages.officers.cases.showing import parts_of
from registry.pages.officers.cases.tabs import CaseHead, case_page, open_case
from registry.pages.officers.guard import allowed
from registry.pages.officers.referrals.showing import answers_in
from registry.pages.officers.refusals import Refusal
from registry.pages.officers.rendering import language
from registry.vocabulary.cases import AttachmentState, Author

pages = Blueprint("console_referrals", __name__)

USUAL = timedelta(days=90)
"""How long a partner has access by default."""


@pages.get("/cases/<reference>/referrals")
@allowed(Resource.REFERRAL, Act.READ)
def referrals(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    head = open_case(session, me, reference)
    _, found = queries.referrals_of(session, _reader(me), reference)
    return case_page(
        "referrals/list.html",
        me,
        head,
        "referrals",
        found=found,
        partners={unit.reference: unit for unit in accounts.partners(session)},
        names=names_in(session, me.standing.unit),
        may_propose=me.standing.may(Resource.REFERRAL, Act.PROPOSE),
    )


@pages.get("/cases/<reference>/referrals/new")
@allowed(Resource.REFERRAL, Act.PROPOSE)
def new(session: Session, me: AuthenticatedOfficer, reference: str) -> Response:
    return _new(session, me, open_case(session, me, reference))


def _in_case(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str) -> Place:
    head = open_case(session, me, reference)
    address = f"/console/cases/{reference}/referrals"
    return Place(head.case.reference, address, lambda refusal: _new(session, me, head, refusal), is_list=True)


serve_acts(pages, "/cases/<reference>/referrals", IN_CASE, _in_case)


@pages.get("/cases/<reference>/referrals/<referral>")
@allowed(Resource.REFERRAL, Act.READ)
def one(session: Session, me: AuthenticatedOfficer, reference: str, referral: str) -> Response:
    return _one(session, me, open_case(session, me, reference), referral)


def _opened(session: Session, me: AuthenticatedOfficer, _: OfficerAct, /, reference: str, referral: str) -> Place:
    head = open_case(session, me, reference)
    queries.require_of_case(session, head.case, referral)
    address = f"/console/cases/{reference}/referrals/{referral}"
    return Place(referral, address, lambda refusal: _one(session, me, head, referral, refusal))


serve_acts(pages, "/cases/<reference>/referrals/<referral>", ACTS, _opened)


def _new(session: Session, me: AuthenticatedOfficer, head: CaseHead, refusal: Refusal | None = None) -> Response:
    """What can be chosen: every answer, message and clean file of the case. Reading it is on record."""
    call = Call(session, acting(me, Resource.REFERRAL, Act.PROPOSE), now())
    view = case_view(call, sealer(), head.case.reference)
    today = now().date()
    return case_page(
        "referrals/new.html",
        me,
        head,
        "referrals",
        refusal=refusal,
        boxes=[_pieces(me, box) for box in view.boxes],
        partners=[_partner(session, head, unit) for unit in accounts.partners(session) if unit.closed_on is None],
        usual=today + USUAL,
        tomorrow=today + timedelta(days=1),
        longest=today + MAX_ACCESS,
    )


def _pieces(me: AuthenticatedOfficer, box: ContainerView) -> dict[str, Any]:
    return {
        "reference": box.reference,
        "role": box.role,
        "parts": parts_of(language(), box.answers),
        "messages": box.messages,
        "hers": [one for one in box.messages if one.author is Author.COMPLAINANT],
        "files": [(one, one.state is AttachmentState.CLEAN) for one in box.files],
    }


def _partner(session: Session, head: CaseHead, unit: Any) -> dict[str, Any]:
    consent = consent_for(unit.partner_kind, unit.country)
    return {"unit": unit, "agreed": consent is not None and is_consented(session, head.case, consent)}


def _one(
    session: Session, me: AuthenticatedOfficer, head: CaseHead, referral: str, refusal: Refusal | None = None
) -> Response:
    queries.require_of_case(session, head.case, referral)
    view = queries.referral_view(session, sealer(), _reader(me), referral, now().date())
    return case_page(
        "referrals/one.html",
        me,
        head,
        "referrals",
        refusal=refusal,
        shown=view,
        answers=answers_in(language(), view.handed),
        partner=next((unit for unit in accounts.partners(session) if unit.reference == view.referral.partner), None),
        names={**names_in(session, me.standing.unit), **names_in(session, view.referral.partner)},
        may_propose=me.standing.may(Resource.REFERRAL, Act.PROPOSE),
        may_override=me.standing.may(Resource.REFERRAL, Act.APPROVE),
    )


def _reader(me: AuthenticatedOfficer) -> casework.Officer:
    """The officer in the role that may do most with a referral, so that the page offers every permitted act."""
    act = Act.APPROVE if me.standing.may(Resource.REFERRAL, Act.APPROVE) else Act.READ
    return acting(me, Resource.REFERRAL, act)
