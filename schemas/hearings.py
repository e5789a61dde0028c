"""Hearings: what an officer puts to an agency, who looked at it, and what the agency answers."""

from marshmallow import fields

from registry.vocabulary.cases import AttachmentState, FileKind, HandedWith, HearingEnd, HearingState, NoCopy
from registry.vocabulary.register import Language
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, Line, Passage, Word

MAX_ALLEGATION = 8000
MAX_REASON = 4000
MAX_ANSWER = 20_000

_STATE = "From where to where it may go: docs/officers/hearings.md."
_CLOSED = "`closed` is shown once you were told what was decided."
_TRANSLATION = "The same in a language that the agency reads; null where there is none."
_OBJECT = "The last day to object."
_LACK = "What is lacking, as a code; null where nothing is."


class HearingSummarySchema(OutSchema):
    """A hearing without a word of what is in it."""

    hearing_id = out.string(attribute="reference")
    agency_id = out.string(attribute="agency")
    state = out.one_of(tuple(HearingState), _STATE)
    drafted_by = out.string(out.OFFICER)
    drafted_on = out.date()
    checked_by = out.string(allow_none=True)
    checked_on = out.date(allow_none=True)
    served_by = out.string(allow_none=True)
    served_on = out.date(allow_none=True)
    answer_by = out.date("The last day to answer.", allow_none=True)
    answered_on = out.date(allow_none=True)
    ended_on = out.date(allow_none=True)
    ended_because = out.one_of(tuple(HearingEnd), allow_none=True)
    version = out.integer(out.IF_MATCH)


class ReprisalSchema(OutSchema):
    """How easily the agency could guess who complained."""

    could_complain = out.integer("How many people could have; null if not known.", allow_none=True)
    is_few = out.boolean("Approving asks for a reason then.")
    days_since_filing = out.integer()
    others = out.integer("Further cases of the unit about this agency.")


class HearingWaySchema(OutSchema):
    """A state to which you may take it. What a request brings along, such as a reason, is asked for then."""

    to = out.one_of(tuple(HearingState))
    lacking = out.string(_LACK, allow_none=True)


class AgencyPaperSchema(OutSchema):
    """A paper of an agency. There is a copy of it once `state` is `clean`."""

    attachment_id = out.string(attribute="reference")
    name = out.string("As it was sent, without what does harm.")
    kind = out.one_of(FileKind, "What its bytes are.")
    size = out.integer("Bytes, as it was sent.")
    kept_on = out.date(attribute="stored_on")
    state = out.one_of(AttachmentState)
    no_copy = out.one_of(NoCopy, "Why there is no copy.", allow_none=True)
    goes_with = out.one_of(HandedWith, "What it was handed in with.")
    has_original = out.boolean("False where the copy alone was kept, since the custodian's key was not there.")


class HearingSchema(HearingSummarySchema):
    """A hearing as the unit of its case reads it; reading it is on record."""

    case_id = out.string(attribute="case.reference")
    allegation = out.string("Exactly what the agency reads, or would.")
    language = out.string("Of the text, if that was said.", attribute="hearing.language", allow_none=True)
    translation = out.string(_TRANSLATION, allow_none=True)
    reads = out.strings("The languages of the agency's people, most first.")
    answer = out.string(allow_none=True)
    returned = out.string("Why it was sent back.", allow_none=True)
    few = out.string("Why it goes though few could have complained.", allow_none=True)
    longer = out.string("Why the agency asks for longer to answer.", allow_none=True)
    extended = out.string("Why it was given longer.", allow_none=True)
    outcome = out.string("What the agency was told of the decision.", allow_none=True)
    outcome_language = out.string(attribute="hearing.outcome_language", allow_none=True)
    outcome_translation = out.string(_TRANSLATION, allow_none=True)
    told_on = out.date(
        "Null while the outcome waits for its translation.", attribute="hearing.told_on", allow_none=True
    )
    object_until = out.date(_OBJECT, attribute="hearing.object_until", allow_none=True)
    objection = out.string("What the agency says to it.", allow_none=True)
    objected_on = out.date(attribute="hearing.objected_on", allow_none=True)
    files = out.list_of(AgencyPaperSchema, "Papers that came with the answer or the objection.")
    reprisal = out.nested(ReprisalSchema)
    ways = out.list_of(HearingWaySchema)


