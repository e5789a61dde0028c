"""Referrals by the API, at the partner: what was handed to it, and its answer. Nothing else of the registry is its."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.guard import etag, officer_may
from registry.api.officers.referrals import handed_shown, reports_shown
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.file_kinds import ENDINGS
from registry.complaints.attachments.storage import store_of
from registry.complaints.parties.referrals import portal
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, File
from registry.http.schemas import BYTES, returns, returns_nothing, saves, takes
from registry.http.transaction import services
from registry.officer_desk.acting import reference_in
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from schemas.referrals import (
    ReceivedReferralSchema,
    ReceivedReferralsSchema,
    ReferralDeclineSchema,
    ReferralReportInSchema,
)

ns = Namespace("referrals", path="/received-referrals")

REFERRAL = rights.Resource.REFERRAL


@ns.route("")
class ReceivedReferrals(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @takes()
    @returns(ReceivedReferralsSchema(), "listReceivedReferrals", kept=False)
    def get(self, session: Session, me: Present) -> Answer:
        """List what was handed to your organisation."""
        found = portal.received(session, me.standing.unit, now().date())
        return Answer({"items": [_listed(one) for one in found]})


@ns.route("/<referral_id>")
class ReceivedReferral(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @takes()
    @returns(ReceivedReferralSchema(), "getReceivedReferral", (404,), kept=False)
    def get(self, session: Session, me: Present, referral_id: str) -> Answer:
        """Read what was handed to your organisation, and what it reported."""
        return _shown(session, me, reference_in(referral_id))


@ns.route("/<referral_id>/files/<file_id>")
class ReceivedFile(Resource):
    @officer_may(REFERRAL, Act.ANSWER)
    @takes()
    @saves("takeReceivedFile", (404,))
    def get(self, session: Session, me: Present, referral_id: str, file_id: str) -> File:
        """Save a file that was handed on: the clean copy, without place and device.

        Each time is on record. Its name stands in the referral.
        """
        store, reference = store_of(services().settings), reference_in(file_id)
        kind, _, body = portal.file(
            session, sealer(), store, me.standing.unit, me.officer.reference, reference_in(referral_id), reference,
            now().date(),
        )  # fmt: skip
        return File((body,), BYTES, f"{reference}.{ENDINGS[kind]}", len(body))


@ns.route("/<referral_id>/accept")
class Accepting(Resource):
    @officer_may(REFERRAL, Act.ANSWER, versioned=True)
    @takes()
    @returns(ReceivedReferralSchema(), "acceptReferral", (404, 409))
    def post(self, session: Session, me: Present, version: int, referral_id: str) -> Answer:
        """Take it on."""
        unit, who, reference = me.standing.unit, me.officer.reference, reference_in(referral_id)
        portal.accept(session, unit, who, reference, now(), version=version)
        return _shown(session, me, reference)


@ns.route("/<referral_id>/decline")
class Declining(Resource):
    @officer_may(REFERRAL, Act.ANSWER, versioned=True)
    @takes(ReferralDeclineSchema(), body=True)
    @returns_nothing("declineReferral", (404, 409, 413, 415))
    def post(self, session: Session, me: Present, version: int, referral_id: str, reason: str) -> None:
        """Decline it. It is closed to your organisation from then on."""
        unit, who, reference = me.standing.unit, me.officer.reference, reference_in(referral_id)
        portal.decline(session, sealer(), unit, who, reference, reason, now(), version=version)


@ns.route("/<referral_id>/reports")
class Reporting(Resource):
    @officer_may(REFERRAL, Act.ANSWER, versioned=True)
    @takes(ReferralReportInSchema(), body=True)
    @returns(ReceivedReferralSchema(), "reportReferral", (404, 409, 413, 415))
    def post(
        self, session: Session, me: Present, version: int, referral_id: str, text: str, *, is_done: bool
    ) -> Answer:  # fmt: skip
        """Report what was done, as often as there is something."""
        unit, who, reference = me.standing.unit, me.officer.reference, reference_in(referral_id)
        portal.report(session, sealer(), unit, who, reference, text, now(), is_done=is_done, version=version)
        return _shown(session, me, reference)


def _shown(session: Session, me: Present, reference: str) -> Answer:
    found = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    value: dict[str, Any] = {
        **_listed(found.listed),
        "handed": handed_shown(found.handed),
        "identity": found.identity,
        "reports": reports_shown(found.reports),
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
