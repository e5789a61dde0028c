"""Hearings by the API.

At the unit of the case: written, checked by another, served, closed. At the agency (`served`): what it is asked, its
answer, and the papers that go with it; nothing of a case is shown there.
"""

from typing import Any

from sqlalchemy.orm import Session

from registry.api.officers.endpoints import Answered, act_view, officer_may, serve_acts
from registry.api.restx import Namespace, Resource, created_response
from registry.complaints.attachments import actions, file_kinds
from registry.complaints.casework.queries import CleanFile, FileInCase
from registry.complaints.parties import models, steps
from registry.complaints.parties.hearings import files, portal, queries
from registry.core.clock import now
from registry.http.complaint_services import build_sent_file, sealer, store, upload_services
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, File, etag, file_of
from registry.http.schemas import no_content_response, request_file, response_file, response_schema, written_answer
from registry.http.transaction import writing
from registry.http.uploads import one_of_few
from registry.officer_acts import case_acts, hearing_acts
from registry.officer_acts.permissions import acting_for_party, officer_call, party_call, reference_in
from registry.officers import rights
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import HearingState
from schemas import hearings
from schemas.mailbox import AttachmentSentSchema

_SUMMARY = hearings.HearingSummarySchema.of(models.Hearing)
_HEARING = hearings.HearingSchema.of(
    queries.HearingView, inherited="hearing", computed=["ways"], files=FileInCase, reprisal=queries.Reprisal
)
_LISTED = hearings.ServedHearingSummarySchema.of(portal.Listed)

ns = Namespace("hearings", path="/")

HEARING = rights.Resource.HEARING
ADDRESS = "/hearings/<hearing_id>"


def _answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
    view = hearing_acts.read_hearing(session, me, reference)
    ways = [{"to": state, "lacking": view.ways[state]} for state in HearingState if state in view.ways]
    return written_answer(_HEARING, view, ways=ways)


ANSWERED = Answered(hearings.HearingSchema(), _answer, "/api/v1/hearings/{hearing_id}")


@ns.route("/cases/<case_id>/hearings")
class CaseHearings(Resource):
    @officer_may(HEARING, rights.Act.READ)
    @response_schema(hearings.HearingsSchema(), "listHearings", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, case_id: str) -> Answer:
        """List the hearings of a case, the latest first.

        The ETag is the case's version: a hearing is drafted in the case as you read it.
        """
        officer, case = case_acts.lock_case_for(session, me, HEARING, rights.Act.READ, case_id)
        found = steps.fetch_of_case(session, models.Hearing, officer, case.reference)
        return Answer({"items": [_SUMMARY.write(one) for one in found]}, headers=(etag(case.version),))

    post = act_view("/cases/<case_id>/hearings", hearing_acts.IN_CASE, "new", ANSWERED)


@ns.route(ADDRESS)
class OneHearing(Resource):
    @officer_may(HEARING, rights.Act.READ)
    @response_schema(hearings.HearingSchema(), "getHearing", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str) -> Answer:
        """Read a hearing with all that its agency reads, and the moves open to you."""
        return _answer(session, me, hearing_acts.find_hearing(session, me, hearing_id))

    put = act_view(ADDRESS, hearing_acts.ACTS, "edit", ANSWERED)


serve_acts(ns, ADDRESS, hearing_acts.ACTS, ANSWERED, exclude=("edit",))


served = Namespace("hearings", path="/served-hearings")


@served.route("")
class ServedHearings(Resource):
    @officer_may(HEARING, rights.Act.ANSWER)
    @response_schema(hearings.ServedHearingsSchema(), "listServedHearings", cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer) -> Answer:
        """List the hearings of your agency."""
        found = portal.fetch_served(session, me.standing.unit, now())
        return Answer({"items": [_LISTED.write(one) for one in found]})


@served.route("/<hearing_id>")
class ServedHearing(Resource):
    @officer_may(HEARING, rights.Act.ANSWER)
    @response_schema(hearings.ServedHearingSchema(), "getServedHearing", (404,), cacheable=False)
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str) -> Answer:
        """Read a hearing of your agency, and its answer."""
        return _served_answer(session, me, reference_in(hearing_id))


