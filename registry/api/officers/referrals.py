"""Referrals by the API, at the unit of the case: proposed, consented or overridden, sent, taken back."""

from collections.abc import Callable, Sequence
from datetime import date
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.case_access import case_for
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.referrals import actions, queries
from registry.complaints.parties.referrals.content import Choice, Handed
from registry.complaints.parties.referrals.models import Referral
from registry.complaints.parties.referrals.portal import Report
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.query_reader import Once
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import acting, reference_in, require_no_interest
from registry.officer_desk.drafts import drafted_once
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.vocabulary.cases import ReferralState
from schemas.referrals import ReferralOverrideSchema, ReferralProposalSchema, ReferralSchema, ReferralsSchema

ns = Namespace("referrals", path="/")

REFERRAL = rights.Resource.REFERRAL


@ns.route("/cases/<case_id>/referrals")
class CaseReferrals(Resource):
    @officer_may(REFERRAL, Act.READ)
    @takes()
    @returns(ReferralsSchema(), "listReferrals", (404,), kept=False)
    def get(self, session: Session, me: Present, case_id: str) -> Answer:
        """List the referrals of a case, the latest first.

        The ETag is the case's version: a referral is proposed of the case as you read it.
        """
        officer, case = case_for(session, me, REFERRAL, Act.READ, case_id)
        _, found = queries.referrals_of(session, officer, case.reference)
        return Answer({"items": [_summary(one) for one in found]}, headers=(etag(case.version),))

    @officer_may(REFERRAL, Act.PROPOSE, versioned=True)
    @takes(ReferralProposalSchema(), body=True, once=True)
    @returns(ReferralSchema(), "proposeReferral", (404, 409, 413, 415), status=HTTPStatus.CREATED)
    def post(
        self,
        session: Session,
        me: Present,
        version: int,
        case_id: str,
        partner: str,
        expires_on: date,
        answers: Sequence[str],
        messages: Sequence[str],
        files: Sequence[str],
        once: Once | None,
        note: str = "",
        identity_said_in: str | None = None,
    ) -> Answer:
        """Choose what of a case a partner is to read.

        It is copied and sealed now; that copy goes. Where she agrees already, it is consented at once. With an Idempotency-Key it
        is proposed once, however often it is sent.
        """
        officer, case = case_for(session, me, REFERRAL, Act.PROPOSE, case_id)

        def propose() -> str:
            return actions.propose(
                session, sealer(), officer, case.reference, partner, Choice(answers, messages, files), now(),
                note=note, expires_on=expires_on, identity_said_in=identity_said_in, version=version,
            ).reference  # fmt: skip

        return _shown(session, me, drafted_once(session, me, f"referral in {case.reference}", once, propose))


@ns.route("/referrals/<referral_id>")
class OneReferral(Resource):
    @officer_may(REFERRAL, Act.READ)
    @takes()
    @returns(ReferralSchema(), "getReferral", (404,), kept=False)
    def get(self, session: Session, me: Present, referral_id: str) -> Answer:
        """Read a referral with all that its partner reads, and where you may take it."""
        reference, _ = _open(session, me, referral_id, Act.READ)
        return _shown(session, me, reference)


@ns.route("/referrals/<referral_id>/consent")
class Consent(Resource):
    @officer_may(REFERRAL, Act.PROPOSE, versioned=True)
    @takes()
    @returns(ReferralSchema(), "findReferralConsent", (404, 409))
    def post(self, session: Session, me: Present, version: int, referral_id: str) -> Answer:
        """Say that she has agreed since it was proposed."""
        return _done(
            session, me, referral_id, Act.PROPOSE,
            lambda officer, reference: actions.find_consent(session, officer, reference, now(), version=version),
        )  # fmt: skip


@ns.route("/referrals/<referral_id>/override")
class Override(Resource):
    @officer_may(REFERRAL, Act.APPROVE, versioned=True)
    @takes(ReferralOverrideSchema(), body=True)
    @returns(ReferralSchema(), "overrideReferral", (404, 409, 413, 415))
    def post(self, session: Session, me: Present, version: int, referral_id: str, legal_basis: str) -> Answer:
        """Hand on without her consent.

        In a case of P0, by another than who proposed it, with the law that asks for it. Nothing overrides her consent to tell
        an authority in China.
        """
        return _done(
            session, me, referral_id, Act.APPROVE,
            lambda officer, reference: actions.override(
                session, sealer(), officer, reference, legal_basis, now(), version=version
            ),
        )  # fmt: skip


@ns.route("/referrals/<referral_id>/send")
class Sending(Resource):
    @officer_may(REFERRAL, Act.PROPOSE, versioned=True)
    @takes()
    @returns(ReferralSchema(), "sendReferral", (404, 409))
    def post(self, session: Session, me: Present, version: int, referral_id: str) -> Answer:
        """Give the partner the key to what was proposed."""
        return _done(
            session, me, referral_id, Act.PROPOSE,
            lambda officer, reference: actions.send(session, sealer(), officer, reference, now(), version=version),
        )  # fmt: skip


@ns.route("/referrals/<referral_id>/take-back")
class TakingBack(Resource):
    @officer_may(REFERRAL, Act.PROPOSE, versioned=True)
    @takes()
    @returns(ReferralSchema(), "takeBackReferral", (404, 409))
    def post(self, session: Session, me: Present, version: int, referral_id: str) -> Answer:
        """Stop what was not sent, close what was."""
        return _done(
            session, me, referral_id, Act.PROPOSE,
            lambda officer, reference: actions.take_back(session, sealer(), officer, reference, now(), version=version),
        )  # fmt: skip


def handed_shown(handed: Handed) -> dict[str, Any]:
    """What a partner reads. The key of a file stays here."""
    return {
        "note": handed.note,
        "answers": [{"by": one.by, "question": one.question, "value": one.value} for one in handed.answers],
        "messages": [{"author": one.author, "text": one.text} for one in handed.messages],
        "files": [{"file_id": one.reference, "name": one.name, "kind": one.kind} for one in handed.files],
    }


def reports_shown(reports: Sequence[Report]) -> list[dict[str, Any]]:
    return [{"written_by": one.written_by, "written_on": one.written_on, "text": one.text} for one in reports]


def _open(session: Session, me: Present, referral_id: str, act: Act) -> tuple[str, Officer]:
    """The stored reference, and who acts. Raises NotFound for another unit's, Forbidden where he has an interest."""
    reference = reference_in(referral_id)
    case = queries.case_behind(session, me.standing.unit, reference)
    require_no_interest(me, named_agency_id(sealer(), case))
    return reference, acting(me, REFERRAL, act)


def _done(
    session: Session, me: Present, referral_id: str, act: Act, do: Callable[[Officer, str], object]
) -> Answer:  # fmt: skip
    reference, officer = _open(session, me, referral_id, act)
    do(officer, reference)
    return _shown(session, me, reference)


def _shown(session: Session, me: Present, reference: str) -> Answer:
    act = Act.APPROVE if me.standing.may(REFERRAL, Act.APPROVE) else Act.READ
    shown = queries.shown(session, sealer(), acting(me, REFERRAL, act), reference, now().date())
    value: dict[str, Any] = {
        **_summary(shown.referral),
        "case_id": shown.case.reference,
        "handed": handed_shown(shown.handed),
        "is_consented": shown.is_consented,
        "legal_basis": shown.legal_basis,
        "reason": shown.reason,
        "reports": reports_shown(shown.reports),
        "ways": [{"to": state, "lacking": shown.ways[state]} for state in ReferralState if state in shown.ways],
    }
    return Answer(value, headers=(etag(shown.referral.version),))


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
