"""Hearings by the API, at the unit of the case: written, checked by another, served, closed."""

from collections.abc import Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.agency_files import file_shown
from registry.api.officers.case_access import case_for
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.hearings import actions, after_answer, queries
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.rules import By
from registry.core.clock import now
from registry.core.ids import read_reference
from registry.http.complaint_services import sealer
from registry.http.query_reader import Once
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import acting, reference_in, require_no_interest
from registry.officer_desk.drafts import drafted_once
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from registry.vocabulary.cases import HearingState
from schemas.hearings import (
    AllegationSchema,
    HearingApprovalSchema,
    HearingDraftSchema,
    HearingLongerSchema,
    HearingOutcomeSchema,
    HearingReasonSchema,
    HearingSchema,
    HearingServiceSchema,
    HearingsSchema,
)

ns = Namespace("hearings", path="/")

HEARING = rights.Resource.HEARING
_ERRORS = (404, 409, 413, 415)


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

    @officer_may(HEARING, Act.PROPOSE, versioned=True)
    @takes(HearingDraftSchema(), body=True, once=True)
    @returns(HearingSchema(), "draftHearing", _ERRORS, status=HTTPStatus.CREATED)
    def post(
        self,
        session: Session,
        me: Present,
        version: int,
        case_id: str,
        allegation: str,
        once: Once | None,
        could_complain: int | None = None,
        agency_id: str | None = None,
    ) -> Answer:
        """Write down what an agency is to be asked.

        While the worker agrees that it is spoken to, and one hearing of a case at a time. With an Idempotency-Key it is drafted
        once, however often it is sent.
        """
        officer, case = case_for(session, me, HEARING, Act.PROPOSE, case_id)
        agency = None if agency_id is None else read_reference(agency_id) or agency_id
        require_no_interest(me, agency)

        def draft() -> str:
            return actions.draft(
                session, sealer(), officer, case.reference, allegation, now(),
                agency=agency, could_complain=could_complain, version=version,
            ).reference  # fmt: skip

        return _shown(session, me, drafted_once(session, me, f"hearing in {case.reference}", once, draft))


@ns.route("/hearings/<hearing_id>")
class OneHearing(Resource):
    @officer_may(HEARING, Act.READ)
    @takes()
    @returns(HearingSchema(), "getHearing", (404,), kept=False)
    def get(self, session: Session, me: Present, hearing_id: str) -> Answer:
        """Read a hearing with all that its agency reads, and where you may take it."""
        reference, _ = _open(session, me, hearing_id, Act.READ)
        return _shown(session, me, reference)

    @officer_may(HEARING, Act.PROPOSE, versioned=True)
    @takes(AllegationSchema(), body=True)
    @returns(HearingSchema(), "editHearing", _ERRORS)
    def put(
        self,
        session: Session,
        me: Present,
        version: int,
        hearing_id: str,
        allegation: str,
        could_complain: int | None = None,
    ) -> Answer:
        """Write a draft anew.

        Nobody but its writer does, so that it is known who the second person is.
        """
        return _done(
            session, me, hearing_id, Act.PROPOSE,
            lambda officer, reference: actions.edit(
                session, sealer(), officer, reference, allegation, now(), could_complain=could_complain, version=version
            ),
        )  # fmt: skip


@ns.route("/hearings/<hearing_id>/hand-in")
class HandingIn(Resource):
    @officer_may(HEARING, Act.PROPOSE, versioned=True)
    @takes()
    @returns(HearingSchema(), "handInHearing", (404, 409))
    def post(self, session: Session, me: Present, version: int, hearing_id: str) -> Answer:
        """Have a draft checked for reprisals by another person."""
        return _done(
            session, me, hearing_id, Act.PROPOSE,
            lambda officer, reference: actions.hand_in(session, sealer(), officer, reference, now(), version=version),
        )  # fmt: skip


@ns.route("/hearings/<hearing_id>/send-back")
class SendingBack(Resource):
    @officer_may(HEARING, Act.APPROVE, versioned=True)
    @takes(HearingReasonSchema(), body=True)
    @returns(HearingSchema(), "sendBackHearing", _ERRORS)
    def post(self, session: Session, me: Present, version: int, hearing_id: str, reason: str) -> Answer:
        """Send a text back that could tell who complained."""
        return _done(
            session, me, hearing_id, Act.APPROVE,
            lambda officer, reference: actions.send_back(
                session, sealer(), officer, reference, reason, now(), version=version
            ),
        )  # fmt: skip


