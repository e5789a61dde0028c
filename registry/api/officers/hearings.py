"""Hearings by the API, at the unit of the case: written, checked by another, served, closed."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.agency_files import file_payload
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import etag
from registry.complaints.parties.hearings import queries
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.rules import By
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import acting
from registry.officer_desk.case_acts import case_for
from registry.officer_desk.hearing_acts import ACTS, IN_CASE, hearing_opened
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import HearingState
from schemas.hearings import (
    HearingSchema,
    HearingsSchema,
)

ns = Namespace("hearings", path="/")

HEARING = rights.Resource.HEARING
ADDRESS = "/hearings/<hearing_id>"
_ERRORS = (404, 409, 413, 415)


ANSWERED = Answered(
    HearingSchema(),
    lambda session, me, reference, _: _payload(session, me, reference),
    "/api/v1/hearings/{hearing_id}",
)


@ns.route("/cases/<case_id>/hearings")
class CaseHearings(Resource):
    @officer_may(HEARING, Act.READ)
    @request_schema()
    @response_schema(HearingsSchema(), "listHearings", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the hearings of a case, the latest first.

        The ETag is the case's version: a hearing is drafted in the case as you read it.
        """
        officer, case = case_for(session, me, HEARING, Act.READ, case_id)
        _, found = queries.hearings_of(session, officer, case.reference)
        return Answer({"items": [_summary(one) for one in found]}, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/hearings", IN_CASE, IN_CASE["new"], ANSWERED)


@ns.route(ADDRESS)
class OneHearing(Resource):
    @officer_may(HEARING, Act.READ)
    @request_schema()
    @response_schema(HearingSchema(), "getHearing", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str) -> Answer:
        """Read a hearing with all that its agency reads, and the moves open to you."""
        return _payload(session, me, hearing_opened(session, me, hearing_id))

    put = act_view(ADDRESS, ACTS, ACTS["edit"], ANSWERED)


serve_acts(ns, ADDRESS, ACTS, ANSWERED, exclude=("edit",))


def _payload(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    by = [one for one, act in ((By.OFFICER, Act.PROPOSE), (By.CHECKER, Act.APPROVE)) if me.standing.may(HEARING, act)]
    payload = queries.hearing_view(session, sealer(), acting(me, HEARING, Act.READ), reference, now().date(), by)
    value: dict[str, Any] = {
        **_summary(payload.hearing),
        "case_id": payload.case.reference,
        "allegation": payload.allegation,
        "language": payload.hearing.language,
        "translation": payload.translation,
        "reads": list(payload.reads),
        "answer": payload.answer,
        "returned": payload.returned,
        "few": payload.few,
        "longer": payload.longer,
        "extended": payload.extended,
        "outcome": payload.outcome,
        "outcome_language": payload.hearing.outcome_language,
        "outcome_translation": payload.outcome_translation,
        "told_on": payload.hearing.told_on,
        "object_until": payload.hearing.object_until,
        "objection": payload.objection,
        "objected_on": payload.hearing.objected_on,
        "files": [file_payload(one) for one in payload.files],
        "reprisal": payload.reprisal._asdict(),
        "ways": [{"to": target, "lacking": lack} for target, lack in _in_order(payload.ways)],
    }
    return Answer(value, headers=(etag(payload.hearing.version),))


def _in_order(ways: Any) -> list[tuple[HearingState, str | None]]:
    return [(state, ways[state]) for state in HearingState if state in ways]


def _summary(hearing: Hearing) -> dict[str, Any]:
    return {
        "hearing_id": hearing.reference,
        "agency_id": hearing.agency,
        "state": hearing.state,
        "drafted_by": hearing.drafted_by,
        "drafted_on": hearing.drafted_on,
        "checked_by": hearing.checked_by,
        "checked_on": hearing.checked_on,
        "served_by": hearing.served_by,
        "served_on": hearing.served_on,
        "answer_by": hearing.answer_by,
        "answered_on": hearing.answered_on,
        "ended_on": hearing.ended_on,
        "ended_because": hearing.ended_because,
        "version": hearing.version,
    }
