"""Who opens a mailbox: another receipt for it, one for the worker, and a helper's end.

A receipt is derived before the transaction begins, and not before it is known that somebody is here: it takes a tenth of a second
of a core that others wait for.
"""

from http import HTTPStatus

from flask import request

from registry.api.complaints.visiting import New, Visitor, visiting, visiting_with_new_receipt
from registry.api.restx import Namespace, Resource
from registry.complaints.case import access, complaint_codes
from registry.complaints.intake import idempotency
from registry.core.errors import AlreadyDone
from registry.core.ids import read_reference
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, requested_language
from registry.http.schemas import no_content_response, request_schema, response_schema
from schemas.mailbox import HelperChangeSchema, ReceiptOfferedSchema, WorkerReceiptSchema

ns = Namespace("complaints", path="/complaints")


@ns.route("/receipt")
class Receipt(Resource):
    @request_schema()
    @response_schema(ReceiptOfferedSchema(), "replaceComplaintCode", (409,), status=HTTPStatus.CREATED)
    @visiting_with_new_receipt
    def post(self, visitor: Visitor, new: New) -> Answer:
        """Request a new complaint code for this mailbox.

        It takes the old one's place once its last six digits are confirmed with the token given here; until then, and if that
        never happens, the old one opens. Afterwards every visit is over: come in with the new one.
        """
        token = access.change_receipt(visitor.session, visitor.sealer, visitor.visit, new.code, new.root, visitor.at)
        return Answer({"receipt": complaint_codes.grouped(new.code), "token": token}, language=visitor.language)


@ns.route("/worker")
class Worker(Resource):
    @request_schema(idempotent=True)
    @response_schema(WorkerReceiptSchema(), "createWorkerCode", (409,), status=HTTPStatus.CREATED)
    @visiting_with_new_receipt
    def post(self, visitor: Visitor, new: New, idempotency_key: IdempotencyKey | None) -> Answer:
        """Create a complaint code for the worker whom a helper filed for.

        It is shown this once; give it to the worker and keep no copy. The worker reads everything, decides from then
        on, and may remove the helper. A code that was never used is replaced by the next.
        """
        scope = f"worker {visitor.visit.box.reference}"
        if idempotency_key is not None and not idempotency.claim(
            visitor.session, visitor.sealer, scope, *idempotency_key, visitor.today
        ):
            raise AlreadyDone("a receipt for the worker was made with this key: it is not shown again")
        access.invite_worker(visitor.session, visitor.sealer, visitor.visit, new.root, visitor.at)
        return Answer({"receipt": complaint_codes.grouped(new.code)}, language=requested_language(request.environ))


@ns.route("/helpers/<helper_id>")
class Helper(Resource):
    @request_schema(HelperChangeSchema(), body=True)
    @no_content_response("updateHelper", (404, 409, 413, 415))
    @visiting
    def put(self, visitor: Visitor, helper_id: str, answers_allowed: bool) -> None:
        """Let officers' answers go to a helper too, or no longer. Only the worker may."""
        access.allow_answers(
            visitor.session, visitor.visit, read_reference(helper_id) or "", visitor.today, is_allowed=answers_allowed
        )

    @request_schema()
    @no_content_response("removeHelper", (404, 409))
    @visiting
    def delete(self, visitor: Visitor, helper_id: str) -> None:
        """Remove a helper. The helper's complaint code and visit stop working. Only the worker may."""
        access.cut_off(visitor.session, visitor.sealer, visitor.visit, read_reference(helper_id) or "", visitor.today)
