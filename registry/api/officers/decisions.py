"""Decisions by the API: written by one officer, made or sent back by another. Versions are the case's."""

from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.case_access import case_for
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions, queries
from registry.complaints.casework.decisions.queries import ShownDecision
from registry.core.clock import now
from registry.core.errors import NotFound
from registry.http.complaint_services import sealer
from registry.http.query_reader import Once
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import reference_in
from registry.officer_desk.decision_words import decision_notice
from registry.officer_desk.drafts import drafted_once
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.supervision.sanctions.queries import resting_on
from registry.vocabulary.cases import DecisionOutcome
from schemas.sanctions import DecisionDraftSchema, DecisionSchema, DecisionsSchema, SendBackSchema

ns = Namespace("decisions", path="/cases/<case_id>/decisions")

DECISION = rights.Resource.DECISION
_ERRORS = (404, 409, 413, 415)


@ns.route("")
class Decisions(Resource):
    @officer_may(DECISION, Act.READ)
    @takes()
    @returns(DecisionsSchema(), "listDecisions", (404,), kept=False)
    def get(self, session: Session, me: Present, case_id: str) -> Answer:
        """List the decisions of a case, with their words.

        Reading them is on record. The ETag is the case's version: a draft is made the decision of the case as you read it.
        """
        officer, case = case_for(session, me, DECISION, Act.READ, case_id)
        _, found = queries.decisions_of(session, sealer(), officer, case.reference, now().date())
        return Answer({"items": [_shown(session, case, one) for one in found]}, headers=(etag(case.version),))

    @officer_may(DECISION, Act.PROPOSE, versioned=True)
    @takes(DecisionDraftSchema(), body=True, once=True)
    @returns(DecisionSchema(), "writeDecision", _ERRORS, status=HTTPStatus.CREATED)
    def post(
        self,
        session: Session,
        me: Present,
        version: int,
        case_id: str,
        outcome: DecisionOutcome,
        reasons: str,
        summary: str,
        object_days: int,
        once: Once | None,
    ) -> Answer:
        """Write the draft of a case's decision, or write it anew.

        Whoever ever wrote on it, or looked into the case, does not make it. With an Idempotency-Key it is written once, however
        often it is sent.
        """
        officer, case = case_for(session, me, DECISION, Act.PROPOSE, case_id)

        def write() -> str:
            return actions.write(
                session, sealer(), officer, case.reference, outcome, now(),
                reasons=reasons, summary=summary, object_days=object_days, version=version,
            ).reference  # fmt: skip

        return _one(session, officer, drafted_once(session, me, f"decision in {case.reference}", once, write))


@ns.route("/<decision_id>/make")
class Making(Resource):
    @officer_may(DECISION, Act.APPROVE, versioned=True)
    @takes()
    @returns(DecisionSchema(), "makeDecision", (404, 409))
    def post(self, session: Session, me: Present, version: int, case_id: str, decision_id: str) -> Answer:
        """Decide as drafted.

        The case moves, and whoever complained reads of it and of the right to object, in her language.
        """
        officer, case = case_for(session, me, DECISION, Act.APPROVE, case_id)
        reference = _of_case(session, officer, case, decision_id)
        actions.make(session, sealer(), officer, reference, decision_notice, now(), version=version)
        return _one(session, officer, reference)


@ns.route("/<decision_id>/send-back")
class SendingBack(Resource):
    @officer_may(DECISION, Act.APPROVE, versioned=True)
    @takes(SendBackSchema(), body=True)
    @returns(DecisionSchema(), "sendDecisionBack", _ERRORS)
    def post(self, session: Session, me: Present, version: int, case_id: str, decision_id: str, reason: str) -> Answer:
        """Have the case looked into again instead."""
        officer, case = case_for(session, me, DECISION, Act.APPROVE, case_id)
        reference = _of_case(session, officer, case, decision_id)
        actions.send_back(session, sealer(), officer, reference, now(), reason=reason, version=version)
        return _one(session, officer, reference)


def _of_case(session: Session, officer: Officer, case: Case, decision_id: str) -> str:
    """Raises NotFound for a decision of another case."""
    reference = reference_in(decision_id)
    found, _ = actions.lock_decision(session, officer, reference)
    if found.id != case.id:
        raise NotFound(f"there is no decision {reference} in this case")
    return reference


def _one(session: Session, officer: Officer, reference: str) -> Answer:
    case, shown = queries.decision_shown(session, sealer(), officer, reference, now().date())
    return Answer(_shown(session, case, shown), headers=(etag(case.version),))


def _shown(session: Session, case: Case, shown: ShownDecision) -> dict[str, Any]:
    one = shown.decision
    return {
        "decision_id": one.reference,
        "outcome": one.outcome,
        "state": one.state,
        "reasons": shown.reasons,
        "summary": shown.summary,
        "object_days": one.object_days,
        "object_until": one.object_until,
        "drafted_by": one.drafted_by,
        "drafted_on": one.drafted_on,
        "decided_by": one.decided_by,
        "decided_on": one.decided_on,
        "lacking": shown.lack,
        "sanctions": [sanction.reference for sanction in resting_on(session, one.reference)],
        "case_version": case.version,
    }
