"""Forms of paper that an officer types in."""

from marshmallow import fields

from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.complaints import MAX_ANSWERS
from schemas.fields import Day, JsonObject, Line

_CODES = fields.String()


class PaperFormSummarySchema(OutSchema):
    form_id = out.string("The number that is printed on the form.", attribute="reference")
    received_on = out.date("The day on which the paper was handed in.")
    saved_on = out.date("The day of the last change.")


class PaperFormsSchema(OutSchema):
    items = out.list_of(PaperFormSummarySchema)


class PaperFormSchema(PaperFormSummarySchema):
    """A form that you have half typed. Questions and their codes: `getQuestionnaire`."""

    questionnaire = out.string()
    answers = out.dict_of(fields.Raw(), "What was told, by question.")
    hidden = out.list_of(_CODES, "Questions about identity that are answered; not read back.")
    left_out = out.list_of(_CODES, "Answers that do not count: the question before says otherwise.")
    version = out.integer("For If-Match, in quotes.")


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
