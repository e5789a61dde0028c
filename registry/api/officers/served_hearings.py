"""Hearings by the API, at the agency: what it is asked, and its answer. Nothing of a case is shown here."""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.acts import Answered, serve_acts
from registry.api.officers.agency_files import file_payload
from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.api.write_headers import etag
from registry.complaints.parties.hearings import portal
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import request_schema, response_schema
from registry.officer_desk.acting import reference_in
from registry.officer_desk.hearing_acts import ANSWERS
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.hearings import ServedHearingSchema, ServedHearingsSchema

ns = Namespace("hearings", path="/served-hearings")

HEARING = rights.Resource.HEARING


@ns.route("")
class ServedHearings(Resource):
    @officer_may(HEARING, Act.ANSWER)
    @request_schema()
    @response_schema(ServedHearingsSchema(), "listServedHearings", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the hearings of your agency."""
        found = portal.served(session, me.standing.unit, now().date())
        return Answer({"items": [_listed(one) for one in found]})


@ns.route("/<hearing_id>")
class ServedHearing(Resource):
    @officer_may(HEARING, Act.ANSWER)
    @request_schema()
    @response_schema(ServedHearingSchema(), "getServedHearing", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str) -> Answer:
        """Read a hearing of your agency, and its answer."""
        return _payload(session, me, reference_in(hearing_id))


serve_acts(
    ns, "/<hearing_id>", ANSWERS,
    Answered(ServedHearingSchema(), lambda session, me, reference, _: _payload(session, me, reference)),
)  # fmt: skip


def _payload(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    payload = portal.read(session, sealer(), me.standing.unit, me.officer.reference, reference, now().date())
    value: dict[str, Any] = {
        **_listed(payload.listed),
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
        "files": [file_payload(one) for one in payload.files],
        "keeps_originals": payload.keeps_originals,
        "version": payload.version,
    }
    return Answer(value, headers=(etag(payload.version),))


def _listed(one: portal.Listed) -> dict[str, Any]:
    return {
        "hearing_id": one.reference,
        "state": one.state,
        "served_on": one.served_on,
        "answer_by": one.answer_by,
        "unit": dict(one.unit),
    }
