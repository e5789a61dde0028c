"""Filing: what is asked and how one is let in; the receipt first, then answers in any order, then handing it in."""

from collections.abc import Iterable
from typing import Any

from flask import request

from registry.api.complaints.mailbox import received_payload, sheet_payload
from registry.api.complaints.visiting import visiting
from registry.api.restx import Namespace, Resource, created_response
from registry.complaints.case import complaint_codes, questions
from registry.complaints.intake import filing, idempotency, rules
from registry.core.clock import now
from registry.core.errors import AlreadyDone
from registry.http.clients import network_here
from registry.http.complaint_services import MailboxRequest, admission, sealer
from registry.http.request_reader import IdempotencyKey
from registry.http.responses import Answer, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import keyring, reading, writing
from registry.i18n.question_words import choices, help_text, part_title, payees, question_text, why_text
from registry.vocabulary.cases import MailboxRole
from registry.vocabulary.register import Language
from schemas import complaints

entrance = Namespace("complaints", path="/complaints")


@entrance.route("/questionnaire")
class QuestionnaireView(Resource):
    @request_schema()
    @response_schema(complaints.QuestionnaireSchema(), "getQuestionnaire")
    def get(self) -> Answer:
        """Read the questionnaire.

        Every question with its words, the kind of its answer, and when it is asked. Nothing has to be answered. The version
        changes with the questions; the words are in the asked language.
        """
        language = requested_language(request.environ)
        return Answer(questionnaire_payload(language), language=language)


@entrance.route("/offer")
class Offer(Resource):
    @request_schema(complaints.OfferQuerySchema())
    @response_schema(complaints.OfferSchema(), "getChallenge", cacheable=False)
    def get(self, purpose: rules.Purpose) -> Answer:
        """Get a challenge and a waiting ticket, to send either as `proof`.

        Solve the challenge, or wait until the ticket is good, and send either as `proof`. When many come it takes longer,
        and the more a network asked for lately, the longer for it (two minutes at most); no one is refused, and who did
        the work is served before who waited. Who asked is not kept.
        """
        offer = admission().offer(reading(), rules.Purpose(purpose), network_here(), now())
        return Answer(offer, language=requested_language(request.environ))


def questionnaire_payload(language: Language) -> dict[str, Any]:
    return {
        "version": questions.QUESTIONNAIRE.version,
        "parts": _options((part, part_title(language, part)) for part in questions.Part),
        "questions": [_question_payload(language, question) for question in questions.QUESTIONNAIRE],
    }


def _question_payload(language: Language, question: questions.Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "part": question.part,
        "kind": question.kind,
        "text": question_text(language, question),
        "why": why_text(language, question),
        "help": help_text(language, question),
        "options": _options(choices(language, question)),
        "payees": _options(payees(language)) if question.kind is questions.Kind.CHARGE else [],
        "shown_if": [{"question": code, "answers": answers} for code, answers in question.shown_if.items()],
        "most": question.most,
    }


def _options(codes_and_words: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": code, "text": words} for code, words in codes_and_words]


ns = Namespace("complaints", path="/complaints")


@ns.route("")
class Complaints(Resource):
    @request_schema(complaints.ComplaintStartSchema(), body=True, idempotent=True)
    @created_response(complaints.ComplaintStartedSchema(), "startComplaint", (403, 409, 413, 415))
    def post(self, role: MailboxRole, language: Language, proof: str, idempotency_key: IdempotencyKey | None) -> Answer:
        """Start a complaint.

        The complaint code (`receipt`) comes first and is shown this once: it alone opens the mailbox. Show it in large
        print, let it be typed back (`confirmComplaintCode`), and keep no copy. With an Idempotency-Key a repeated request is
        told so and starts nothing.
        """
        at = now()
        with writing() as session:
            if idempotency_key is not None and not idempotency.claim(
                session, sealer(), "start", *idempotency_key, at.date()
            ):
                raise AlreadyDone("a complaint was begun with this key: its receipt is not shown again")
            is_solved = admission().admit(session, rules.Purpose.START, network_here(), proof, at)
        code = complaint_codes.new_code()
        root = complaint_codes.derive(keyring(), code, network_here(), is_solved=is_solved)
        with writing() as session:
            begun = filing.start(session, sealer(), code, root, language=language, role=role, at=at)
            receipt = complaint_codes.grouped(code)
            payload = {"receipt": receipt, "token": begun.token, "draft_until": begun.case.purge_on}
        return Answer(payload, language=requested_language(request.environ))


@ns.route("/confirm")
class Confirmation(Resource):
    @request_schema(complaints.ReceiptConfirmSchema(), body=True)
    @response_schema(complaints.ReceiptConfirmedSchema(), "confirmComplaintCode", (409, 413, 415))
    @visiting
    def post(self, visitor: MailboxRequest, last_six: str) -> Answer:
        """Confirm the complaint code by its last six digits.

        Nothing can be answered before. Confirming again changes nothing. A changed receipt takes the old one's place now, and
        every visit is over: go on with the token given here.
        """
        token = filing.confirm(visitor.session, visitor.sealer, visitor.visit, last_six, visitor.at)
        return Answer({"token": token}, language=visitor.language)


@ns.route("/answers")
class Answers(Resource):
    @request_schema()
    @response_schema(complaints.AnswersSchema(), "getAnswers", cacheable=False)
    @visiting
    def get(self, visitor: MailboxRequest) -> Answer:
        """Read the answers so far."""
        sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
        return Answer(sheet_payload(sheet), language=visitor.language)

    @request_schema(complaints.AnswersChangeSchema(), body=True, max_bytes=complaints.MAX_OF_ANSWERS)
    @response_schema(complaints.AnswersSchema(), "updateAnswers", (409, 413, 415))
    @visiting
    def patch(self, visitor: MailboxRequest, answers: dict[str, Any], version: int | None = None) -> Answer:
        """Answer some questions.

        Those not named stay as they are, so that two windows lose nothing; null takes an answer back. All faults are named at
        once, by the question's code, and then nothing was changed.
        """
        sheet = filing.answer(visitor.session, visitor.sealer, visitor.visit, answers, version)
        return Answer(sheet_payload(sheet), language=visitor.language)


@ns.route("/submit")
class Submission(Resource):
    @request_schema()
    @response_schema(complaints.ComplaintReceivedSchema(), "submitComplaint", (409,))
    @visiting
    def post(self, visitor: MailboxRequest) -> Answer:
        """Submit the complaint.

        Answers to questions that are not asked any more are dropped. Handing it in again says the same again.
        """
        received = filing.submit(visitor.session, visitor.sealer, visitor.visit, visitor.at)
        return Answer(received_payload(received, visitor.language), language=visitor.language)
