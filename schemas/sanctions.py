"""Decisions of cases, and sanctions on licences: what comes in, and what is shown of them."""

from marshmallow import fields

from registry.vocabulary.cases import DecisionOutcome, DecisionState
from registry.vocabulary.licensing import SanctionState, Timing, ToldFirst
from registry.vocabulary.register import SanctionKind
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, Line, OneOf, Passage, Word

MAX_WORKERS = 1_000_000
MAX_REASON = 400

_STATE = {"description": "From where to where it may go: docs/officers/sanctions.md."}
_VERSION = {"description": "For If-Match, in quotes."}
_OFFICER = {"description": "An officer's id."}
_LACK = {"description": "What is lacking, as a code; null where nothing is."}
_DAYS = {"description": "A date in the authority's time zone."}
_UNKNOWN = {"description": "Absent: it was asked for and is not known."}
ENDS = (SanctionState.STAYED_BY_APPEAL, SanctionState.IN_FORCE, SanctionState.LIFTED, SanctionState.OVERTURNED)

_AMOUNT = {"description": "Of a fine, or of what is taken from the deposit.", "example": "1200.50"}


class DecisionDraftSchema(InSchema):
    outcome = Word(DecisionOutcome, required=True)
    reasons = Passage(
        max_length=20_000, required=True, metadata={"description": "For the file; the unit alone reads it."}
    )
    summary = Passage(
        max_length=2000, required=True, metadata={"description": "May be read outside: must not identify anyone."}
    )
    object_days = Count(minimum=30, maximum=365, load_default=60, metadata={"description": "Days for an objection."})
    language = Passage(
        max_length=12,
        metadata={"description": "Language of the summary (en, it, fr, ro, zh-Hans, zh-Hant). Where it is another than the "
                                 "complainant's, a translation is required before the decision is made. Absent: not said."},
    )  # fmt: skip
    translation = Passage(max_length=2000, metadata={"description": "The summary in the complainant's language."})


class DecisionSchema(OutSchema):
    decision_id = fields.String(attribute="decision.reference", required=True)
    outcome = OneOf(DecisionOutcome, attribute="decision.outcome", required=True)
    state = OneOf(DecisionState, attribute="decision.state", required=True)
    reasons = fields.String(required=True)
    summary = fields.String(required=True)
    object_days = fields.Integer(attribute="decision.object_days", required=True)
    object_until = fields.Date(
        attribute="decision.object_until",
        required=True,
        allow_none=True,
        metadata={"description": "The last day for an objection."},
    )
    drafted_by = fields.String(attribute="decision.drafted_by", required=True, metadata=_OFFICER)
    drafted_on = fields.Date(attribute="decision.drafted_on", required=True)
    decided_by = fields.String(attribute="decision.decided_by", required=True, allow_none=True, metadata=_OFFICER)
    decided_on = fields.Date(attribute="decision.decided_on", required=True, allow_none=True)
    lacking = fields.String(
        attribute="lack",
        required=True,
        allow_none=True,
        metadata={"description": "What keeps you from making it, as a code."},
    )
    sanctions = fields.List(
        fields.String(), required=True, metadata={"description": "The ids of sanctions that rest on it."}
    )
    case_version = fields.Integer(
        required=True, metadata={"description": "The version of its case, for If-Match, in quotes."}
    )


class DecisionsSchema(OutSchema):
    """The decisions of a case, the latest first."""

    items = fields.List(fields.Nested(DecisionSchema), required=True)


class SendBackSchema(InSchema):
    reason = Passage(max_length=4000, required=True)


class SanctionReasonSchema(InSchema):
    reason = Passage(max_length=MAX_REASON, required=True)


class SanctionTermsSchema(InSchema):
    kind = Word(SanctionKind, required=True)
    legal_ground = Line(max_length=400, required=True, metadata={"description": "Law and article; everybody reads it."})
    effective_from = Day(required=True, metadata=_DAYS)
    until = Day(metadata={"description": "The last day of what ends by itself."})
    appeal_deadline = Day()
    publish_until = Day(metadata={"description": "The last day on which the law lets it be shown."})
    public_text = Passage(max_length=2000, metadata={"description": "May be read by everybody."})
    amount = Line(max_length=24, metadata=_AMOUNT)
    currency = Line(max_length=3, metadata={"description": "ISO 4217, beside `amount`.", "example": "EUR"})
    points = Count(minimum=1, maximum=1000, metadata={"description": "Of `points` alone."})


class SanctionProposalSchema(SanctionTermsSchema):
    licence_id = Line(
        max_length=200,
        required=True,
        metadata={"description": "A licence of your own authority: its id, or the number on the licence."},
    )
    decision_id = Line(
        max_length=40,
        metadata={"description": "What it rests on; absent: the authority's own finding. Brings `case_version`."},
    )
    case_version = Count(
        minimum=1, maximum=999_999_999, metadata={"description": "The version of the decided case as read."}
    )


