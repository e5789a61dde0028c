"""Decisions of cases, and sanctions on licences: what comes in, and what is shown of them."""

from marshmallow import fields

from registry.vocabulary.cases import DecisionOutcome, DecisionState
from registry.vocabulary.register import SanctionKind
from registry.vocabulary.supervision import SanctionState, Timing, ToldFirst
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Count, Day, Line, Passage, Word

MAX_WORKERS = 1_000_000
MAX_REASON = 400

_STATE = "From where to where it may go: docs/officers/sanctions.md."
_LACK = "What is lacking, as a code; null where nothing is."
_DAYS = "A date in the authority's time zone."
_UNKNOWN = "Absent: it was asked for and is not known."
ENDS = (SanctionState.STAYED_BY_APPEAL, SanctionState.IN_FORCE, SanctionState.LIFTED, SanctionState.OVERTURNED)

_AMOUNT = {"description": "Of a fine, or of what is taken from the deposit.", "example": "1200.50"}


class DecisionDraftSchema(InSchema):
    outcome = Word(DecisionOutcome, required=True)
    reasons = Passage("For the file; the unit alone reads it.", max_length=20_000, required=True)
    summary = Passage("May be read outside: must not identify anyone.", max_length=2000, required=True)
    object_days = Count("Days for an objection.", minimum=30, maximum=365, load_default=60)
    language = Passage(
        "Language of the summary (en, it, fr, ro, zh-Hans, zh-Hant). Where it is another than the "
        "complainant's, a translation is required before the decision is made. Absent: not said.",
        max_length=12,
    )
    translation = Passage("The summary in the complainant's language.", max_length=2000)


class DecisionSchema(OutSchema):
    decision_id = out.string(attribute="decision.reference")
    outcome = out.one_of(DecisionOutcome, attribute="decision.outcome")
    state = out.one_of(DecisionState, attribute="decision.state")
    reasons = out.string()
    summary = out.string()
    object_days = out.integer(attribute="decision.object_days")
    object_until = out.date("The last day for an objection.", attribute="decision.object_until", allow_none=True)
    drafted_by = out.string(out.OFFICER, attribute="decision.drafted_by")
    drafted_on = out.date(attribute="decision.drafted_on")
    decided_by = out.string(out.OFFICER, attribute="decision.decided_by", allow_none=True)
    decided_on = out.date(attribute="decision.decided_on", allow_none=True)
    lacking = out.string("What keeps you from making it, as a code.", attribute="lack", allow_none=True)
    sanctions = out.strings("The ids of sanctions that rest on it.")
    case_version = out.integer("The version of its case, for If-Match, in quotes.")


class DecisionsSchema(OutSchema):
    """The decisions of a case, the latest first."""

    items = out.list_of(DecisionSchema)


class SendBackSchema(InSchema):
    reason = Passage(max_length=4000, required=True)


class SanctionReasonSchema(InSchema):
    reason = Passage(max_length=MAX_REASON, required=True)


class SanctionTermsSchema(InSchema):
    kind = Word(SanctionKind, required=True)
    legal_ground = Line("Law and article; everybody reads it.", max_length=400, required=True)
    effective_from = Day(_DAYS, required=True)
    until = Day("The last day of what ends by itself.")
    appeal_deadline = Day()
    publish_until = Day("The last day on which the law lets it be shown.")
    public_text = Passage("May be read by everybody.", max_length=2000)
    amount = Line(max_length=24, metadata=_AMOUNT)
    currency = Line("ISO 4217, beside `amount`.", max_length=3, example="EUR")
    points = Count("Of `points` alone.", minimum=1, maximum=1000)


class SanctionProposalSchema(SanctionTermsSchema):
    licence_id = Line(
        "A licence of your own authority: its id, or the number on the licence.", max_length=200, required=True
    )
    decision_id = Line("What it rests on; absent: the authority's own finding. Brings `case_version`.", max_length=40)
    case_version = Count("The version of the decided case as read.", minimum=1, maximum=999_999_999)


