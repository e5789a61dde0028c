"""Hearings by the API, at the unit of the case: written, checked by another, served, closed."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, act_view, serve_acts
from registry.api.officers.agency_files import file_shown
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.parties.hearings import queries
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.rules import By
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import acting
from registry.officer_desk.case_acts import case_for
from registry.officer_desk.hearing_acts import ACTS, IN_CASE, hearing_opened
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.vocabulary.cases import HearingState
from schemas.hearings import (
    HearingSchema,
    HearingsSchema,
)

ns = Namespace("hearings", path="/")

HEARING = rights.Resource.HEARING
ADDRESS = "/hearings/<hearing_id>"
_ERRORS = (404, 409, 413, 415)


ANSWERED = Answered(HearingSchema(), lambda session, me, reference, _: _shown(session, me, reference))


@ns.route("/cases/<case_id>/hearings")
class CaseHearings(Resource):
    @officer_may(HEARING, Act.READ)
    @takes()
    @returns(HearingsSchema(), "listHearings", (404,), kept=False)
    def get(self, session: Session, me: Present, case_id: str) -> Answer:
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
    @takes()
    @returns(HearingSchema(), "getHearing", (404,), kept=False)
    def get(self, session: Session, me: Present, hearing_id: str) -> Answer:
        """Read a hearing with all that its agency reads, and where you may take it."""
        return _shown(session, me, hearing_opened(session, me, hearing_id))

    put = act_view(ADDRESS, ACTS, ACTS["edit"], ANSWERED)


serve_acts(ns, ADDRESS, ACTS, ANSWERED, but=("edit",))


def _shown(session: Session, me: Present, reference: str) -> Answer:
    by = [one for one, act in ((By.OFFICER, Act.PROPOSE), (By.CHECKER, Act.APPROVE)) if me.standing.may(HEARING, act)]
    shown = queries.shown(session, sealer(), acting(me, HEARING, Act.READ), reference, now().date(), by)
    value: dict[str, Any] = {
        **_summary(shown.hearing),
        "case_id": shown.case.reference,
        "allegation": shown.allegation,
        "answer": shown.answer,
        "returned": shown.returned,
        "few": shown.few,
        "longer": shown.longer,
        "extended": shown.extended,
        "outcome": shown.outcome,
        "told_on": shown.hearing.told_on,
        "object_until": shown.hearing.object_until,
        "objection": shown.objection,
        "objected_on": shown.hearing.objected_on,
        "files": [file_shown(one) for one in shown.files],
        "reprisal": shown.reprisal._asdict(),
        "ways": [{"to": target, "lacking": lack} for target, lack in _in_order(shown.ways)],
    }
    return Answer(value, headers=(etag(shown.hearing.version),))


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
