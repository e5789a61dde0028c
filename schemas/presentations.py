"""Requests to wallets, and what came of them."""

from marshmallow import fields

from registry.vocabulary.licensing import Ask, PresentationState, Refusal
from schemas.base import InSchema, OutSchema
from schemas.credentials import AnswerTodaySchema
from schemas.fields import Country, Instant, Line, OneOf, Word


class PresentationAskSchema(InSchema):
    """What a wallet is asked for, why, and for which job the verdict is."""

    ask = Word(Ask, required=True)
    purpose = Line(
        required=True,
        max_length=200,
        metadata={
            "description": "Why you ask. The wallet shows it to the holder.",
            "example": "To see who recruits at our gate",
        },
    )
    origin = Country(metadata={"description": "Where workers are recruited."})
    destination = Country(metadata={"description": "Where the job is."})
    nationality = Country(metadata={"description": "The worker's. The law of many destinations turns on it."})
    return_url = Line(
        max_length=500,
        metadata={
            "description": "An https address of yours to which a wallet on the same device leads back, with `response_code`.",
            "example": "https://recruiting.example.org/checked",
        },
    )


class PresentationAskedSchema(OutSchema):
    """A request. The holder's wallet opens `link`."""

    presentation_id = fields.String(required=True)
    link = fields.String(required=True, metadata={"description": "For a wallet on the same device: `haip-vp://`."})
    qr = fields.String(
        required=True, metadata={"description": "The link as QR code: an SVG picture as a data: address."}
    )
    until = Instant(required=True, metadata={"description": "Then it is deleted with its result."})


class PresentationReadSchema(InSchema):
    response_code = Line(max_length=100, metadata={"description": "As it came to `return_url`."})


class ShownPersonSchema(OutSchema):
    """Of whom the agency says that they act for it. The registry repeats the agency's word."""

    card_id = fields.String(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    portrait_digest = fields.String(
        required=True, allow_none=True, metadata={"description": "`sha256-` and the base64 of the portrait's SHA-256."}
    )


class PresentationSchema(OutSchema):
    """What came of a request. Nothing is shown before `state` is `shown`."""

    presentation_id = fields.String(required=True)
    ask = OneOf(Ask, required=True)
    state = OneOf(PresentationState, required=True)
    refusal = OneOf(Refusal, required=True, allow_none=True)
    agency_id = fields.String(required=True, allow_none=True)
    agency_names = fields.List(fields.String(), required=True)
    licence_id = fields.String(required=True, allow_none=True)
    person = fields.Nested(ShownPersonSchema, required=True, allow_none=True)
    today = fields.Nested(
        AnswerTodaySchema,
        required=True,
        allow_none=True,
        metadata={"description": "The verdict on the licence today, for the job that was stated."},
    )
    until = Instant(required=True)
