"""Hearings by the API, at the agency: what it is asked, and its answer. Nothing of a case is shown here."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.agency_files import file_shown
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.parties.hearings import portal
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import reference_in
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from schemas.hearings import HearingAnswerSchema, HearingLongerAskedSchema, ServedHearingSchema, ServedHearingsSchema

ns = Namespace("hearings", path="/served-hearings")

HEARING = rights.Resource.HEARING


@ns.route("")
class ServedHearings(Resource):
    @officer_may(HEARING, Act.ANSWER)
    @takes()
    @returns(ServedHearingsSchema(), "listServedHearings", kept=False)
    def get(self, session: Session, me: Present) -> Answer:
        """List what your agency is asked."""
        found = portal.served(session, me.standing.unit, now().date())
        return Answer({"items": [_listed(one) for one in found]})


@ns.route("/<hearing_id>")
class ServedHearing(Resource):
    @officer_may(HEARING, Act.ANSWER)
    @takes()
    @returns(ServedHearingSchema(), "getServedHearing", (404,), kept=False)
    def get(self, session: Session, me: Present, hearing_id: str) -> Answer:
        """Read what your agency is asked, and its answer."""
        return _shown(session, me, reference_in(hearing_id))


@ns.route("/<hearing_id>/draft")
class AnswerDraft(Resource):
    @officer_may(HEARING, Act.ANSWER, versioned=True)
    @takes(HearingAnswerSchema(), body=True)
    @returns(ServedHearingSchema(), "keepHearingAnswer", (404, 409, 413, 415))
    def put(self, session: Session, me: Present, version: int, hearing_id: str, text: str) -> Answer:
        """Keep an answer that is not finished."""
        return _done(session, me, version, hearing_id, text, portal.keep)


@ns.route("/<hearing_id>/answer")
class Answering(Resource):
    @officer_may(HEARING, Act.ANSWER, versioned=True)
    @takes(HearingAnswerSchema(), body=True)
    @returns(ServedHearingSchema(), "answerHearing", (404, 409, 413, 415))
    def post(self, session: Session, me: Present, version: int, hearing_id: str, text: str) -> Answer:
        """Answer, once and for good."""
        return _done(session, me, version, hearing_id, text, portal.answer)


@ns.route("/<hearing_id>/longer")
class AskingForLonger(Resource):
    @officer_may(HEARING, Act.ANSWER, versioned=True)
    @takes(HearingLongerAskedSchema(), body=True)
    @returns(ServedHearingSchema(), "askForLongerToAnswer", (404, 409, 413, 415))
    def post(self, session: Session, me: Present, version: int, hearing_id: str, text: str) -> Answer:
        """Ask for longer to answer.

        The last day stays until the authority sets another.
        """
        return _done(session, me, version, hearing_id, text, portal.ask_longer)


@ns.route("/<hearing_id>/objection")
class Objecting(Resource):
    @officer_may(HEARING, Act.ANSWER, versioned=True)
    @takes(HearingAnswerSchema(), body=True)
    @returns(ServedHearingSchema(), "objectToOutcome", (404, 409, 413, 415))
    def post(self, session: Session, me: Present, version: int, hearing_id: str, text: str) -> Answer:
        """Object to what was decided, once and until the day that you were told."""
        return _done(session, me, version, hearing_id, text, portal.object_to)


def _done(
    session: Session, me: Present, version: int, hearing_id: str, text: str, do: Callable[..., object]
) -> Answer:  # fmt: skip
    reference = reference_in(hearing_id)
    do(session, sealer(), me.standing.unit, me.officer.reference, reference, text, now(), version=version)
    return _shown(session, me, reference)


def _shown(session: Session, me: Present, reference: str) -> Answer:
    shown = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    value: dict[str, Any] = {
        **_listed(shown.listed),
        "allegation": shown.allegation,
        "draft": shown.draft,
        "answer": shown.answer,
        "answered_on": shown.answered_on,
        "may_answer": shown.may_answer,
        "longer": shown.longer,
        "outcome": shown.outcome,
        "object_until": shown.object_until,
        "objection": shown.objection,
        "may_object": shown.may_object,
        "files": [file_shown(one) for one in shown.files],
        "keeps_originals": shown.keeps_originals,
        "version": shown.version,
    }
    return Answer(value, headers=(etag(shown.version),))


def _listed(one: portal.Listed) -> dict[str, Any]:
    return {
        "hearing_id": one.reference,
        "state": one.state,
        "served_on": one.served_on,
        "answer_by": one.answer_by,
        "unit": dict(one.unit),
    }
