"""Coming back: the mailbox, what is written in it, what its holder decides, and who else opens it.

A receipt is derived before the transaction begins, and not before it is known that somebody is here: it takes a tenth of a second
of a core that others wait for.
"""

from collections.abc import Sequence
from typing import Any

from flask import request

import schemas.mailbox
from registry.api.complaints.visiting import New, needs_visit, open_visit, visiting, visiting_with_new_receipt
from registry.api.restx import Namespace, Resource, created_response
from registry.complaints.attachments.sanitise_jobs import begin_all
from registry.complaints.case import access, answers, complaint_codes, consents, messages, questions, states, visits
from registry.complaints.intake import filing, idempotency, mailbox, rules
from registry.complaints.intake.mailbox_files import ShownFile, list_files, pending_sanitise_jobs
from registry.complaints.triage.story import is_alarming
from registry.core.clock import now
from registry.core.errors import AlreadyDone, NotFound
from registry.core.ids import read_reference
from registry.http.clients import network_here
from registry.http.complaint_services import MailboxRequest, admission, sealer
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, requested_language
from registry.http.schemas import no_content_response, request_schema, response_schema
from registry.http.transaction import keyring, services, writing
from registry.i18n import languages
from registry.i18n.names import name_in
from registry.vocabulary.cases import Author, ConsentKind
from registry.vocabulary.register import Language
from schemas.complaints import MAX_OF_WORDS, VisitSchema, VisitStartSchema

ns = Namespace("complaints", path="/complaints")


@ns.route("/visits")
class Visits(Resource):
    @request_schema(VisitStartSchema(), body=True)
    @created_response(VisitSchema(), "startVisit", (403, 404, 413, 415))
    def post(self, receipt: str, proof: str) -> Answer:
        """Start a visit with a complaint code.

        400 `mistyped_receipt` says that its digits do not fit together; nothing was looked up. Unknown, expired, destroyed,
        withdrawn, changed and cut off are all 404 `unknown_receipt`, after the same time.
        """
        code, at = complaint_codes.require_code(receipt), now()
        with writing() as session:
            is_solved = admission().admit(session, rules.Purpose.OPEN, network_here(), proof, at)
        root = complaint_codes.derive(keyring(), code, network_here(), is_solved=is_solved)
        with writing() as session:
            token = mailbox.open_mailbox(session, sealer(), root, at)
        return Answer({"token": token}, language=requested_language(request.environ))


@ns.route("/visits/current")
class CurrentVisit(Resource):
    @request_schema()
    @no_content_response("endVisit")
    @visiting
    def delete(self, visitor: MailboxRequest) -> None:
        """End this visit; its token stops working."""
        visits.end(visitor.session, visitor.visit)


@ns.route("/mailbox")
class Mailbox(Resource):
    @request_schema()
    @response_schema(schemas.mailbox.MailboxSchema(), "getMailbox", (409,), cacheable=False)
    @needs_visit
    def get(self) -> Answer:
        """Read the mailbox.

        Where the complaint stands in plain words, what happens by when, messages both ways, files, consents, and in `can` what
        may be done now. What officers wrote counts as read.
        """
        with open_visit() as visitor:
            view = mailbox.mailbox(visitor.session, visitor.sealer, visitor.visit, visitor.at)
            files = list_files(visitor.session, visitor.sealer, visitor.visit)
            jobs = pending_sanitise_jobs(visitor.session, visitor.sealer, visitor.visit, services().settings)
        # Before submission only the holder of the complaint code can have clean copies made: each visit begins them.
        begin_all(services().settings, jobs)
        return Answer(mailbox_payload(view, files, visitor.language), language=visitor.language)


@ns.route("/copy")
class Copy(Resource):
    @request_schema()
    @response_schema(schemas.mailbox.MailboxCopySchema(), "downloadMailbox", (409,), cacheable=False)
    @visiting
    def get(self, visitor: MailboxRequest) -> Answer:
        """Download a copy of everything in the mailbox.

        What was answered, written and agreed to. Offer it before `purge_on`; where it is kept, others may find it.
        """
        copy = mailbox.own_copy(visitor.session, visitor.sealer, visitor.visit, visitor.at)
        files = list_files(visitor.session, visitor.sealer, visitor.visit)
        payload = {"mailbox": mailbox_payload(copy.view, files, visitor.language), "answers": sheet_payload(copy.sheet)}
        return Answer(payload, language=visitor.language)


