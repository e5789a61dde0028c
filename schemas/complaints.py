"""Filing a complaint: the receipt first, answers in any order, and handing it in; forms of paper that an officer types in."""

from marshmallow import fields

from registry.vocabulary.cases import MailboxRole
from registry.vocabulary.register import Language
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, JsonObject, Line, Token, Word

MAX_IN_AN_ACCOUNT = 20_000
"""Characters of an account, and of a message."""

MAX_ANSWERS = 100
MAX_OF_ANSWERS = 512 * 1024
"""Bytes of a body with answers: the longest account in any JSON spelling, twelve bytes a character, and the rest."""

MAX_OF_WORDS = 256 * 1024
"""Bytes of a body with one text of that length."""

_RECEIPT = {"description": "22 digits, in any grouping.", "example": "4821 0937 5516 0284 7731 52"}
_TOKEN = "For `Authorization: Bearer`. It ends after 30 minutes without a request, after four hours anyhow."
_PROOF = "What was solved of an offer's `challenge`, as altcha encodes it; or its `ticket`, once it has waited."
_QUESTIONNAIRE = "Version of the questionnaire, a hash of it."


class OfferQuerySchema(InSchema):
    purpose = Word(("start", "open"), "`start` for startComplaint, `open` for startVisit.", required=True)


class OfferSchema(OutSchema):
    """Two ways to be let in: work for a program, or a wait. Either serves once."""

    challenge = fields.Dict(required=True, metadata={"description": "As altcha 3 has it: PBKDF2 with SHA-256."})
    ticket = out.string()
    wait = out.integer("Seconds until the ticket is good.")


class ComplaintStartSchema(InSchema):
    role = Word(MailboxRole, "Who files: the worker, or somebody who helps and sees less.", required=True)
    language = Word(Language, "In which officers are to answer.", required=True)
    proof = Token(_PROOF, required=True)


class ComplaintStartedSchema(OutSchema):
    """The complaint code, shown this once. A lost code cannot be replaced, and without it there is no way back."""

    receipt = out.string(metadata=_RECEIPT)
    token = out.string(_TOKEN)
    draft_until = out.date("What is not confirmed by then is destroyed; after that, drafts in 30 days.")


class ReceiptConfirmSchema(InSchema):
    last_six = Line(
        "The last six digits of the complaint code, typed back by the person who is to keep it.",
        max_length=20,
        required=True,
        example="773152",
    )


class ReceiptConfirmedSchema(OutSchema):
    token = out.string("Another token to go on with; null: go on with yours.", allow_none=True)


class AnswersChangeSchema(InSchema):
    answers = JsonObject(
        "By the code of the question, in the shape of its kind; null takes an answer back. What is not "
        "named stays as it is.",
        max_length=MAX_ANSWERS,
        required=True,
        example={"in_danger": "no", "country": "IT", "agency": {"agency_id": "DEGQTSQUSDTU"}},
    )
    version = Count(
        "`version` as it was read: refused as stale if it is another by now.", minimum=0, maximum=999_999_999
    )


class AnswersSchema(OutSchema):
    """What was answered so far, and what is to be asked."""

    questionnaire = out.string(_QUESTIONNAIRE)
    version = out.integer()
    answers = fields.Dict(required=True)
    asked = out.strings("Codes of the questions that are asked after these answers.")
    is_alarming = out.boolean("Show 112 and the country's help lines at once.")
    submitted_on = out.date(allow_none=True)


class QuestionOptionSchema(OutSchema):
    code = out.string()
    text = out.string()


class QuestionShownIfSchema(OutSchema):
    """An earlier question, and the answers of which one must have been given."""

    question = out.string()
    answers = out.strings()


class QuestionSchema(OutSchema):
    code = out.string()
    part = out.string()
    kind = out.one_of(
        (
            *("yes_no", "choice", "many", "text", "number", "money", "charge", "country", "sector", "agency"),
            *("date_month", "contact"),
        )
    )
    text = out.string("In plain words of the asked language.")
    why = out.string("Why it is asked.")
    help = out.string("What helps to answer it; often empty.")
    options = out.list_of(QuestionOptionSchema)
    payees = out.list_of(QuestionOptionSchema, "Of a charge: what `to` may be.")
    shown_if = out.list_of(QuestionShownIfSchema, "All must hold.")
    most = out.integer("Characters of a text, or the highest number; 0 where neither is meant.")


class QuestionPartSchema(OutSchema):
    code = out.string()
    text = out.string()


class QuestionnaireSchema(OutSchema):
    """Every question, in its order.

    All are optional, and all but texts and sums may be "dont_know" or "rather_not_say".
    """

    version = out.string(_QUESTIONNAIRE)
    parts = out.list_of(QuestionPartSchema)
    questions = out.list_of(QuestionSchema)


class ComplaintReceivedSchema(OutSchema):
    """The answer to a complaint that was handed in. Handing it in twice gives the same answer twice."""

    state = out.string()
    text = out.string("What the state means, in plain words.")
    filed_on = out.date()
    acknowledge_by = out.date("By then an officer has written.")
    answer_by = out.date()


class VisitStartSchema(InSchema):
    receipt = Line(max_length=200, required=True, metadata=_RECEIPT)
    proof = Token(_PROOF, required=True)


class VisitSchema(OutSchema):
    """A short visit to a mailbox."""

    token = out.string(_TOKEN)


_CODES = fields.String()


class PaperFormSummarySchema(OutSchema):
    form_id = out.string("The number that is printed on the form.", attribute="reference")
    received_on = out.date("The day on which the paper was handed in.")
    saved_on = out.date("The day of the last change.")


class PaperFormSchema(PaperFormSummarySchema):
    """A form that you have half typed. Questions and their codes: `getQuestionnaire`."""

    questionnaire = out.string()
    answers = out.dict_of(fields.Raw(), "What was told, by question.")
    hidden = out.list_of(_CODES, "Questions about identity that are answered; not read back.")
    left_out = out.list_of(_CODES, "Answers that do not count: the question before says otherwise.")
    version = out.integer(out.IF_MATCH)


class PaperBeginningSchema(InSchema):
    number = Line("As printed on the form; spaces do no harm.", max_length=40, required=True)
    received_on = Day(required=True)


class PaperAnswersSchema(InSchema):
    answers = JsonObject(
        "By the code of the question; null takes an answer back.",
        max_length=MAX_ANSWERS,
        required=True,
        example={"in_danger": "no", "country": "IT"},
    )


class PaperSentSchema(OutSchema):
    case_id = out.string()


PaperFormsSchema = out.list_schema("PaperForms", PaperFormSummarySchema)
