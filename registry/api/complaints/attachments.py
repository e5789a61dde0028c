"""Files of a complaint: sent as bytes, held in memory alone, and given back as copies without traces of place and device.

A slow telephone sends for minutes, and a store may be slow too: nothing of the database is held while either is waited for.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from registry.api.complaints.visiting import needs_visit, open_visit, require_visit
from registry.api.restx import Namespace, Resource, created_response
from registry.complaints.attachments import actions, file_kinds
from registry.complaints.intake.mailbox_files import find_file, open_for_files, remove_own_file, take_file
from registry.core.errors import FilesUnavailable
from registry.core.ids import read_reference
from registry.http import uploads
from registry.http.complaint_services import build_sent_file, store, upload_services
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, File, file_of
from registry.http.schemas import no_content_response, request_file, request_schema, response_file
from schemas.mailbox import AttachmentSentSchema

ns = Namespace("complaints", path="/complaints")


def one_of_few(view: Callable[..., Any]) -> Callable[..., Any]:
    """Let a request send its body only if it has a visit, and if few others are sending theirs. Raises NoVisit, TooBusy."""

    @wraps(view)
    def taking(self: Any, **given: Any) -> Any:
        require_visit()
        with uploads.one_of_few():
            return view(self, **given)

    taking.admit_sender = require_visit  # type: ignore[attr-defined]
    return taking


@ns.route("/attachments")
class Attachments(Resource):
    @one_of_few
    @request_file(file_kinds.MAX_BYTES)
    @created_response(AttachmentSentSchema(), "addAttachment", (409, 413))
    @needs_visit
    def post(self, body: bytes, name: str, idempotency_key: IdempotencyKey | None) -> Answer:
        """Upload an attachment.

        JPEG, PNG, WebP, HEIC, PDF, MP4, plain text, or sound (M4A, MP3, AMR, AAC, OGG, WebM, WAV, 3GP), told from
        the bytes; 20 MB, ten files and 80 MB in all.
        It is sealed as it is. Officers see a copy without place and device, which is made a moment later and stands in the
        mailbox. Idempotent with an Idempotency-Key.
        """
        with open_visit() as visitor:
            opened, case = open_for_files(visitor.session, visitor.sealer, visitor.visit)
        sent = take_file(upload_services(), opened, case, build_sent_file(body, name, idempotency_key), visitor.at)
        payload = {"attachment_id": sent.reference, "kind": sent.kind, "kept_on": sent.stored_on}
        return Answer(payload, language=visitor.language)


@ns.route("/attachments/<attachment_id>")
class Attachment(Resource):
    @request_schema()
    @no_content_response("removeAttachment", (404, 409))
    @needs_visit
    def delete(self, attachment_id: str) -> None:
        """Delete an attachment before submission. What was submitted stays with the officers."""
        with open_visit() as visitor:
            names = remove_own_file(visitor.session, visitor.sealer, visitor.visit, read_reference(attachment_id) or "")
        # What cannot be removed now is sealed under a key that is gone, and `registry cases reconcile` removes it.
        with suppress(FilesUnavailable):
            actions.discard(store(), names)


@ns.route("/attachments/<attachment_id>/copy")
class AttachmentCopy(Resource):
    @request_schema()
    @response_file("getAttachmentCopy", (404, 409))
    @needs_visit
    def get(self, attachment_id: str) -> File:
        """Download the clean copy that officers see, without place and device.

        Not found while there is none; the mailbox says in `no_copy` why there will be none.
        """
        with open_visit() as visitor:
            existing = find_file(visitor.session, visitor.sealer, visitor.visit, read_reference(attachment_id) or "")
        body = actions.open_clean(store(), existing.opened, existing.case, existing.attachment)
        ending = file_kinds.ENDINGS[actions.copied_as(existing.attachment)]
        return file_of(body, f"{existing.attachment.reference}.{ending}")