class WorkersLookSchema(InSchema):
    """The workers in place, before a licence is taken away."""

    workers = Count(minimum=0, maximum=MAX_WORKERS, metadata=_UNKNOWN)
    permits_at_risk = Count(minimum=0, maximum=MAX_WORKERS, metadata=_UNKNOWN)
    deposit_claims = Count(minimum=0, maximum=MAX_WORKERS, metadata=_UNKNOWN)
    told = fields.List(Word(ToldFirst), load_default=list, metadata={"description": "Who was told beforehand."})
    teller = Line(max_length=400, metadata={"description": "Who tells the workers in Chinese."})
    timing = Word(Timing, required=True, metadata={"description": "Could the timing point to the complainant?"})
    waits_until = Day(
        metadata={"description": "Another first day, if they need time. Not where somebody is in danger."}
    )


class SanctionEndAskedSchema(InSchema):
    to = Word(ENDS, required=True, metadata={"description": "`in_force`: the appeal that stayed it was dismissed."})
    ground = Line(max_length=MAX_REASON, required=True, metadata={"description": "The order or article behind it."})


class WorkersInPlaceSchema(OutSchema):
    workers = fields.Integer(required=True, allow_none=True)
    permits_at_risk = fields.Integer(required=True, allow_none=True)
    deposit_claims = fields.Integer(required=True, allow_none=True)
    told = fields.List(fields.String(), attribute="informed", required=True)
    teller = fields.String(required=True)
    timing = OneOf(Timing, required=True)
    filled_by = fields.String(required=True, metadata=_OFFICER)
    filled_on = fields.Date(required=True)


class SanctionMoveSchema(OutSchema):
    from_ = OneOf(SanctionState, attribute="from_state", required=True, data_key="from")
    to = OneOf(SanctionState, attribute="to_state", required=True)
    on = fields.Date(attribute="on_day", required=True)
    by = fields.String(required=True, allow_none=True, metadata={"description": "Null: the registry, on its day."})
    ground = fields.String(required=True, allow_none=True)
    entry = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The index of what it told the public, in the log."}
    )


class SanctionWaySchema(OutSchema):
    """A state to which you may take it. What a request brings along, such as a reason, is asked for then."""

    to = OneOf(SanctionState, required=True)
    lacking = fields.String(required=True, allow_none=True, metadata=_LACK)


class SanctionEndingSchema(OutSchema):
    """What was asked for and waits for a second person."""

    to = OneOf(SanctionState, attribute="ending_to", required=True)
    ground = fields.String(attribute="ending_ground", required=True)
    asked_by = fields.String(attribute="ending_by", required=True, metadata=_OFFICER)


class SanctionSummarySchema(OutSchema):
    """A sanction. `rests_on_decision` says no more than that: which one, its unit reads with the case."""

    sanction_id = fields.String(attribute="reference", required=True)
    agency_id = fields.String(attribute="agency", required=True)
    licence_id = fields.String(attribute="licence", required=True)
    kind = OneOf(SanctionKind, required=True)
    state = OneOf(SanctionState, required=True, metadata=_STATE)
    rests_on_decision = fields.Boolean(required=True)
    is_urgent = fields.Boolean(required=True)
    legal_ground = fields.String(required=True)
    amount = fields.String(required=True, allow_none=True, metadata=_AMOUNT)
    currency = fields.String(required=True, allow_none=True)
    points = fields.Integer(required=True, allow_none=True)
    public_text = fields.String(required=True, allow_none=True)
    effective_from = fields.Date(required=True, metadata=_DAYS)
    in_force_on = fields.Date(required=True, allow_none=True)
    until = fields.Date(required=True, allow_none=True)
    appeal_deadline = fields.Date(required=True, allow_none=True)
    publish_until = fields.Date(required=True, allow_none=True)
    proposed_by = fields.String(required=True, metadata=_OFFICER)
    proposed_on = fields.Date(required=True)
    approved_by = fields.String(required=True, allow_none=True, metadata=_OFFICER)
    approved_on = fields.Date(required=True, allow_none=True)
    ending = fields.Nested(SanctionEndingSchema, required=True, allow_none=True)
    version = fields.Integer(required=True, metadata=_VERSION)


class DeskSanctionSchema(SanctionSummarySchema):
    workers_in_place = fields.Nested(WorkersInPlaceSchema, attribute="workers", required=True, allow_none=True)
    moves = fields.List(fields.Nested(SanctionMoveSchema), required=True)
    ways = fields.List(fields.Nested(SanctionWaySchema), required=True)


class SanctionsSchema(OutSchema):
    """Those that wait for a second person first."""

    items = fields.List(fields.Nested(SanctionSummarySchema), required=True)
