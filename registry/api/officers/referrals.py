"""Referrals by the API.

At the unit of the case: proposed, consented or overridden, sent, taken back. At the partner (`received`): what was handed
to it, and its answer; nothing else of the registry is its. At the custodian (`identities`): whether a name that its bearer
asked to be told goes along.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.file_kinds import ENDINGS
from registry.complaints.parties.models import Referral
from registry.complaints.parties.referrals import actions, portal, queries
from registry.complaints.parties.referrals.content import Handed
from registry.complaints.parties.referrals.portal import Report
from registry.complaints.parties.steps import fetch_of_case
from registry.core.clock import now
from registry.http.complaint_services import sealer, store
from registry.http.responses import Answer, File, etag
from registry.http.schemas import BYTES, no_content_response, request_schema, response_file, response_schema
from registry.officer_acts.acting import custodian_call, party_call, reference_in
from registry.officer_acts.case_acts import lock_case_for
from registry.officer_acts.referral_acts import ACTS, IN_CASE, RECEIVED, find_referral, read_referral
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import ReferralState
from schemas.referrals import (
    IdentityDecisionSchema,
    ReceivedReferralSchema,
    ReceivedReferralsSchema,
    ReferralSchema,
    ReferralsSchema,
    ReferralSummarySchema,
    WaitingIdentitiesSchema,
)

_SUMMARY = ReferralSummarySchema.of(Referral)

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
        officer, case = lock_case_for(session, me, REFERRAL, Act.READ, case_id)
        found = fetch_of_case(session, Referral, officer, case.reference)
        return Answer({"items": [_SUMMARY.write(one) for one in found]}, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/referrals", IN_CASE, IN_CASE["new"], ANSWERED)


@ns.route("/referrals/<referral_id>")
class OneReferral(Resource):
    @officer_may(REFERRAL, Act.READ)
    @request_schema()
    @response_schema(ReferralSchema(), "getReferral", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str) -> Answer:
        """Read a referral with all that its partner reads, and the moves open to you."""
        return _payload(session, me, find_referral(session, me, referral_id))


serve_acts(ns, "/referrals/<referral_id>", ACTS, ANSWERED)


def build_handed(handed: Handed) -> dict[str, Any]:
    """What a partner reads. The key of a file stays here."""
    return {
        "note": handed.note,
        "answers": [{"by": one.by, "question": one.question, "value": one.value} for one in handed.answers],
        "messages": [{"author": one.author, "text": one.text} for one in handed.messages],
        "files": [{"file_id": one.reference, "name": one.name, "kind": one.kind} for one in handed.files],
    }


def _build_reports(reports: Sequence[Report]) -> list[dict[str, Any]]:
    return [{"written_by": one.written_by, "written_on": one.written_on, "text": one.text} for one in reports]


def _payload(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    payload = read_referral(session, me, reference)
    value: dict[str, Any] = {
        **_SUMMARY.write(payload.referral),
        "case_id": payload.case.reference,
        "handed": build_handed(payload.handed),
        "is_consented": payload.is_consented,
        "legal_basis": payload.legal_basis,
        "reason": payload.reason,
        "reports": _build_reports(payload.reports),
        "ways": [{"to": state, "lacking": payload.ways[state]} for state in ReferralState if state in payload.ways],
    }
    return Answer(value, headers=(etag(payload.referral.version),))


received = Namespace("referrals", path="/received-referrals")


@received.route("")
class ReceivedReferrals(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @request_schema()
    @response_schema(ReceivedReferralsSchema(), "listReceivedReferrals", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the referrals that your organisation received."""
        found = portal.fetch_received(session, me.standing.unit, now().date())
        return Answer({"items": [_listed(one) for one in found]})


@received.route("/<referral_id>")
class ReceivedReferral(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @request_schema()
    @response_schema(ReceivedReferralSchema(), "getReceivedReferral", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str) -> Answer:
        """Read a referral that your organisation received, and what it reported."""
        return _received_payload(session, me, reference_in(referral_id))


@received.route("/<referral_id>/files/<file_id>")
class ReceivedFile(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @request_schema()
    @response_file("downloadReceivedFile", (404,))
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str, file_id: str) -> File:
        """Download a file of a referral: the clean copy, without place and device.

        Each time is on record. Its name stands in the referral.
        """
        reference = reference_in(file_id)
        kind, _, body = portal.read_file(
            party_call(session, me), sealer(), store(), reference_in(referral_id), reference
        )
        return File((body,), BYTES, f"{reference}.{ENDINGS[kind]}", len(body))


serve_acts(
    received, "/<referral_id>", RECEIVED,
    Answered(ReceivedReferralSchema(), lambda session, me, reference, _: _received_payload(session, me, reference)),
)  # fmt: skip


def _received_payload(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    found = portal.read(party_call(session, me), sealer(), reference)
    value: dict[str, Any] = {
        **_listed(found.listed),
        "handed": build_handed(found.handed),
        "identity": found.identity,
        "reports": _build_reports(found.reports),
        "version": found.version,
    }
    return Answer(value, headers=(etag(found.version),))


def _listed(one: portal.Listed) -> dict[str, Any]:
    return {
        "referral_id": one.reference,
        "state": one.state,
        "sent_on": one.sent_on,
        "expires_on": one.expires_on,
        "unit": dict(one.unit),
    }


identities = Namespace("referrals", path="/waiting-identities")

IDENTITY = rights.Resource.IDENTITY


@identities.route("")
class WaitingIdentities(Resource):
    @officer_may(IDENTITY, Act.APPROVE)
    @request_schema()
    @response_schema(WaitingIdentitiesSchema(), "listWaitingIdentities", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List referrals that wait for a decision on the complainant's name, with the message that asks for it.

        Reading it is on record. It does not say who the complainant is.
        """
        found = queries.fetch_waiting_identities(custodian_call(session, me), sealer())
        return Answer({"items": [_waiting(one) for one in found]})


@identities.route("/<referral_id>/decide")
class IdentityDecision(Resource):
    @officer_may(IDENTITY, Act.APPROVE, versioned=True)
    @request_schema(IdentityDecisionSchema(), body=True)
    @no_content_response("decideWaitingIdentity", (404, 409, 413, 415))
    def post(
        self, session: Session, me: AuthenticatedOfficer, version: int, referral_id: str, *, is_approved: bool
    ) -> None:
        """Decide whether the complainant's name and safe contact go along. The referral's proposer may not."""
        reference = find_referral(session, me, referral_id)
        call = custodian_call(session, me, version)
        actions.decide_identity(call, sealer(), reference, is_approved=is_approved)


def _waiting(one: queries.WaitingIdentity) -> dict[str, Any]:
    return {
        "referral_id": one.referral.reference,
        "case_id": one.case,
        "partner": one.referral.party,
        "said": one.said,
        "version": one.referral.version,
    }