class InLanguageSchema(InSchema):
    """In which language a text for the agency is, and the same in the agency's."""

    language = Word(Language, "Of the text. In one that no one at the agency reads it waits for a translator.")
    translation = Passage("The same text in the agency's language, if you have it.", max_length=MAX_ALLEGATION)


class AllegationSchema(InLanguageSchema):
    allegation = Passage(
        "In your own words. Copied words, numbers of cases and days are refused, by line.",
        max_length=MAX_ALLEGATION,
        required=True,
    )
    could_complain = Count("Your estimate of how many people could have complained.", minimum=1, maximum=100_000)


class HearingDraftSchema(AllegationSchema):
    agency_id = Line("Where the case names no agency of the registry.", max_length=20)


class HearingReasonSchema(InSchema):
    reason = Passage(max_length=MAX_REASON, required=True)


class HearingApprovalSchema(InSchema):
    reason = Passage("Needed where `is_few`; the agency never reads it.", max_length=MAX_REASON)


class HearingServiceSchema(InSchema):
    answer_by = Day("From 3 to 90 days from today.", required=True)


class HearingLongerSchema(InSchema):
    answer_by = Day("After the present last day, within 90 days from today.", required=True)
    reason = Passage("The agency never reads it.", max_length=MAX_REASON, required=True)


class HearingOutcomeSchema(InLanguageSchema):
    outcome = Passage(
        "For the agency's eyes, in your own words; compared as an allegation is.",
        max_length=MAX_ALLEGATION,
        required=True,
    )
    object_days = Count("Days to object.", minimum=30, maximum=365, required=True, example=60)


class ServedHearingSummarySchema(OutSchema):
    """What an agency is asked, in its list."""

    hearing_id = out.string(attribute="reference")
    state = out.one_of(("served", "answered", "lapsed", "closed"), _CLOSED)
    served_on = out.date()
    answer_by = out.date()
    unit = out.dict_of(fields.String(), "Who asks, by language.")


class ServedHearingSchema(ServedHearingSummarySchema):
    """All that an agency reads: never a case's number, a day before it was served, or who complained."""

    allegation = out.string()
    language = out.string("Of the text, if that was said.", allow_none=True)
    translation = out.string(_TRANSLATION, allow_none=True)
    draft = out.string("Your answer as far as it is kept; empty without one.")
    answer = out.string(allow_none=True)
    answered_on = out.date(allow_none=True)
    may_answer = out.boolean()
    longer = out.string("Why you asked for longer.", allow_none=True)
    outcome = out.string("What was decided.", allow_none=True)
    outcome_language = out.string(allow_none=True)
    outcome_translation = out.string(_TRANSLATION, allow_none=True)
    object_until = out.date(_OBJECT, allow_none=True)
    objection = out.string(allow_none=True)
    may_object = out.boolean()
    files = out.list_of(AgencyPaperSchema, "Papers that go with your answer or your objection.")
    keeps_originals = out.boolean("False where of what you send the copy without place and device alone is kept.")
    version = out.integer(out.IF_MATCH)


class HearingAnswerSchema(InSchema):
    text = Passage(max_length=MAX_ANSWER, required=True)


class HearingLongerAskedSchema(InSchema):
    text = Passage("Why you need longer.", max_length=2000, required=True)


HearingsSchema = out.list_schema("Hearings", HearingSummarySchema)
ServedHearingsSchema = out.list_schema("ServedHearings", ServedHearingSummarySchema)