@ns.route("/messages")
class Messages(Resource):
    @request_schema(schemas.mailbox.MessageWriteSchema(), body=True, idempotent=True, max_bytes=MAX_OF_WORDS)
    @created_response(schemas.mailbox.MessageSentSchema(), "sendMessage", (409, 413, 415))
    @visiting
    def post(
        self,
        visitor: MailboxRequest,
        idempotency_key: IdempotencyKey | None,
        text: str | None = None,
        in_danger: bool = False,
    ) -> Answer:
        """Write a message to the officers.

        Idempotent with an Idempotency-Key. A case that waited for it goes on. With `in_danger`, or where its words tell of
        danger, the case gets the first priority at once and officers are notified; the text may then be left out. With
        `is_danger` in the answer, show the numbers of emergency and help lines.
        """
        key = _key_text(idempotency_key)
        words = text or ""
        if in_danger and not words.strip():
            words = languages.text(visitor.language, "page.box.mine.danger.said")
        sent = mailbox.write(
            visitor.session, visitor.sealer, visitor.visit, words, visitor.at,
            idempotency_key=key, is_in_danger=in_danger,
        )  # fmt: skip
        message = sent.message
        payload = {"message_id": message.reference, "written_on": message.written_on, "is_danger": sent.is_danger}
        return Answer(payload, language=visitor.language)


@ns.route("/consents/<kind>")
class Consents(Resource):
    @request_schema(schemas.mailbox.ConsentChangeSchema(), body=True)
    @no_content_response("setConsent", (404, 409, 413, 415))
    @visiting
    def put(self, visitor: MailboxRequest, kind: str, is_given: bool) -> None:
        """Give or withdraw one consent.

        Each stands on its own; none follows from another. Taking one back is never too late, but what was told was told.
        """
        mailbox.consent(visitor.session, visitor.sealer, visitor.visit, consent_of(kind), visitor.at, is_given=is_given)


@ns.route("/withdraw")
class Withdrawal(Resource):
    @request_schema()
    @no_content_response("withdrawComplaint", (409,))
    @visiting
    def post(self, visitor: MailboxRequest) -> None:
        """Withdraw the complaint.

        A draft is destroyed at once. What was handed in is worked on no more; for 30 days it may be taken up again
        (`reopenComplaint`), then it is destroyed.
        """
        mailbox.withdraw(visitor.session, visitor.sealer, visitor.visit, visitor.at)


@ns.route("/reopen")
class Reopening(Resource):
    @request_schema(schemas.mailbox.ReopenSchema(), body=True, idempotent=True, max_bytes=MAX_OF_WORDS)
    @no_content_response("reopenComplaint", (409, 413, 415))
    @visiting
    def post(self, visitor: MailboxRequest, idempotency_key: IdempotencyKey | None, text: str | None = None) -> None:
        """Object to a decision, reopen a closed complaint, or undo a withdrawal.

        `can` in the mailbox says which of them is possible; a year after the end none is.
        """
        key = _key_text(idempotency_key)
        mailbox.open_again(visitor.session, visitor.sealer, visitor.visit, visitor.at, text=text, idempotency_key=key)


def _key_text(idempotency_key: IdempotencyKey | None) -> str | None:
    return None if idempotency_key is None else f"{idempotency_key.key} {idempotency_key.digest}"


def consent_of(word: str) -> ConsentKind:
    try:
        return ConsentKind(word)
    except ValueError:
        raise NotFound(f"there is no such consent; there are {', '.join(ConsentKind)}") from None


receipts = Namespace("complaints", path="/complaints")
"""Who opens a mailbox: another receipt for it, one for the worker, and a helper's end."""


@receipts.route("/receipt")
class Receipt(Resource):
    @request_schema()
    @created_response(schemas.mailbox.ReceiptOfferedSchema(), "replaceComplaintCode", (409,))
    @visiting_with_new_receipt
    def post(self, visitor: MailboxRequest, new: New) -> Answer:
        """Request a new complaint code for this mailbox.

        It takes the old one's place once its last six digits are confirmed with the token given here; until then, and if that
        never happens, the old one opens. Afterwards every visit is over: come in with the new one.
        """
        token = access.change_receipt(visitor.session, visitor.sealer, visitor.visit, new.code, new.root, visitor.at)
        return Answer({"receipt": complaint_codes.grouped(new.code), "token": token}, language=visitor.language)


