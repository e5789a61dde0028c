"""Filing a complaint: the receipt first, answers in any order, and handing it in."""

from marshmallow import fields

from registry.vocabulary.cases import MailboxRole
from registry.vocabulary.register import Language
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, JsonObject, Line, OneOf, Token, Word

MAX_IN_AN_ACCOUNT = 20_000
"""Characters of an account, and of a message."""

MAX_ANSWERS = 100
MAX_OF_ANSWERS = 512 * 1024
"""Bytes of a body with answers: the longest account in any JSON spelling, twelve bytes a character, and the rest."""

MAX_OF_WORDS = 256 * 1024
"""Bytes of a body with one text of that length."""

_RECEIPT = {"description": "22 digits, in any grouping.", "example": "4821 0937 5516 0284 7731 52"}
_TOKEN = {
    "description": "For `Authorization: Bearer`. It ends after 30 minutes without a request, after four hours anyhow."
}
_PROOF = {
    "description": "What was solved of an offer's `challenge`, as altcha encodes it; or its `ticket`, once it has waited."
}
_QUESTIONNAIRE = {"description": "Version of the questionnaire, a hash of it."}


class OfferQuerySchema(InSchema):
    purpose = Word(
        ("start", "open"), required=True, metadata={"description": "`start` for startComplaint, `open` for startVisit."}
    )


class OfferSchema(OutSchema):
    """Two ways to be let in: work for a program, or a wait. Either serves once."""

    challenge = fields.Dict(required=True, metadata={"description": "As altcha 3 has it: PBKDF2 with SHA-256."})
    ticket = fields.String(required=True)
    wait = fields.Integer(required=True, metadata={"description": "Seconds until the ticket is good."})


class ComplaintStartSchema(InSchema):
    role = Word(
        MailboxRole,
        required=True,
        metadata={"description": "Who files: the worker, or somebody who helps and sees less."},
    )
    language = Word(Language, required=True, metadata={"description": "In which officers are to answer."})
    proof = Token(required=True, metadata=_PROOF)


class ComplaintStartedSchema(OutSchema):
    """The complaint code, shown this once. A lost code cannot be replaced, and without it there is no way back."""

    receipt = fields.String(required=True, metadata=_RECEIPT)
    token = fields.String(required=True, metadata=_TOKEN)
    draft_until = fields.Date(
        required=True,
        metadata={"description": "What is not confirmed by then is destroyed; after that, drafts in 30 days."},
    )


class ReceiptConfirmSchema(InSchema):
    last_six = Line(
        max_length=20,
        required=True,
        metadata={
            "description": "The last six digits of the complaint code, typed back by the person who is to keep it.",
            "example": "773152",
        },
    )


class ReceiptConfirmedSchema(OutSchema):
    token = fields.String(
        required=True, allow_none=True, metadata={"description": "Another token to go on with; null: go on with yours."}
    )


class AnswersChangeSchema(InSchema):
    answers = JsonObject(
        max_length=MAX_ANSWERS,
        required=True,
        metadata={
            "description": "By the code of the question, in the shape of its kind; null takes an answer back. What is not "
            "named stays as it is.",
            "example": {"in_danger": "no", "country": "IT", "agency": {"agency_id": "DEGQTSQUSDTU"}},
        },
    )
    version = Count(
        minimum=0,
        maximum=999_999_999,
        metadata={"description": "`version` as it was read: refused as stale if it is another by now."},
    )


class AnswersSchema(OutSchema):
    """What was answered so far, and what is to be asked."""

    questionnaire = fields.String(required=True, metadata=_QUESTIONNAIRE)
    version = fields.Integer(required=True)
    answers = fields.Dict(required=True)
    asked = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Codes of the questions that are asked after these answers."},
    )
    is_alarming = fields.Boolean(
        required=True, metadata={"description": "Show 112 and the country's help lines at once."}
    )
    submitted_on = fields.Date(required=True, allow_none=True)


class QuestionOptionSchema(OutSchema):
    code = fields.String(required=True)
    text = fields.String(required=True)


class QuestionShownIfSchema(OutSchema):
    """An earlier question, and the answers of which one must have been given."""

    question = fields.String(required=True)
    answers = fields.List(fields.String(), required=True)


class QuestionSchema(OutSchema):
    code = fields.String(required=True)
    part = fields.String(required=True)
    kind = OneOf(
        (
            *("yes_no", "choice", "many", "text", "number", "money", "charge", "country", "sector", "agency"),
            *("date_month", "contact"),
        ),
        required=True,
    )
    text = fields.String(required=True, metadata={"description": "In plain words of the asked language."})
    why = fields.String(required=True, metadata={"description": "Why it is asked."})
    help = fields.String(required=True, metadata={"description": "What helps to answer it; often empty."})
    options = fields.List(fields.Nested(QuestionOptionSchema), required=True)
    payees = fields.List(
        fields.Nested(QuestionOptionSchema), required=True, metadata={"description": "Of a charge: what `to` may be."}
    )
    shown_if = fields.List(
        fields.Nested(QuestionShownIfSchema), required=True, metadata={"description": "All must hold."}
    )
    most = fields.Integer(
        required=True,
        metadata={"description": "Characters of a text, or the highest number; 0 where neither is meant."},
    )


class QuestionPartSchema(OutSchema):
    code = fields.String(required=True)
    text = fields.String(required=True)


class QuestionnaireSchema(OutSchema):
    """Every question, in its order.

    All are optional, and all but texts and sums may be "dont_know" or "rather_not_say".
    """

    version = fields.String(required=True, metadata=_QUESTIONNAIRE)
    parts = fields.List(fields.Nested(QuestionPartSchema), required=True)
    questions = fields.List(fields.Nested(QuestionSchema), required=True)


class ComplaintReceivedSchema(OutSchema):
    """The answer to a complaint that was handed in. Handing it in twice gives the same answer twice."""

    state = fields.String(required=True)
    text = fields.String(required=True, metadata={"description": "What the state means, in plain words."})
    filed_on = fields.Date(required=True)
    acknowledge_by = fields.Date(required=True, metadata={"description": "By then an officer has written."})
    answer_by = fields.Date(required=True)


class VisitStartSchema(InSchema):
    receipt = Line(max_length=200, required=True, metadata=_RECEIPT)
    proof = Token(required=True, metadata=_PROOF)


class VisitSchema(OutSchema):
    """A short visit to a mailbox."""

    token = fields.String(required=True, metadata=_TOKEN)
