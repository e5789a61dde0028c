"""Referrals by the API, at the unit of the case: proposed, consented or overridden, sent, taken back."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import etag
from registry.complaints.parties.referrals import queries
from registry.complaints.parties.referrals.content import Handed
from registry.complaints.parties.referrals.models import Referral
from registry.complaints.parties.referrals.portal import Report
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import acting
from registry.officer_desk.case_acts import case_for
from registry.officer_desk.referral_acts import ACTS, IN_CASE, referral_opened
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import ReferralState
from schemas.referrals import ReferralSchema, ReferralsSchema

ns = Namespace("referrals", path="/")

REFERRAL = rights.Resource.REFERRAL
ANSWERED = Answered(
    ReferralSchema(),
    lambda session, me, reference, _: _payload(session, me, reference),
    "/api/v1/referrals/{referral_id}",
)


@ns.route("/cases/<case_id>/referrals")
class CaseReferrals(Resource):
    @officer_may(REFERRAL, Act.READ)
    @request_schema()
    @response_schema(ReferralsSchema(), "listReferrals", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the referrals of a case, the latest first.

        The ETag is the case's version: a referral is proposed of the case as you read it.
        """
        officer, case = case_for(session, me, REFERRAL, Act.READ, case_id)
        _, found = queries.referrals_of(session, officer, case.reference)
        return Answer({"items": [_summary(one) for one in found]}, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/referrals", IN_CASE, IN_CASE["new"], ANSWERED)


@ns.route("/referrals/<referral_id>")
class OneReferral(Resource):
    @officer_may(REFERRAL, Act.READ)
    @request_schema()
    @response_schema(ReferralSchema(), "getReferral", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str) -> Answer:
        """Read a referral with all that its partner reads, and the moves open to you."""
        return _payload(session, me, referral_opened(session, me, referral_id))


serve_acts(ns, "/referrals/<referral_id>", ACTS, ANSWERED)


def handed_payload(handed: Handed) -> dict[str, Any]:
    """What a partner reads. The key of a file stays here."""
    return {
        "note": handed.note,
        "answers": [{"by": one.by, "question": one.question, "value": one.value} for one in handed.answers],
        "messages": [{"author": one.author, "text": one.text} for one in handed.messages],
        "files": [{"file_id": one.reference, "name": one.name, "kind": one.kind} for one in handed.files],
    }


def reports_payload(reports: Sequence[Report]) -> list[dict[str, Any]]:
    return [{"written_by": one.written_by, "written_on": one.written_on, "text": one.text} for one in reports]


def _payload(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    act = Act.APPROVE if me.standing.may(REFERRAL, Act.APPROVE) else Act.READ
    payload = queries.referral_view(session, sealer(), acting(me, REFERRAL, act), reference, now().date())
    value: dict[str, Any] = {
        **_summary(payload.referral),
        "case_id": payload.case.reference,
        "handed": handed_payload(payload.handed),
        "is_consented": payload.is_consented,
        "legal_basis": payload.legal_basis,
        "reason": payload.reason,
        "reports": reports_payload(payload.reports),
        "ways": [{"to": state, "lacking": payload.ways[state]} for state in ReferralState if state in payload.ways],
    }
    return Answer(value, headers=(etag(payload.referral.version),))


def _summary(referral: Referral) -> dict[str, Any]:
    return {
        "referral_id": referral.reference,
        "partner": referral.partner,
        "partner_kind": referral.partner_kind,
        "country": referral.country,
        "state": referral.state,
        "basis": referral.basis,
        "expires_on": referral.expires_on,
        "proposed_by": referral.proposed_by,
        "proposed_on": referral.proposed_on,
        "decided_by": referral.decided_by,
        "sent_by": referral.sent_by,
        "sent_on": referral.sent_on,
        "ended_because": referral.ended_because,
        "version": referral.version,
    }
