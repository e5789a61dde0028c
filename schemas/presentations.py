"""Requests to wallets, and what came of them."""

from registry.vocabulary.licensing import Ask, PresentationState, Refusal
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.credentials import AnswerTodaySchema
from schemas.fields import Country, Line, Word


class PresentationAskSchema(InSchema):
    """What a wallet is asked for, why, and for which job the verdict is."""

    ask = Word(Ask, required=True)
    purpose = Line(
        "Why you ask. The wallet shows it to the holder.",
        required=True,
        max_length=200,
        example="To see who recruits at our gate",
    )
    origin = Country("Where workers are recruited.")
    destination = Country("Where the job is.")
    nationality = Country("The worker's. The law of many destinations turns on it.")
    return_url = Line(
        "An https address of yours to which a wallet on the same device leads back, with `response_code`.",
        max_length=500,
        example="https://recruiting.example.org/checked",
    )


class PresentationAskedSchema(OutSchema):
    """A request. The holder's wallet opens `link`."""

    presentation_id = out.string()
    link = out.string("For a wallet on the same device: `haip-vp://`.")
    qr = out.string("The link as QR code: an SVG picture as a data: address.")
    until = out.instant("Then it is deleted with its result.")


class PresentationReadSchema(InSchema):
    response_code = Line("As it came to `return_url`.", max_length=100)


class ShownPersonSchema(OutSchema):
    """Of whom the agency says that they act for it. The registry repeats the agency's word."""

    card_id = out.string()
    given_name = out.string()
    family_name = out.string()
    portrait_digest = out.string("`sha256-` and the base64 of the portrait's SHA-256.", allow_none=True)


class PresentationSchema(OutSchema):
    """What came of a request. Nothing is shown before `state` is `shown`."""

    presentation_id = out.string()
    ask = out.one_of(Ask)
    state = out.one_of(PresentationState)
    refusal = out.one_of(Refusal, allow_none=True)
    agency_id = out.string(allow_none=True)
    agency_names = out.strings()
    licence_id = out.string(allow_none=True)
    person = out.nested(ShownPersonSchema, allow_none=True)
    today = out.nested(
        AnswerTodaySchema, "The verdict on the licence today, for the job that was stated.", allow_none=True
    )
    until = out.instant()
