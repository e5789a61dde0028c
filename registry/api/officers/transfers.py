"""Transfers of cases between units by the API: asked for where the case is, accepted or declined by the other unit."""

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.case.units import receivers
from registry.complaints.parties.transfers import queries
from registry.complaints.parties.transfers.actions import why_not
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, etag
from registry.http.schemas import response_schema
from registry.officer_acts.acting import officer_call, reference_in
from registry.officer_acts.case_acts import lock_case_for
from registry.officer_acts.transfer_acts import ACTS, IN_CASE, RECEIVED
from registry.officers import rights
from registry.officers.models import Unit
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas import referrals

_SUMMARY = referrals.TransferSummarySchema.of(queries.Listed)
_TRANSFER = referrals.TransferSchema.of(queries.TransferView)
_UNIT = referrals.UnitNameSchema.of(Unit)

ns = Namespace("transfers", path="/")

TRANSFER = rights.Resource.TRANSFER
ANSWERED = Answered(
    referrals.TransferSchema(),
    lambda session, me, reference, _: _answer(session, me, reference),
    "/api/v1/transfers/{transfer_id}",
)


@ns.route("/cases/<case_id>/transfers")
class CaseTransfers(Resource):
    @officer_may(TRANSFER, Act.READ)
    @response_schema(referrals.CaseTransfersSchema(), "listCaseTransfers", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the transfers of a case, the units that can be asked to take it, and what keeps it with yours.

        The ETag is the case's version: a transfer is requested of the case as you read it.
        """
        _, case = lock_case_for(session, me, TRANSFER, Act.READ, case_id)
        found = queries.fetch_of_case(officer_call(session, me, TRANSFER, Act.READ), sealer(), case.reference)
        payload = {
            "items": [_TRANSFER.write(one) for one in found],
            "units": [_UNIT.write(one) for one in receivers(session, me.standing.unit)],
            "lacking": why_not(session, case),
        }
        return Answer(payload, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/transfers", IN_CASE, IN_CASE["new"], ANSWERED)


@ns.route("/transfers")
class Transfers(Resource):
    @officer_may(TRANSFER, Act.READ)
    @response_schema(referrals.TransfersSchema(), "listTransfers", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the transfers that your unit asks for or is asked for, what waits first; 100 at most.

        A case that your unit handed over stays in this list, with its number and no more.
        """
        return Answer({"items": [_SUMMARY.write(one) for one in queries.fetch_transfers(session, me.standing.unit)]})


@ns.route("/transfers/<transfer_id>")
class OneTransfer(Resource):
    @officer_may(TRANSFER, Act.READ)
    @response_schema(referrals.TransferSchema(), "getTransfer", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, transfer_id: str) -> Answer:
        """Read a transfer of a case of your unit, or one that your unit is asked to take: why, and how urgent it is."""
        return _answer(session, me, reference_in(transfer_id))


serve_acts(ns, "/transfers/<transfer_id>", ACTS, ANSWERED)
serve_acts(ns, "/transfers/<transfer_id>", RECEIVED, ANSWERED)


def _answer(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    view = queries.read(officer_call(session, me, TRANSFER, Act.READ), sealer(), reference)
    return Answer(_TRANSFER.write(view), headers=(etag(view.transfer.version),))