def _served_answer(session: Session, me: AuthenticatedOfficer, reference: str, _: object = None) -> Answer:
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
        "files": [_PAPER.write(one) for one in payload.files],
        "keeps_originals": payload.keeps_originals,
        "version": payload.version,
    }
    return Answer(value, headers=(etag(payload.version),))


serve_acts(served, "/<hearing_id>", hearing_acts.ANSWERS, Answered(hearings.ServedHearingSchema(), _served_answer))

_PAPER = hearings.AgencyPaperSchema.of(FileInCase)

papers = Namespace("hearings", path="/")


@papers.route("/served-hearings/<hearing_id>/files")
class HandedFiles(Resource):
    # Its own transactions, for none is held while the store is waited for.
    @one_of_few()
    @officer_may(HEARING, rights.Act.ANSWER, reads=True)
    @request_file(file_kinds.MAX_BYTES)
    @created_response(AttachmentSentSchema(), "addAnswerFile", (404, 409, 413))
    def post(
        self,
        session: Session,
        me: AuthenticatedOfficer,
        hearing_id: str,
        body: bytes,
        name: str,
        idempotency_key: IdempotencyKey | None,
    ) -> Answer:
        """Upload a paper to your answer while you may answer, or to your objection while you may object.

        JPEG, PNG, WebP, HEIC, PDF, MP4, plain text, or sound (M4A, MP3, AMR, AAC, OGG, WebM, WAV, 3GP), told from
        the bytes; 20 MB, ten files and 80 MB for each.
        Officers see a copy without place and device once you have answered or objected. Where the custodian's key is not at
        hand that copy alone is kept, made while you wait. Idempotent with an Idempotency-Key.
        """
        file, member = build_sent_file(body, name, idempotency_key), acting_for_party(me)
        sent = files.add_file(upload_services(), sealer(), member, reference_in(hearing_id), file, now())
        return Answer({"attachment_id": sent.reference, "kind": sent.kind, "kept_on": sent.stored_on})


@papers.route("/served-hearings/<hearing_id>/files/<attachment_id>")
class HandedFile(Resource):
    # Its own transaction, for none is held while the store is waited for.
    @officer_may(HEARING, rights.Act.ANSWER, reads=True)
    @response_file("downloadAnswerFile", (404,))
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str, attachment_id: str) -> File:
        """Download your own paper as you sent it, before and after you have answered or objected.

        Where the copy without place and device alone was kept, or no original can be opened, it is that copy.
        """
        reference = reference_in(attachment_id)
        with writing() as own:
            fetch = files.find_own_file(party_call(own, me), sealer(), store(), reference_in(hearing_id), reference)
        return _saved(reference, fetch())

    @officer_may(HEARING, rights.Act.ANSWER)
    @no_content_response("removeAnswerFile", (404, 409))
    def delete(self, session: Session, me: AuthenticatedOfficer, hearing_id: str, attachment_id: str) -> None:
        """Delete a paper, before the answer or the objection is sent."""
        names = files.remove_file(party_call(session, me), reference_in(hearing_id), reference_in(attachment_id))
        actions.discard_if_possible(store(), names)


@papers.route("/hearings/<hearing_id>/files/<attachment_id>/copy")
class HandedFileCopy(Resource):
    @officer_may(HEARING, rights.Act.READ)
    @response_file("getAnswerFileCopy", (404,))
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str, attachment_id: str) -> File:
        """Download the clean copy of a paper, without place and device.

        Not found before the agency has sent what it goes with, and while there is no copy.
        """
        hearing, attachment = hearing_acts.find_hearing(session, me, hearing_id), reference_in(attachment_id)
        case = steps.find_case(session, models.Hearing, me.standing.unit, hearing)
        call = officer_call(session, me, HEARING, rights.Act.READ)
        return _saved(attachment, files.read_clean_copy(call, sealer(), store(), case, hearing, attachment))


def _saved(reference: str, file: CleanFile) -> File:
    return file_of(file.body, f"{reference}.{file.ending}")
