"""An agency's papers by the API: sent, saved again and removed by the agency, copies saved by the unit of the case."""

from contextlib import suppress
from http import HTTPStatus

from sqlalchemy.orm import Session

from registry.api.officers.guard import officer_may
from registry.api.restx import Namespace, Resource
from registry.complaints.attachments.actions import discard
from registry.complaints.attachments.file_kinds import MAX_BYTES
from registry.complaints.casework.queries import CleanFile
from registry.complaints.parties.hearings import files
from registry.complaints.parties.models import Hearing
from registry.complaints.parties.steps import find_case
from registry.core.clock import now
from registry.core.errors import FilesUnavailable
from registry.http.complaint_services import build_sent_file, sealer, store, upload_services
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, File
from registry.http.schemas import (
    BYTES,
    no_content_response,
    request_file,
    request_schema,
    response_file,
    response_schema,
)
from registry.http.transaction import writing
from registry.http.uploads import one_of_few
from registry.officer_desk.acting import acting_for_party, officer_call, party_call, reference_in
from registry.officer_desk.hearing_acts import find_hearing
from registry.officers import rights
from registry.officers.rights import Act
from registry.officers.sessions import AuthenticatedOfficer
from schemas.hearings import AgencyPaperSchema
from schemas.mailbox import AttachmentSentSchema

AGENCY_PAPER = AgencyPaperSchema.of(files.HandedFile)

ns = Namespace("hearings", path="/")

HEARING = rights.Resource.HEARING


@ns.route("/served-hearings/<hearing_id>/files")
class HandedFiles(Resource):
    # Its own transactions, for none is held while the store is waited for.
    @one_of_few()
    @officer_may(HEARING, Act.ANSWER, reads=True)
    @request_file(MAX_BYTES)
    @response_schema(AttachmentSentSchema(), "addAnswerFile", (404, 409, 413), status=HTTPStatus.CREATED)
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
        sent = files.add_file(
            upload_services(),
            sealer(),
            acting_for_party(me),
            reference_in(hearing_id),
            build_sent_file(body, name, idempotency_key),
            now(),
        )
        return Answer({"attachment_id": sent.reference, "kind": sent.kind, "kept_on": sent.stored_on})


@ns.route("/served-hearings/<hearing_id>/files/<attachment_id>")
class HandedFile(Resource):
    # Its own transaction, for none is held while the store is waited for.
    @officer_may(HEARING, Act.ANSWER, reads=True)
    @request_schema()
    @response_file("downloadAnswerFile", (404,))
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str, attachment_id: str) -> File:
        """Download your own paper as you sent it, before and after you have answered or objected.

        Where the copy without place and device alone was kept, or no original can be opened, it is that copy.
        """
        reference = reference_in(attachment_id)
        with writing() as own:
            fetch = files.find_own_file(party_call(own, me), sealer(), store(), reference_in(hearing_id), reference)
        return _saved(reference, fetch())

    @officer_may(HEARING, Act.ANSWER)
    @request_schema()
    @no_content_response("removeAnswerFile", (404, 409))
    def delete(self, session: Session, me: AuthenticatedOfficer, hearing_id: str, attachment_id: str) -> None:
        """Delete a paper, before the answer or the objection is sent."""
        names = files.remove_file(party_call(session, me), reference_in(hearing_id), reference_in(attachment_id))
        # What cannot be removed now is sealed under a key that is gone, and `registry cases reconcile` removes it.
        with suppress(FilesUnavailable):
            discard(store(), names)


@ns.route("/hearings/<hearing_id>/files/<attachment_id>/copy")
class HandedFileCopy(Resource):
    @officer_may(HEARING, Act.READ)
    @request_schema()
    @response_file("getAnswerFileCopy", (404,))
    def get(self, session: Session, me: AuthenticatedOfficer, hearing_id: str, attachment_id: str) -> File:
        """Download the clean copy of a paper, without place and device.

        Not found before the agency has sent what it goes with, and while there is no copy.
        """
        hearing, attachment = find_hearing(session, me, hearing_id), reference_in(attachment_id)
        case = find_case(session, Hearing, me.standing.unit, hearing)
        call = officer_call(session, me, HEARING, Act.READ)
        return _saved(attachment, files.read_clean_copy(call, sealer(), store(), case, hearing, attachment))


def _saved(reference: str, file: CleanFile) -> File:
    return File((file.body,), BYTES, f"{reference}.{file.name.rpartition('.')[2]}", len(file.body))
