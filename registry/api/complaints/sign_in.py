"""Before anything is told: what is asked, and how to be let in."""

import msgspec
from flask import request

from registry.api.restx import Namespace, Resource
from registry.complaints.case.questions import QUESTIONNAIRE, Kind, Part, Question
from registry.complaints.intake.rules import Purpose
from registry.core.clock import now
from registry.http.clients import network_here
from registry.http.complaint_services import admission
from registry.http.responses import Answer, requested_language
from registry.http.schemas import request_schema, response_schema
from registry.http.transaction import reading
from registry.i18n.question_words import choices, help_text, part_title, payees, question_text, why_text
from registry.vocabulary.register import Language
from schemas.complaints import OfferQuerySchema, OfferSchema, QuestionnaireSchema

ns = Namespace("complaints", path="/complaints")


@ns.route("/questionnaire")
class QuestionnaireView(Resource):
    @request_schema()
    @response_schema(QuestionnaireSchema(), "getQuestionnaire")
    def get(self) -> Answer:
        """Read the questionnaire.

        Every question with its words, the kind of its answer, and when it is asked. Nothing has to be answered. The version
        changes with the questions; the words are in the asked language.
        """
        language = requested_language(request.environ)
        return Answer(questionnaire_payload(language), language=language)


@ns.route("/offer")
class Offer(Resource):
    @request_schema(OfferQuerySchema())
    @response_schema(OfferSchema(), "getChallenge", cacheable=False)
    def get(self, purpose: Purpose) -> Answer:
        """Get a challenge and a waiting ticket, to send either as `proof`.

        Solve the challenge, or wait until the ticket is good, and send either as `proof`. When many come it takes longer,
        and the more a network asked for lately, the longer for it (two minutes at most); no one is refused, and who did
        the work is served before who waited. Who asked is not kept.
        """
        offer = admission().offer(reading(), Purpose(purpose), network_here(), now())
        return Answer(offer, language=requested_language(request.environ))


class OptionShown(msgspec.Struct, frozen=True):
    code: str
    text: str


class ShownIf(msgspec.Struct, frozen=True):
    question: str
    answers: tuple[str, ...]


class QuestionShown(msgspec.Struct, frozen=True):
    code: str
    part: Part
    kind: Kind
    text: str
    why: str
    help: str
    options: list[OptionShown]
    payees: list[OptionShown]
    shown_if: list[ShownIf]
    most: int


class QuestionnaireShown(msgspec.Struct, frozen=True):
    version: str
    parts: list[OptionShown]
    questions: list[QuestionShown]


def questionnaire_payload(language: Language) -> QuestionnaireShown:
    return QuestionnaireShown(
        QUESTIONNAIRE.version,
        [OptionShown(part, part_title(language, part)) for part in Part],
        [_payload(language, question) for question in QUESTIONNAIRE],
    )


def _payload(language: Language, question: Question) -> QuestionShown:
    return QuestionShown(
        question.code,
        question.part,
        question.kind,
        question_text(language, question),
        why_text(language, question),
        help_text(language, question),
        [OptionShown(code, words) for code, words in choices(language, question)],
        [OptionShown(code, words) for code, words in payees(language)] if question.kind is Kind.CHARGE else [],
        [ShownIf(code, answers) for code, answers in question.shown_if.items()],
        question.most,
    )
