"""Referrals to partners, and transfers between units, by the API.

At the unit of the case: proposed, consented or overridden, sent, taken back. At the partner (`received`): what was handed
to it, and its answer; nothing else of the registry is its. At the custodian (`identities`): whether a name that its bearer
asked to be told goes along.

Transfers (`transfers`): asked for where the case is, accepted or declined by the other unit.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.file_kinds import ENDINGS
from registry.complaints.case.units import receivers
from registry.complaints.parties import models, steps
from registry.complaints.parties.referrals import actions, content, portal, queries
from registry.complaints.parties.transfers import queries as transfer_queries
from registry.complaints.parties.transfers.actions import why_not
from registry.core.clock import now
from registry.http.complaint_services import sealer, store
from registry.http.responses import Answer, File, etag, file_of
from registry.http.schemas import no_content_response, request_schema, response_file, response_schema, written_answer
from registry.officer_acts import case_acts, referral_acts, transfer_acts
from registry.officer_acts.permissions import custodian_call, officer_call, party_call, reference_in
from registry.officers import rights
from registry.officers.models import Unit
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import ReferralState
from schemas import referrals

_SUMMARY = referrals.ReferralSummarySchema.of(models.Referral)
# What a partner reads of a file has no key: that stays here.
_PARTS: dict[str, Any] = {
    "handed": content.Handed,
    "answers": content.HandedAnswer,
    "messages": content.HandedMessage,
    "files": content.HandedFile,
    "reports": portal.Report,
}
_REFERRAL = referrals.ReferralSchema.of(queries.ReferralView, inherited="referral", computed=["ways"], **_PARTS)
_LISTED = referrals.ReceivedReferralSummarySchema.of(portal.Listed)
RECEIVED_REFERRAL = referrals.ReceivedReferralSchema.of(portal.Received, inherited="listed", **_PARTS)
_WAITING = referrals.WaitingIdentitySchema.of(queries.WaitingIdentity)

ns = Namespace("referrals", path="/")

REFERRAL = rights.Resource.REFERRAL


def _answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
    view = referral_acts.read_referral(session, me, reference)
    ways = [{"to": state, "lacking": view.ways[state]} for state in ReferralState if state in view.ways]
    return written_answer(_REFERRAL, view, ways=ways)


ANSWERED = Answered(referrals.ReferralSchema(), _answer, "/api/v1/referrals/{referral_id}")


@ns.route("/cases/<case_id>/referrals")
class CaseReferrals(Resource):
    @officer_may(REFERRAL, rights.Act.READ)
    @response_schema(referrals.ReferralsSchema(), "listReferrals", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the referrals of a case, the latest first.

        The ETag is the case's version: a referral is proposed of the case as you read it.
        """
        officer, case = case_acts.lock_case_for(session, me, REFERRAL, rights.Act.READ, case_id)
        found = steps.fetch_of_case(session, models.Referral, officer, case.reference)
        return Answer({"items": [_SUMMARY.write(one) for one in found]}, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/referrals", referral_acts.IN_CASE, "new", ANSWERED)


@ns.route("/referrals/<referral_id>")
class OneReferral(Resource):
    @officer_may(REFERRAL, rights.Act.READ)
    @response_schema(referrals.ReferralSchema(), "getReferral", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str) -> Answer:
        """Read a referral with all that its partner reads, and the moves open to you."""
        return _answer(session, me, referral_acts.find_referral(session, me, referral_id))


serve_acts(ns, "/referrals/<referral_id>", referral_acts.ACTS, ANSWERED)


received = Namespace("referrals", path="/received-referrals")


@received.route("")
class ReceivedReferrals(Resource):
    @officer_may(REFERRAL, rights.Act.ANSWER)
    @response_schema(referrals.ReceivedReferralsSchema(), "listReceivedReferrals", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the referrals that your organisation received."""
        found = portal.fetch_received(session, me.standing.unit, now())
        return Answer({"items": [_LISTED.write(one) for one in found]})


@received.route("/<referral_id>")
class ReceivedReferral(Resource):
    @officer_may(REFERRAL, rights.Act.ANSWER)
    @response_schema(referrals.ReceivedReferralSchema(), "getReceivedReferral", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str) -> Answer:
        """Read a referral that your organisation received, and what it reported."""
        return _received_answer(session, me, reference_in(referral_id))


@received.route("/<referral_id>/files/<file_id>")
class ReceivedFile(Resource):
    @officer_may(REFERRAL, rights.Act.ANSWER)
    @response_file("downloadReceivedFile", (404,))
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str, file_id: str) -> File:
        """Download a file of a referral: the clean copy, without place and device.

        Each time is on record. Its name stands in the referral.
        """
        reference = reference_in(file_id)
        call, referral = party_call(session, me), reference_in(referral_id)
        kind, _, body = portal.read_file(call, sealer(), store(), referral, reference)
        return file_of(body, f"{reference}.{ENDINGS[kind]}")


def _received_answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
    return written_answer(RECEIVED_REFERRAL, portal.read(party_call(session, me), sealer(), reference))


RECEIVED_ANSWERED = Answered(referrals.ReceivedReferralSchema(), _received_answer)
serve_acts(received, "/<referral_id>", referral_acts.RECEIVED, RECEIVED_ANSWERED)


identities = Namespace("referrals", path="/waiting-identities")

IDENTITY = rights.Resource.IDENTITY


@identities.route("")
class WaitingIdentities(Resource):
    @officer_may(IDENTITY, rights.Act.APPROVE)
    @response_schema(referrals.WaitingIdentitiesSchema(), "listWaitingIdentities", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List referrals that wait for a decision on the complainant's name, with the message that asks for it.

        Reading it is on record. It does not say who the complainant is.
        """
        found = queries.fetch_waiting_identities(custodian_call(session, me), sealer())
        return Answer({"items": [_WAITING.write(one) for one in found]})


@identities.route("/<referral_id>/decide")
class IdentityDecision(Resource):
    @officer_may(IDENTITY, rights.Act.APPROVE, versioned=True)
    @request_schema(referrals.IdentityDecisionSchema(), body=True)
    @no_content_response("decideWaitingIdentity", (404, 409, 413, 415))
    def post(
        self, session: Session, me: AuthenticatedOfficer, version: int, referral_id: str, *, is_approved: bool
    ) -> None:
        """Decide whether the complainant's name and safe contact go along. The referral's proposer may not."""
        reference = referral_acts.find_referral(session, me, referral_id)
        call = custodian_call(session, me, version)
        actions.decide_identity(call, sealer(), reference, is_approved=is_approved)


_TRANSFER_SUMMARY = referrals.TransferSummarySchema.of(transfer_queries.Listed)
_TRANSFER = referrals.TransferSchema.of(transfer_queries.TransferView)
_UNIT = referrals.UnitNameSchema.of(Unit)

transfers = Namespace("transfers", path="/")

TRANSFER = rights.Resource.TRANSFER


def _transfer_answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
    call = officer_call(session, me, TRANSFER, rights.Act.READ)
    return written_answer(_TRANSFER, transfer_queries.read(call, sealer(), reference))


TRANSFER_ANSWERED = Answered(referrals.TransferSchema(), _transfer_answer, "/api/v1/transfers/{transfer_id}")


@transfers.route("/cases/<case_id>/transfers")
class CaseTransfers(Resource):
    @officer_may(TRANSFER, rights.Act.READ)
    @response_schema(referrals.CaseTransfersSchema(), "listCaseTransfers", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the transfers of a case, the units that can be asked to take it, and what keeps it with yours.

        The ETag is the case's version: a transfer is requested of the case as you read it.
        """
        _, case = case_acts.lock_case_for(session, me, TRANSFER, rights.Act.READ, case_id)
        call = officer_call(session, me, TRANSFER, rights.Act.READ)
        found = transfer_queries.fetch_of_case(call, sealer(), case.reference)
        payload = {
            "items": [_TRANSFER.write(one) for one in found],
            "units": [_UNIT.write(one) for one in receivers(session, me.standing.unit)],
            "lacking": why_not(session, case),
        }
        return Answer(payload, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/transfers", transfer_acts.IN_CASE, "new", TRANSFER_ANSWERED)


@transfers.route("/transfers")
class Transfers(Resource):
    @officer_may(TRANSFER, rights.Act.READ)
    @response_schema(referrals.TransfersSchema(), "listTransfers", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the transfers that your unit asks for or is asked for, what waits first; 100 at most.

        A case that your unit handed over stays in this list, with its number and no more.
        """
        found = transfer_queries.fetch_transfers(session, me.standing.unit)
        return Answer({"items": [_TRANSFER_SUMMARY.write(one) for one in found]})


@transfers.route("/transfers/<transfer_id>")
class OneTransfer(Resource):
    @officer_may(TRANSFER, rights.Act.READ)
    @response_schema(referrals.TransferSchema(), "getTransfer", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, transfer_id: str) -> Answer:
        """Read a transfer of a case of your unit, or one that your unit is asked to take: why, and how urgent it is."""
        return _transfer_answer(session, me, reference_in(transfer_id))


serve_acts(transfers, "/transfers/<transfer_id>", transfer_acts.ACTS, TRANSFER_ANSWERED)
serve_acts(transfers, "/transfers/<transfer_id>", transfer_acts.RECEIVED, TRANSFER_ANSWERED)
