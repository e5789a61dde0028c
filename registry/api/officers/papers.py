"""Forms of paper by the API, as at /console/papers: begun by their number, typed in as far as one likes, sent once."""

from collections.abc import Mapping
from datetime import date
from http import HTTPStatus
from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.guard import etag, officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.case.questions import QUESTIONNAIRE
from registry.complaints.casework.actions import Officer
from registry.complaints.intake.paper_forms import actions
from registry.core.clock import now
from registry.http.complaint_services import sealer
from registry.http.responses import Answer
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.officer_desk.acting import acting, reference_in
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.complaints import MAX_OF_ANSWERS
from schemas.papers import (
    PaperAnswersSchema,
    PaperBeginningSchema,
    PaperFormSchema,
    PaperFormsSchema,
    PaperSentSchema,
)

ns = Namespace("papers", path="/paper-forms")

PAPER = rights.Resource.PAPER


@ns.route("")
class PaperForms(Resource):
    @officer_may(PAPER, Act.WRITE)
    @request_schema()
    @response_schema(PaperFormsSchema(), "listPaperForms", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List your unfinished paper forms, the oldest first. They are deleted 14 days after the last change."""
        found = actions.unfinished(session, _officer(me))
        items = [{"form_id": one.reference, "received_on": one.received_on, "saved_on": one.saved_on} for one in found]
        return Answer({"items": items})

    @officer_may(PAPER, Act.WRITE)
    @request_schema(PaperBeginningSchema(), body=True)
    @response_schema(
        PaperFormSchema(),
        "startPaperForm",
        (404, 409, 413, 415),
        status=HTTPStatus.CREATED,
        location="/api/v1/paper-forms/{form_id}",
    )
    def post(self, session: Session, me: AuthenticatedOfficer, number: str, received_on: date) -> Answer:
        """Start to type in a paper form, or resume one of yours.

        It is named by its printed number and the day on which it was handed in: 90 days back at most. A form that was
        typed in, or sent on the pages by the person who has its slip, is 409.
        """
        return _payload(session, me, actions.begin(session, sealer(), _officer(me), number, received_on, now()))


@ns.route("/<form_id>")
class OnePaperForm(Resource):
    @officer_may(PAPER, Act.WRITE)
    @request_schema()
    @response_schema(PaperFormSchema(), "getPaperForm", (404, 409), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, form_id: str) -> Answer:
        """Read a paper form so far. Identity is not read back: `hidden` says which of it was written."""
        return _payload(session, me, reference_in(form_id))

    @officer_may(PAPER, Act.WRITE, versioned=True)
    @request_schema(PaperAnswersSchema(), body=True, max_bytes=MAX_OF_ANSWERS)
    @response_schema(PaperFormSchema(), "updatePaperForm", (404, 409, 413, 415))
    def patch(
        self, session: Session, me: AuthenticatedOfficer, version: int, form_id: str, answers: Mapping[str, Any]
    ) -> Answer:
        """Save some answers of a paper form.

        Those not named stay as they are; null takes one back, but identity stays until it is typed anew. All faults are
        named at once, by the question's code, and then nothing was changed.
        """
        reference = reference_in(form_id)
        actions.save_page(session, sealer(), _officer(me), reference, answers, now().date(), version)
        return _payload(session, me, reference)

    @officer_may(PAPER, Act.WRITE, versioned=True)
    @request_schema()
    @no_content_response("discardPaperForm", (404, 409))
    def delete(self, session: Session, me: AuthenticatedOfficer, version: int, form_id: str) -> None:
        """Discard what was typed into the wrong paper form. Its number stays valid."""
        actions.drop(session, sealer(), _officer(me), reference_in(form_id), now().date(), version)


@ns.route("/<form_id>/send")
class PaperSending(Resource):
    @officer_may(PAPER, Act.WRITE, versioned=True)
    @request_schema()
    @response_schema(PaperSentSchema(), "submitPaperForm", (404, 409, 503))
    def post(self, session: Session, me: AuthenticatedOfficer, version: int, form_id: str) -> Answer:
        """Submit a paper form as a case of your unit, filed on the day on which the paper was handed in.

        Once: the number on the slip opens its mailbox from then on.
        """
        case = actions.send(session, sealer(), _officer(me), reference_in(form_id), now(), version)
        return Answer({"case_id": case.reference})


def _officer(me: AuthenticatedOfficer) -> Officer:
    return acting(me, PAPER, Act.WRITE)


def _payload(session: Session, me: AuthenticatedOfficer, reference: str) -> Answer:
    typed = actions.typed_so_far(session, sealer(), _officer(me), reference)
    value = {
        "form_id": typed.reference,
        "received_on": typed.form.received_on,
        "saved_on": typed.form.saved_on,
        "questionnaire": QUESTIONNAIRE.version,
        "answers": typed.answers,
        "hidden": sorted(typed.hidden),
        "left_out": typed.left_out,
        "version": typed.version,
    }
    return Answer(value, headers=(etag(typed.version),))
