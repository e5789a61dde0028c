"""Decisions by the API: written by one officer, made or sent back by another. Versions are the case's."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.case.models import Case
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import queries
from registry.complaints.casework.decisions.queries import ShownDecision
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import acting
from registry.officer_desk.case_acts import case_for
from registry.officer_desk.decision_acts import ACTS, IN_CASE
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.supervision.sanctions.queries import resting_on
from schemas.sanctions import DecisionSchema, DecisionsSchema

ns = Namespace("decisions", path="/cases/<case_id>/decisions")

DECISION = rights.Resource.DECISION
_DECISION = DecisionSchema.of(ShownDecision, computed=["sanctions", "case_version"])


def _written(session: Session, me: AuthenticatedOfficer, reference: str, _: object) -> Answer:
    return _decision_answer(session, acting(me, DECISION, Act.PROPOSE), reference)


@ns.route("")
class Decisions(Resource):
    @officer_may(DECISION, Act.READ)
    @request_schema()
    @response_schema(DecisionsSchema(), "listDecisions", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the decisions of a case, with their texts.

        Reading them is on record. The ETag is the case's version: a draft is made the decision of the case as you read it.
        """
        officer, case = case_for(session, me, DECISION, Act.READ, case_id)
        _, found = queries.decisions_of(session, sealer(), officer, case.reference, now().date())
        return Answer({"items": [_payload(session, case, one) for one in found]}, headers=(etag(case.version),))

    post = act_view(ns.path, IN_CASE, IN_CASE["decision"], Answered(DecisionSchema(), _written))


def _answer_after_act(session: Session, me: AuthenticatedOfficer, reference: str, _: object) -> Answer:
    return _decision_answer(session, acting(me, DECISION, Act.APPROVE), reference)


serve_acts(ns, "/<decision_id>", ACTS, Answered(DecisionSchema(), _answer_after_act))


def _decision_answer(session: Session, officer: Officer, reference: str) -> Answer:
    case, payload = queries.decision_view(session, sealer(), officer, reference, now().date())
    return Answer(_payload(session, case, payload), headers=(etag(case.version),))


def _payload(session: Session, case: Case, payload: ShownDecision) -> dict[str, Any]:
    sanctions = [sanction.reference for sanction in resting_on(session, payload.decision.reference)]
    return _DECISION.write(payload, sanctions=sanctions, case_version=case.version)