@ns.route("/hearings/<hearing_id>/approve")
class Approving(Resource):
    @officer_may(HEARING, Act.APPROVE, versioned=True)
    @takes(HearingApprovalSchema(), body=True)
    @returns(HearingSchema(), "approveHearing", _ERRORS)
    def post(self, session: Session, me: Present, version: int, hearing_id: str, reason: str = "") -> Answer:
        """Approve what another wrote: it does not tell who complained.

        Where few could have complained, say why it may go.
        """
        return _done(
            session, me, hearing_id, Act.APPROVE,
            lambda officer, reference: actions.approve(
                session, sealer(), officer, reference, now(), reason=reason, version=version
            ),
        )  # fmt: skip


@ns.route("/hearings/<hearing_id>/serve")
class Serving(Resource):
    @officer_may(HEARING, Act.PROPOSE, versioned=True)
    @takes(HearingServiceSchema(), body=True)
    @returns(HearingSchema(), "serveHearing", _ERRORS)
    def post(self, session: Session, me: Present, version: int, hearing_id: str, answer_by: date) -> Answer:
        """Put what was approved to the agency, with a day by which it may answer.

        Its case is `agency_hearing` from now on.
        """
        return _done(
            session, me, hearing_id, Act.PROPOSE,
            lambda officer, reference: actions.serve(
                session, sealer(), officer, reference, answer_by, now(), version=version
            ),
        )  # fmt: skip


@ns.route("/hearings/<hearing_id>/close")
class Closing(Resource):
    @officer_may(HEARING, Act.PROPOSE, versioned=True)
    @takes()
    @returns(HearingSchema(), "closeHearing", (404, 409))
    def post(self, session: Session, me: Present, version: int, hearing_id: str) -> Answer:
        """Close a hearing that was answered or lapsed, or give another up.

        The agency reads it no longer.
        """
        return _done(
            session, me, hearing_id, Act.PROPOSE,
            lambda officer, reference: actions.close(session, sealer(), officer, reference, now(), version=version),
        )  # fmt: skip


@ns.route("/hearings/<hearing_id>/longer")
class GivingLonger(Resource):
    @officer_may(HEARING, Act.PROPOSE, versioned=True)
    @takes(HearingLongerSchema(), body=True)
    @returns(HearingSchema(), "giveLongerToAnswer", _ERRORS)
    def post(
        self, session: Session, me: Present, version: int, hearing_id: str, answer_by: date, reason: str
    ) -> Answer:
        """Set a later last day to answer, because the agency asked or you find it right."""
        return _done(
            session, me, hearing_id, Act.PROPOSE,
            lambda officer, reference: after_answer.give_longer(
                session, sealer(), officer, reference, answer_by, reason, now(), version=version
            ),
        )  # fmt: skip


@ns.route("/hearings/<hearing_id>/outcome")
class TellingOutcome(Resource):
    @officer_may(HEARING, Act.PROPOSE, versioned=True)
    @takes(HearingOutcomeSchema(), body=True)
    @returns(HearingSchema(), "tellHearingOutcome", _ERRORS)
    def post(
        self, session: Session, me: Present, version: int, hearing_id: str, outcome: str, object_days: int
    ) -> Answer:
        """Tell the agency what was decided, and until when it may object.

        Once, while the worker agrees that it is spoken to.
        """
        return _done(
            session, me, hearing_id, Act.PROPOSE,
            lambda officer, reference: after_answer.tell_outcome(
                session, sealer(), officer, reference, outcome, object_days, now(), version=version
            ),
        )  # fmt: skip


def _open(session: Session, me: Present, hearing_id: str, act: Act) -> tuple[str, Officer]:
    """The stored reference, and who acts. Raises NotFound for another unit's, Forbidden where he has an interest."""
    reference = reference_in(hearing_id)
    case = queries.case_behind(session, me.standing.unit, reference)
    for agency in (named_agency_id(sealer(), case), queries.accused(session, case, reference)):
        require_no_interest(me, agency)
    return reference, acting(me, HEARING, act)


def _done(
    session: Session, me: Present, hearing_id: str, act: Act, do: Callable[[Officer, str], object]
) -> Answer:  # fmt: skip
    reference, officer = _open(session, me, hearing_id, act)
    do(officer, reference)
    return _shown(session, me, reference)


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
