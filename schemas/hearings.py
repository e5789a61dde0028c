"""Hearings: what an officer puts to an agency, who looked at it, and what the agency answers."""

from marshmallow import fields

from registry.vocabulary.cases import AttachmentState, FileKind, HandedWith, HearingEnd, HearingState, NoCopy
from registry.vocabulary.register import Language
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, Line, OneOf, Passage, Word

MAX_ALLEGATION = 8000
MAX_REASON = 4000
MAX_ANSWER = 20_000

_STATE = {"description": "From where to where it may go: docs/officers/hearings.md."}
_VERSION = {"description": "For If-Match, in quotes."}
_OFFICER = {"description": "An officer's id."}
_CLOSED = {"description": "`closed` is shown once you were told what was decided."}
_TRANSLATION = {"description": "The same in a language that the agency reads; null where there is none."}
_OBJECT = {"description": "The last day to object."}
_LACK = {"description": "What is lacking, as a code; null where nothing is."}


class HearingSummarySchema(OutSchema):
    """A hearing without a word of what is in it."""

    hearing_id = fields.String(attribute="reference", required=True)
    agency_id = fields.String(attribute="agency", required=True)
    state = OneOf(tuple(HearingState), required=True, metadata=_STATE)
    drafted_by = fields.String(required=True, metadata=_OFFICER)
    drafted_on = fields.Date(required=True)
    checked_by = fields.String(required=True, allow_none=True)
    checked_on = fields.Date(required=True, allow_none=True)
    served_by = fields.String(required=True, allow_none=True)
    served_on = fields.Date(required=True, allow_none=True)
    answer_by = fields.Date(required=True, allow_none=True, metadata={"description": "The last day to answer."})
    answered_on = fields.Date(required=True, allow_none=True)
    ended_on = fields.Date(required=True, allow_none=True)
    ended_because = OneOf(tuple(HearingEnd), required=True, allow_none=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class HearingsSchema(OutSchema):
    items = fields.List(fields.Nested(HearingSummarySchema), required=True)


class ReprisalSchema(OutSchema):
    """How easily the agency could guess who complained."""

    could_complain = fields.Integer(
        required=True, allow_none=True, metadata={"description": "How many people could have; null if not known."}
    )
    is_few = fields.Boolean(required=True, metadata={"description": "Approving asks for a reason then."})
    days_since_filing = fields.Integer(required=True)
    others = fields.Integer(required=True, metadata={"description": "Further cases of the unit about this agency."})


class HearingWaySchema(OutSchema):
    """A state to which you may take it. What a request brings along, such as a reason, is asked for then."""

    to = OneOf(tuple(HearingState), required=True)
    lacking = fields.String(required=True, allow_none=True, metadata=_LACK)


class AgencyPaperSchema(OutSchema):
    """A paper of an agency. There is a copy of it once `state` is `clean`."""

    attachment_id = fields.String(attribute="reference", required=True)
    name = fields.String(required=True, metadata={"description": "As it was sent, without what does harm."})
    kind = OneOf(FileKind, required=True, metadata={"description": "What its bytes are."})
    size = fields.Integer(required=True, metadata={"description": "Bytes, as it was sent."})
    kept_on = fields.Date(attribute="stored_on", required=True)
    state = OneOf(AttachmentState, required=True)
    no_copy = OneOf(NoCopy, required=True, allow_none=True, metadata={"description": "Why there is no copy."})
    goes_with = OneOf(HandedWith, required=True, metadata={"description": "What it was handed in with."})
    has_original = fields.Boolean(
        required=True,
        metadata={"description": "False where the copy alone was kept, since the custodian's key was not there."},
    )


class HearingSchema(HearingSummarySchema):
    """A hearing as the unit of its case reads it; reading it is on record."""

    case_id = fields.String(attribute="case.reference", required=True)
    allegation = fields.String(required=True, metadata={"description": "Exactly what the agency reads, or would."})
    language = fields.String(
        attribute="hearing.language",
        required=True,
        allow_none=True,
        metadata={"description": "Of the text, if that was said."},
    )
    translation = fields.String(required=True, allow_none=True, metadata=_TRANSLATION)
    reads = fields.List(
        fields.String(), required=True, metadata={"description": "The languages of the agency's people, most first."}
    )
    answer = fields.String(required=True, allow_none=True)
    returned = fields.String(required=True, allow_none=True, metadata={"description": "Why it was sent back."})
    few = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it goes though few could have complained."}
    )
    longer = fields.String(
        required=True, allow_none=True, metadata={"description": "Why the agency asks for longer to answer."}
    )
    extended = fields.String(required=True, allow_none=True, metadata={"description": "Why it was given longer."})
    outcome = fields.String(
        required=True, allow_none=True, metadata={"description": "What the agency was told of the decision."}
    )
    outcome_language = fields.String(attribute="hearing.outcome_language", required=True, allow_none=True)
    outcome_translation = fields.String(required=True, allow_none=True, metadata=_TRANSLATION)
    told_on = fields.Date(
        attribute="hearing.told_on",
        required=True,
        allow_none=True,
        metadata={"description": "Null while the outcome waits for its translation."},
    )
    object_until = fields.Date(attribute="hearing.object_until", required=True, allow_none=True, metadata=_OBJECT)
    objection = fields.String(required=True, allow_none=True, metadata={"description": "What the agency says to it."})
    objected_on = fields.Date(attribute="hearing.objected_on", required=True, allow_none=True)
    files = fields.List(
        fields.Nested(AgencyPaperSchema),
        required=True,
        metadata={"description": "Papers that came with the answer or the objection."},
    )
    reprisal = fields.Nested(ReprisalSchema, required=True)
    ways = fields.List(fields.Nested(HearingWaySchema), required=True)


