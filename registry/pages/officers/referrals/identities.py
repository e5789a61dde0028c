"""The custodian's page: whether a name that its bearer asked to be told goes along with a referral."""

from flask import Blueprint, Response, redirect, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from registry.complaints.parties import accounts
from registry.complaints.parties.referrals import actions, queries
from registry.core.clock import now
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.pages.officers.acting import names_in, sealer, version_sent
from registry.pages.officers.cases.tabs import require_no_conflict
from registry.pages.officers.guard import allowed
from registry.pages.officers.refusals import Refusal, attempt
from registry.pages.officers.rendering import page

pages = Blueprint("console_identities", __name__)


@pages.get("/identities")
@allowed(Resource.IDENTITY, Act.APPROVE)
def identities(session: Session, me: AuthenticatedOfficer) -> Response:
    return _list(session, me)


@pages.post("/identities/<reference>")
@allowed(Resource.IDENTITY, Act.APPROVE)
def decide(session: Session, me: AuthenticatedOfficer, reference: str) -> BaseResponse:
    version, is_approved = version_sent(), request.form.get("decision") == "approve"
    require_no_conflict(me, sealer(), queries.case_behind(session, me.standing.unit, reference))
    refusal = attempt(
        session,
        lambda: actions.decide_identity(
            session,
            sealer(),
            me.standing.unit,
            me.officer.reference,
            reference,
            now(),
            is_approved=is_approved,
            version=version,
        ),
    )
    return redirect("/console/identities", 303) if refusal is None else _list(session, me, refusal)


def _list(session: Session, me: AuthenticatedOfficer, refusal: Refusal | None = None) -> Response:
    found = queries.waiting_identities(session, sealer(), me.standing.unit, me.officer.reference, now().date())
    return page(
        "referrals/identities.html",
        here="identities",
        refusal=refusal,
        found=found,
        partners={unit.reference: unit for unit in accounts.partners(session)},
        names=names_in(session, me.standing.unit),
    )
