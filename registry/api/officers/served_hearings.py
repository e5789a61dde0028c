"""Hearings by the API, at the agency: what it is asked, and its answer. Nothing of a case is shown here."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.agency_files import file_shown
from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.parties.hearings import portal
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import returns, takes
from registry.officer_desk.acting import reference_in
from registry.officer_desk.hearing_acts import ANSWERS
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import Present
from schemas.hearings import ServedHearingSchema, ServedHearingsSchema

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


serve_acts(
    ns, "/<hearing_id>", ANSWERS,
    Answered(ServedHearingSchema(), lambda session, me, reference, _: _shown(session, me, reference)),
)  # fmt: skip


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
