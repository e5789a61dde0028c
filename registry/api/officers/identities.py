"""The custodian's part of referrals by the API: whether a name that its bearer asked to be told goes along."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.referrals import actions, queries
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.officer_desk.acting import reference_in, require_no_interest
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.referrals import IdentityDecisionSchema, WaitingIdentitiesSchema

ns = Namespace("referrals", path="/waiting-identities")

IDENTITY = rights.Resource.IDENTITY


@ns.route("")
class WaitingIdentities(Resource):
    @officer_may(IDENTITY, Act.APPROVE)
    @request_schema()
    @response_schema(WaitingIdentitiesSchema(), "listWaitingIdentities", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List referrals that wait for a decision on the complainant's name, with the message that asks for it.

        Reading it is on record. It does not say who the complainant is.
        """
        found = queries.waiting_identities(session, sealer(), me.standing.unit, me.officer.reference, now().date())
        return Answer({"items": [_payload(one) for one in found]})


@ns.route("/<referral_id>/decide")
class IdentityDecision(Resource):
    @officer_may(IDENTITY, Act.APPROVE, versioned=True)
    @request_schema(IdentityDecisionSchema(), body=True)
    @no_content_response("decideWaitingIdentity", (404, 409, 413, 415))
    def post(
        self, session: Session, me: AuthenticatedOfficer, version: int, referral_id: str, *, is_approved: bool
    ) -> None:
        """Decide whether the complainant's name and safe contact go along. The referral's proposer may not."""
        reference = reference_in(referral_id)
        case = queries.case_behind(session, me.standing.unit, reference)
        require_no_interest(me, named_agency_id(sealer(), case))
        actions.decide_identity(
            session, sealer(), me.standing.unit, me.officer.reference, reference, now(),
            is_approved=is_approved, version=version,
        )  # fmt: skip


def _payload(one: queries.WaitingIdentity) -> dict[str, Any]:
    return {
        "referral_id": one.referral.reference,
        "case_id": one.case,
        "partner": one.referral.partner,
        "said": one.said,
        "version": one.referral.version,
    }
