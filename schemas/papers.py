"""Forms of paper that an officer types in."""

from marshmallow import fields

from schemas.base import InSchema, OutSchema
from schemas.complaints import MAX_ANSWERS
from schemas.fields import Day, JsonObject, Line

_CODES = fields.String()


class PaperFormSummarySchema(OutSchema):
    form_id = fields.String(
        attribute="reference", required=True, metadata={"description": "The number that is printed on the form."}
    )
    received_on = fields.Date(required=True, metadata={"description": "The day on which the paper was handed in."})
    saved_on = fields.Date(required=True, metadata={"description": "The day of the last change."})


class PaperFormsSchema(OutSchema):
    items = fields.List(fields.Nested(PaperFormSummarySchema), required=True)


class PaperFormSchema(PaperFormSummarySchema):
    """A form that you have half typed. Questions and their codes: `getQuestionnaire`."""

    questionnaire = fields.String(required=True)
    answers = fields.Dict(
        keys=fields.String(),
        values=fields.Raw(),
        required=True,
        metadata={"description": "What was told, by question."},
    )
    hidden = fields.List(
        _CODES, required=True, metadata={"description": "Questions about identity that are answered; not read back."}
    )
    left_out = fields.List(
        _CODES,
        required=True,
        metadata={"description": "Answers that do not count: the question before says otherwise."},
    )
    version = fields.Integer(required=True, metadata={"description": "For If-Match, in quotes."})


class PaperBeginningSchema(InSchema):
    number = Line(max_length=40, required=True, metadata={"description": "As printed on the form; spaces do no harm."})
    received_on = Day(required=True)


class PaperAnswersSchema(InSchema):
    answers = JsonObject(
        max_length=MAX_ANSWERS,
        required=True,
        metadata={
            "description": "By the code of the question; null takes an answer back.",
            "example": {"in_danger": "no", "country": "IT"},
        },
    )


class PaperSentSchema(OutSchema):
    case_id = fields.String(required=True)
