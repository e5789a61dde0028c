"""Referrals by the API, at the partner: what was handed to it, and its answer. Nothing else of the registry is its."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.officers.referrals import handed_payload, reports_payload
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import etag
from registry.complaints.attachments.file_kinds import ENDINGS
from registry.complaints.attachments.storage import store_of
from registry.complaints.parties.referrals import portal
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, File
from registry.http.schemas import BYTES, request_schema, response_file, response_schema
from registry.http.transaction import services
from registry.officer_desk.acting import reference_in
from registry.officer_desk.referral_acts import RECEIVED
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.referrals import (
    ReceivedReferralSchema,
    ReceivedReferralsSchema,
)

ns = Namespace("referrals", path="/received-referrals")

REFERRAL = rights.Resource.REFERRAL


@ns.route("")
class ReceivedReferrals(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @request_schema()
    @response_schema(ReceivedReferralsSchema(), "listReceivedReferrals", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the referrals that your organisation received."""
        found = portal.received(session, me.standing.unit, now().date())
        return Answer({"items": [_listed(one) for one in found]})


@ns.route("/<referral_id>")
class ReceivedReferral(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @request_schema()
    @response_schema(ReceivedReferralSchema(), "getReceivedReferral", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str) -> Answer:
        """Read a referral that your organisation received, and what it reported."""
        return _payload(session, me, reference_in(referral_id))


@ns.route("/<referral_id>/files/<file_id>")
class ReceivedFile(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @request_schema()
    @response_file("downloadReceivedFile", (404,))
    def get(self, session: Session, me: AuthenticatedOfficer, referral_id: str, file_id: str) -> File:
        """Download a file of a referral: the clean copy, without place and device.

        Each time is on record. Its name stands in the referral.
        """
        store, reference = store_of(services().settings), reference_in(file_id)
        kind, _, body = portal.file(
            session, sealer(), store, me.standing.unit, me.officer.reference, reference_in(referral_id), reference,
            now().date(),
        )  # fmt: skip
        return File((body,), BYTES, f"{reference}.{ENDINGS[kind]}", len(body))


serve_acts(
    ns, "/<referral_id>", RECEIVED,
    Answered(ReceivedReferralSchema(), lambda session, me, reference, _: _payload(session, me, reference)),
)  # fmt: skip


def _payload(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    found = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    value: dict[str, Any] = {
        **_listed(found.listed),
        "handed": handed_payload(found.handed),
        "identity": found.identity,
        "reports": reports_payload(found.reports),
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