class WorkersLookSchema(InSchema):
    """The workers in place, before a licence is taken away."""

    workers = Count(_UNKNOWN, minimum=0, maximum=MAX_WORKERS)
    permits_at_risk = Count(_UNKNOWN, minimum=0, maximum=MAX_WORKERS)
    deposit_claims = Count(_UNKNOWN, minimum=0, maximum=MAX_WORKERS)
    told = fields.List(Word(ToldFirst), load_default=list, metadata={"description": "Who was told beforehand."})
    teller = Line("Who tells the workers in Chinese.", max_length=400)
    timing = Word(Timing, "Could the timing point to the complainant?", required=True)
    waits_until = Day("Another first day, if they need time. Not where somebody is in danger.")


class SanctionEndAskedSchema(InSchema):
    to = Word(ENDS, "`in_force`: the appeal that stayed it was dismissed.", required=True)
    ground = Line("The order or article behind it.", max_length=MAX_REASON, required=True)


class WorkersInPlaceSchema(OutSchema):
    workers = out.integer(allow_none=True)
    permits_at_risk = out.integer(allow_none=True)
    deposit_claims = out.integer(allow_none=True)
    told = out.strings(attribute="informed")
    teller = out.string()
    timing = out.one_of(Timing)
    filled_by = out.string(out.OFFICER)
    filled_on = out.date()


class SanctionMoveSchema(OutSchema):
    from_ = out.one_of(SanctionState, attribute="from_state", data_key="from")
    to = out.one_of(SanctionState, attribute="to_state")
    on = out.date(attribute="on_day")
    by = out.string("Null: the registry, on its day.", allow_none=True)
    ground = out.string(allow_none=True)
    entry = out.integer("The index of what it told the public, in the log.", allow_none=True)


class SanctionWaySchema(OutSchema):
    """A state to which you may take it. What a request brings along, such as a reason, is asked for then."""

    to = out.one_of(SanctionState)
    lacking = out.string(_LACK, allow_none=True)


class SanctionEndingSchema(OutSchema):
    """What was asked for and waits for a second person."""

    to = out.one_of(SanctionState, attribute="ending_to")
    ground = out.string(attribute="ending_ground")
    asked_by = out.string(out.OFFICER, attribute="ending_by")


class SanctionSummarySchema(OutSchema):
    """A sanction. `rests_on_decision` says no more than that: which one, its unit reads with the case."""

    sanction_id = out.string(attribute="reference")
    agency_id = out.string(attribute="agency")
    licence_id = out.string(attribute="licence")
    kind = out.one_of(SanctionKind)
    state = out.one_of(SanctionState, _STATE)
    rests_on_decision = out.boolean()
    is_urgent = out.boolean()
    legal_ground = out.string()
    amount = out.string(allow_none=True, metadata=_AMOUNT)
    currency = out.string(allow_none=True)
    points = out.integer(allow_none=True)
    public_text = out.string(allow_none=True)
    effective_from = out.date(_DAYS)
    in_force_on = out.date(allow_none=True)
    until = out.date(allow_none=True)
    appeal_deadline = out.date(allow_none=True)
    publish_until = out.date(allow_none=True)
    proposed_by = out.string(out.OFFICER)
    proposed_on = out.date()
    approved_by = out.string(out.OFFICER, allow_none=True)
    approved_on = out.date(allow_none=True)
    ending = out.nested(SanctionEndingSchema, allow_none=True)
    version = out.integer(out.IF_MATCH)


class DeskSanctionSchema(SanctionSummarySchema):
    workers_in_place = out.nested(WorkersInPlaceSchema, attribute="workers", allow_none=True)
    moves = out.list_of(SanctionMoveSchema)
    ways = out.list_of(SanctionWaySchema)


class SanctionsSchema(OutSchema):
    """Those that wait for a second person first."""

    items = out.list_of(SanctionSummarySchema)