@receipts.route("/worker")
class Worker(Resource):
    @request_schema(idempotent=True)
    @created_response(schemas.mailbox.WorkerReceiptSchema(), "createWorkerCode", (409,))
    @visiting_with_new_receipt
    def post(self, visitor: MailboxRequest, new: New, idempotency_key: IdempotencyKey | None) -> Answer:
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


@receipts.route("/helpers/<helper_id>")
class Helper(Resource):
    @request_schema(schemas.mailbox.HelperChangeSchema(), body=True)
    @no_content_response("updateHelper", (404, 409, 413, 415))
    @visiting
    def put(self, visitor: MailboxRequest, helper_id: str, answers_allowed: bool) -> None:
        """Let officers' answers go to a helper too, or no longer. Only the worker may."""
        access.allow_answers(
            visitor.session, visitor.visit, read_reference(helper_id) or "", visitor.today, is_allowed=answers_allowed
        )

    @request_schema()
    @no_content_response("removeHelper", (404, 409))
    @visiting
    def delete(self, visitor: MailboxRequest, helper_id: str) -> None:
        """Remove a helper. The helper's complaint code and visit stop working. Only the worker may."""
        access.cut_off(visitor.session, visitor.sealer, visitor.visit, read_reference(helper_id) or "", visitor.today)


_HELPER = schemas.mailbox.HelperSchema.of(mailbox.ShownHelper)
_CONSENT = schemas.mailbox.ConsentSchema.of(consents.ConsentState)
_FILE = schemas.mailbox.AttachmentSchema.of(ShownFile)
_SEALED_TO = schemas.mailbox.SealedToSchema.of(access.SealedTo)
_MESSAGE = schemas.mailbox.MessageSchema.of(messages.ShownMessage, computed=["office"])


def sheet_payload(sheet: answers.Sheet) -> dict[str, Any]:
    return {
        "questionnaire": questions.QUESTIONNAIRE.version,
        "version": sheet.version,
        "answers": sheet.answers,
        "asked": [question.code for question in questions.visible(sheet.answers)],
        "is_alarming": is_alarming(sheet.answers),
        "submitted_on": sheet.submitted_on,
    }


def received_payload(acknowledgement: filing.Acknowledgement, language: Language) -> dict[str, Any]:
    # Whatever became of it: the sender hears only that it was received.
    return {
        **_state(states.Reads.RECEIVED, language),
        "filed_on": acknowledgement.filed_on,
        "acknowledge_by": acknowledgement.acknowledge_by,
        "answer_by": acknowledgement.answer_by,
    }


def mailbox_payload(view: mailbox.MailboxView, files: Sequence[ShownFile], language: Language) -> dict[str, Any]:
    return {
        "role": view.role,
        **_state(view.reads, language),
        "steps": [{**_state(step.reads, language), "on": step.on_day} for step in view.steps],
        "filed_on": view.filed_on,
        "acknowledge_by": view.acknowledge_by,
        "answer_by": view.answer_by,
        "waiting_until": view.waiting_until,
        "purge_on": view.purge_on,
        "draft_until": view.draft_until,
        "last_visit_on": view.last_visit_on,
        "office": name_in(language, view.unit_names) or None,
        "office_country": view.unit_country,
        "handovers": [
            {"former": name_in(language, one.from_names), "office": name_in(language, one.to_names), "on": one.on_day}
            for one in view.handovers
        ],
        "messages": [
            _MESSAGE.write(one, office=name_in(language, view.names_of(one)) if one.author is Author.OFFICER else None)
            for one in view.messages
        ],
        "attachments": [_FILE.write(one) for one in files],
        "consents": [_CONSENT.write(one) for one in view.consents],
        "helpers": [_HELPER.write(one) for one in view.helpers],
        "sealed_to": [_SEALED_TO.write(one) for one in view.sealed_to],
        "can": sorted(view.can),
    }


def _state(state: states.Reads, language: Language) -> dict[str, Any]:
    return {"state": state, "text": languages.text(language, f"case.reads.{state}")}