class InLanguageSchema(InSchema):
    """In which language a text for the agency is, and the same in the agency's."""

    language = Word(
        Language,
        metadata={"description": "Of the text. In one that no one at the agency reads it waits for a translator."},
    )
    translation = Passage(
        max_length=MAX_ALLEGATION, metadata={"description": "The same text in the agency's language, if you have it."}
    )


class AllegationSchema(InLanguageSchema):
    allegation = Passage(
        max_length=MAX_ALLEGATION,
        required=True,
        metadata={"description": "In your own words. Copied words, numbers of cases and days are refused, by line."},
    )
    could_complain = Count(
        minimum=1, maximum=100_000, metadata={"description": "Your estimate of how many people could have complained."}
    )


class HearingDraftSchema(AllegationSchema):
    agency_id = Line(max_length=20, metadata={"description": "Where the case names no agency of the registry."})


class HearingReasonSchema(InSchema):
    reason = Passage(max_length=MAX_REASON, required=True)


class HearingApprovalSchema(InSchema):
    reason = Passage(
        max_length=MAX_REASON, metadata={"description": "Needed where `is_few`; the agency never reads it."}
    )


class HearingServiceSchema(InSchema):
    answer_by = Day(required=True, metadata={"description": "From 3 to 90 days from today."})


class HearingLongerSchema(InSchema):
    answer_by = Day(required=True, metadata={"description": "After the present last day, within 90 days from today."})
    reason = Passage(max_length=MAX_REASON, required=True, metadata={"description": "The agency never reads it."})


class HearingOutcomeSchema(InLanguageSchema):
    outcome = Passage(
        max_length=MAX_ALLEGATION,
        required=True,
        metadata={"description": "For the agency's eyes, in your own words; compared as an allegation is."},
    )
    object_days = Count(
        minimum=30, maximum=365, required=True, metadata={"description": "Days to object.", "example": 60}
    )


class ServedHearingSummarySchema(OutSchema):
    """What an agency is asked, in its list."""

    hearing_id = fields.String(attribute="reference", required=True)
    state = OneOf(("served", "answered", "lapsed", "closed"), required=True, metadata=_CLOSED)
    served_on = fields.Date(required=True)
    answer_by = fields.Date(required=True)
    unit = fields.Dict(
        keys=fields.String(), values=fields.String(), required=True, metadata={"description": "Who asks, by language."}
    )


class ServedHearingsSchema(OutSchema):
    items = fields.List(fields.Nested(ServedHearingSummarySchema), required=True)


class ServedHearingSchema(ServedHearingSummarySchema):
    """All that an agency reads: never a case's number, a day before it was served, or who complained."""

    allegation = fields.String(required=True)
    language = fields.String(required=True, allow_none=True, metadata={"description": "Of the text, if that was said."})
    translation = fields.String(required=True, allow_none=True, metadata=_TRANSLATION)
    draft = fields.String(
        required=True, metadata={"description": "Your answer as far as it is kept; empty without one."}
    )
    answer = fields.String(required=True, allow_none=True)
    answered_on = fields.Date(required=True, allow_none=True)
    may_answer = fields.Boolean(required=True)
    longer = fields.String(required=True, allow_none=True, metadata={"description": "Why you asked for longer."})
    outcome = fields.String(required=True, allow_none=True, metadata={"description": "What was decided."})
    outcome_language = fields.String(required=True, allow_none=True)
    outcome_translation = fields.String(required=True, allow_none=True, metadata=_TRANSLATION)
    object_until = fields.Date(required=True, allow_none=True, metadata=_OBJECT)
    objection = fields.String(required=True, allow_none=True)
    may_object = fields.Boolean(required=True)
    files = fields.List(
        fields.Nested(AgencyPaperSchema),
        required=True,
        metadata={"description": "Papers that go with your answer or your objection."},
    )
    keeps_originals = fields.Boolean(
        required=True,
        metadata={"description": "False where of what you send the copy without place and device alone is kept."},
    )
    version = fields.Integer(required=True, metadata=_VERSION)


class HearingAnswerSchema(InSchema):
    text = Passage(max_length=MAX_ANSWER, required=True)


class HearingLongerAskedSchema(InSchema):
    text = Passage(max_length=2000, required=True, metadata={"description": "Why you need longer."})
