"""Hearings by the API.

At the unit of the case: written, checked by another, served, closed. At the agency (`served`): what it is asked, and its
answer; nothing of a case is shown there.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.agency_files import AGENCY_PAPER
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.parties.hearings import files, portal
from registry.complaints.parties.hearings.queries import HearingView, Reprisal
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import fetch_of_case
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer, etag
from registry.http.schemas import request_schema, response_schema, written_answer
from registry.officer_desk.acting import party_call, reference_in
from registry.officer_desk.case_acts import case_for
from registry.officer_desk.hearing_acts import ACTS, ANSWERS, IN_CASE, find_hearing, read_hearing
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import HearingState
from schemas.hearings import (
    HearingSchema,
    HearingsSchema,
    HearingSummarySchema,
    ServedHearingSchema,
    ServedHearingsSchema,
    ServedHearingSummarySchema,
)

_SUMMARY = HearingSummarySchema.of(Hearing)
_HEARING = HearingSchema.of(
    HearingView, inherited="hearing", computed=["ways"], files=files.HandedFile, reprisal=Reprisal
)
_LISTED = ServedHearingSummarySchema.of(portal.Listed)

ns = Namespace("hearings", path="/")

HEARING = rights.Resource.HEARING
ADDRESS = "/hearings/<hearing_id>"

ANSWERED = Answered(
    HearingSchema(),
    lambda session, me, reference, _: _answer(session, me, reference),
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
        found = fetch_of_case(session, Hearing, officer, case.reference)
        return Answer({"items": [_SUMMARY.write(one) for one in found]}, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/hearings", IN_CASE, IN_CASE["new"], ANSWERED)


@ns.route(ADDRESS)
class OneHearing(Resource):
    @officer_may(HEARING, Act.READ)
    @request_schema()
    @response_schema(HearingSchema(), "getHearing", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str) -> Answer:
        """Read a hearing with all that its agency reads, and the moves open to you."""
        return _answer(session, me, find_hearing(session, me, hearing_id))

    put = act_view(ADDRESS, ACTS, ACTS["edit"], ANSWERED)


serve_acts(ns, ADDRESS, ACTS, ANSWERED, exclude=("edit",))


def _answer(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    view = read_hearing(session, me, reference)
    ways = [{"to": state, "lacking": view.ways[state]} for state in HearingState if state in view.ways]
    return written_answer(_HEARING, view, ways=ways)


served = Namespace("hearings", path="/served-hearings")


@served.route("")
class ServedHearings(Resource):
    @officer_may(HEARING, Act.ANSWER)
    @request_schema()
    @response_schema(ServedHearingsSchema(), "listServedHearings", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the hearings of your agency."""
        found = portal.fetch_served(session, me.standing.unit, now().date())
        return Answer({"items": [_LISTED.write(one) for one in found]})


@served.route("/<hearing_id>")
class ServedHearing(Resource):
    @officer_may(HEARING, Act.ANSWER)
    @request_schema()
    @response_schema(ServedHearingSchema(), "getServedHearing", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str) -> Answer:
        """Read a hearing of your agency, and its answer."""
        return _served_answer(session, me, reference_in(hearing_id))


serve_acts(
    served, "/<hearing_id>", ANSWERS,
    Answered(ServedHearingSchema(), lambda session, me, reference, _: _served_answer(session, me, reference)),
)  # fmt: skip


def _served_answer(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    payload = portal.read(party_call(session, me), sealer(), reference)
    value: dict[str, Any] = {
        **_LISTED.write(payload.listed),
        "allegation": payload.allegation,
        "language": payload.language,
        "translation": payload.translation,
        "outcome_language": payload.outcome_language,
        "outcome_translation": payload.outcome_translation,
        "draft": payload.draft,
        "answer": payload.answer,
        "answered_on": payload.answered_on,
        "may_answer": payload.may_answer,
        "longer": payload.longer,
        "outcome": payload.outcome,
        "object_until": payload.object_until,
        "objection": payload.objection,
        "may_object": payload.may_object,
        "files": [AGENCY_PAPER.write(one) for one in payload.files],
        "keeps_originals": payload.keeps_originals,
        "version": payload.version,
    }
    return Answer(value, headers=(etag(payload.version),))
