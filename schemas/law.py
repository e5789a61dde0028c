"""The law of each country as rows, each with article, source, mark and day."""

from marshmallow import fields

from registry.vocabulary.codes import FeeReason
from registry.vocabulary.fees import ChargeTime, FeeKind
from registry.vocabulary.law import ForeignLicence, Mark, RegimeRule
from registry.vocabulary.register import Answer, EmployerKind, LicenceStatus
from schemas.base import InSchema, OutSchema
from schemas.fields import Country, Day, OneOf, Word

_COUNTRY = {"description": "ISO 3166-1 alpha-2."}
MARK = {"description": "How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed."}

LAW_ACTIVITIES = (
    "placement", "temporary_work", "labour_service_abroad", "posting_in", "seafarer_placement", "project_contracting",
    "contractor_staffing",
)  # fmt: skip
WEIGHTS = ("shown", "blocks_yes", "decides_with_mark", "decides")
_INSTEAD = (
    "notice", "guarantee", "register", "conduct_rules", "trade_notice", "representative", "home_licence", "labour_contract",
)  # fmt: skip
_CODE_FIT = ("wider_than_law", "narrower_than_law")


class RegimesQuerySchema(InSchema):
    country = Country(metadata={"description": "ISO 3166-1 alpha-2.", "example": "NL"})
    activity = Word(LAW_ACTIVITIES, metadata={"description": "Of regimes, and of limits that are about activities."})
    on = Day(metadata={"description": "Only rows in force on this day.", "example": "2027-01-01"})


class LawRowSchema(OutSchema):
    """What every row bears."""

    id = fields.String(required=True, metadata={"description": "Stable: reasons lead to it."})
    country = fields.String(required=True, metadata=_COUNTRY)
    region = fields.String(required=True, allow_none=True, metadata={"description": "Null: the whole country."})
    article = fields.String(required=True, allow_none=True, metadata={"description": "Law and article."})
    source = fields.String(required=True, metadata={"description": "Title of what was read."})
    publisher_of_source = fields.String(required=True, allow_none=True)
    source_date = fields.String(required=True, allow_none=True, metadata={"description": "As the source says it."})
    source_on = fields.Date(required=True, metadata={"description": "When the registry collected it."})
    mark = OneOf(Mark, required=True, metadata=MARK)
    text_from = OneOf(("publisher", "mirror", "secondary", "none"), required=True)
    is_whole_text = fields.Boolean(required=True, metadata={"description": "The cited article was read whole."})
    as_of = fields.Date(required=True, metadata={"description": "The state of the text."})
    as_of_kind = OneOf(
        ("text", "guess", "reading_day"),
        required=True,
        metadata={"description": "`reading_day`: the text bears no day, its age is not known."},
    )
    as_of_note = fields.String(required=True, allow_none=True)
    in_force_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "When the text was seen to be in force: its age counts from then, else from `as_of`."},
    )
    in_force_source = fields.String(required=True, allow_none=True, metadata={"description": "Where it was seen."})
    is_fresh = fields.Boolean(
        required=True, metadata={"description": "Its age is known, and at most 24 months today: see `in_force_on`."}
    )
    check_by = fields.Date(required=True, metadata={"description": "To be read again by this day."})
    confirmed_on = fields.Date(required=True, allow_none=True, metadata={"description": "By a lawyer; null: not yet."})
    url = fields.String(required=True, allow_none=True)
    note = fields.String(required=True, allow_none=True)
    disputed = fields.String(required=True, allow_none=True, metadata={"description": "Why it decides nothing."})
    disputed_fields = fields.List(
        fields.String(), required=True, metadata={"description": "Those alone are disputed; shown as unknown."}
    )
    overlay = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "By which of the operator's overlays it stands here; null: as it was released."},
    )
    overlaid_on = fields.Date(required=True, allow_none=True, metadata={"description": "When that came into force."})
    weight = OneOf(
        WEIGHTS,
        required=True,
        metadata={"description": "What it may do to an answer: `blocks_yes` makes `unknown`, never `no`."},
    )


class DatedLawRowSchema(LawRowSchema):
    from_ = fields.Date(
        data_key="from", required=True, allow_none=True, metadata={"description": "Null: the first day was not read."}
    )
    to = fields.Date(required=True, allow_none=True, metadata={"description": "Last day; null: no end known."})


class TransitionSchema(OutSchema):
    """Between these days `answer` holds, whatever a list says."""

    from_ = fields.Date(data_key="from", required=True)
    to = fields.Date(required=True)
    answer = OneOf(Answer, required=True)
    text = fields.String(required=True)


class RegimeSchema(DatedLawRowSchema):
    """One period of one country's rule for one activity. Whatever is not listed is unknown."""

    activity = OneOf(LAW_ACTIVITIES, required=True)
    rule = OneOf(RegimeRule, required=True)
    scope = OneOf(
        ("inland", "inbound", "outbound"),
        required=True,
        allow_none=True,
        metadata={"description": "About workers who stay, come in or go out alone."},
    )
    applies_only_to = fields.String(required=True, allow_none=True)
    foreign_licence = OneOf(
        ForeignLicence, required=True, metadata={"description": "What another EU state's licence is worth."}
    )
    foreign_note = fields.String(required=True, allow_none=True)
    are_foreign_bodies_prohibited = fields.Boolean(required=True)
    validity = fields.String(required=True, allow_none=True)
    guarantee = fields.String(required=True, allow_none=True)
    instead = fields.List(
        OneOf(_INSTEAD),
        required=True,
        metadata={"description": "What stands in the place of a licence, where none is asked for."},
    )
    wind_down = fields.String(required=True, allow_none=True)
    wind_down_months = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "How long existing placements may go on after `wind_down_after`; null: unknown."},
    )
    wind_down_after = fields.List(OneOf(LicenceStatus), required=True)
    wind_down_not_after = fields.List(OneOf(LicenceStatus), required=True)
    nace = fields.List(fields.String(), required=True, metadata={"description": "NACE 2.1: for these alone."})
    nace_except = fields.List(fields.String(), required=True)
    nace_fit = OneOf(_CODE_FIT, required=True, allow_none=True)
    transition = fields.Nested(TransitionSchema, required=True, allow_none=True)


class ExemptionSchema(OutSchema):
    text = fields.String(required=True)
    fact = OneOf(("permit_free", "permit_title", "firm_size", "other_work"), required=True)


class LimitSchema(DatedLawRowSchema):
    """A limit of law by sector, occupation, nationality, permit, visa, place or time."""

    text = fields.String(required=True)
    about = fields.String(required=True)
    effect = OneOf(("bars", "conditions", "informs", "unknown"), required=True)
    activities = fields.List(OneOf(LAW_ACTIVITIES), required=True, metadata={"description": "Empty: all."})
    applies_to = fields.List(OneOf(("third_country_permit_bound", "everybody")), required=True)
    nationalities_barred = fields.List(fields.String(), required=True)
    nationalities_allowed = fields.List(
        fields.String(),
        required=True,
        allow_none=True,
        metadata={"description": "Only these nationalities; empty: none; null: it does not depend on nationality."},
    )
    nationalities_exempt = fields.List(fields.String(), required=True)
    only_while_abroad = fields.Boolean(required=True)
    visas_barred = fields.List(fields.String(), required=True)
    permits_covered = fields.List(fields.String(), required=True, metadata={"description": "These permits alone."})
    nace = fields.List(fields.String(), required=True, metadata={"description": "NACE 2.1."})
    nace_fit = OneOf(_CODE_FIT, required=True, allow_none=True)
    employers_barred = fields.List(
        OneOf(EmployerKind), required=True, metadata={"description": "Such employers alone, whom `nace` shows too."}
    )
    occupation_scheme = OneOf(("isco", "ssyk"), required=True, allow_none=True)
    occupations_allowed = fields.List(fields.String(), required=True)
    occupations_barred = fields.List(fields.String(), required=True)
    occupation_fit = OneOf(_CODE_FIT, required=True, allow_none=True)
    years_after_entry = fields.Integer(required=True, allow_none=True)
    years_active_before = fields.Integer(required=True, allow_none=True)
    shortage_jobs_only = fields.Boolean(
        required=True,
        metadata={
            "description": "After `years_active_before` it still bars jobs that are not on the list of shortage jobs."
        },
    )
    deadline = fields.Date(required=True, allow_none=True)
    until_note = fields.String(required=True, allow_none=True)
    exemptions = fields.List(fields.Nested(ExemptionSchema), required=True)


class PermitRouteSchema(LawRowSchema):
    """How a citizen of China may come to a permit. `not_possible` holds for `permits_covered` alone."""

    route = fields.String(required=True)
    who = fields.String(required=True)
    possible = OneOf(("possible", "quota", "not_possible", "unknown"), required=True)
    text = fields.String(required=True)
    visa = fields.String(required=True, allow_none=True)
    applied_for_by = fields.String(required=True, allow_none=True)
    permits_covered = fields.List(fields.String(), required=True)
    not_covered = fields.List(fields.String(), required=True)


class LawFeeSchema(LawRowSchema):
    """Whether a worker may be charged. `partly` and `narrow` mean neither free nor allowed: read the text."""

    charge = OneOf(("forbidden", "partly", "allowed", "unknown"), required=True)
    by = fields.String(required=True)
    by_whom = fields.String(required=True)
    for_what = fields.String(required=True)
    how_much = fields.String(required=True, allow_none=True)
    conditions = fields.String(required=True, allow_none=True)
    penalty = fields.String(required=True, allow_none=True)
    redress = fields.String(required=True, allow_none=True)
    time_limit = fields.String(required=True, allow_none=True)
    breadth = OneOf(("narrow",), required=True, allow_none=True)
    reference = fields.String(required=True, allow_none=True, metadata={"description": "As fee rules name it."})
    reason = OneOf(FeeReason, required=True, allow_none=True)
    kinds = fields.List(OneOf(FeeKind), required=True)
    is_under_any_name = fields.Boolean(
        required=True, metadata={"description": "It forbids to take anything: a bond too."}
    )
    needs_labour_contract = fields.Boolean(required=True)
    most_percent = fields.String(required=True, allow_none=True)
    forbidden_when = fields.List(
        OneOf(ChargeTime), required=True, metadata={"description": "When the row forbids it though it is else allowed."}
    )
    needs_written_contract = fields.Boolean(
        required=True, metadata={"description": "Nothing may be asked without a written contract on the service."}
    )
    max_amount = fields.String(required=True, allow_none=True, metadata={"description": "The most that may be asked."})
    max_currency = fields.String(required=True, allow_none=True, metadata={"description": "ISO 4217."})


class LawRightSchema(LawRowSchema):
    """What law gives a worker, with or without a permit. It decides no answer."""

    about = OneOf(("wages", "hours", "reporting", "stay"), required=True)
    text = fields.String(required=True)
    not_in = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Of law of the Union: states that it does not bind, or of which that was not read."},
    )


class LawAuthoritySchema(LawRowSchema):
    """Who issues what."""

    name = fields.String(required=True)
    name_en = fields.String(required=True)
    issues = fields.String(required=True)
    reference_format = fields.String(required=True, allow_none=True)


class OfficialListSchema(LawRowSchema):
    """A list that an authority publishes."""

    publisher = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    form = fields.String(required=True)
    form_note = fields.String(required=True, allow_none=True)
    columns = fields.List(fields.String(), required=True)
    columns_mark = OneOf(Mark, required=True)
    columns_note = fields.String(required=True, allow_none=True)
    licence_terms = fields.String(required=True, allow_none=True)
    update_rhythm = fields.String(required=True, allow_none=True)
    unique_key = fields.String(required=True, allow_none=True)


class ComingSchema(LawRowSchema):
    on = fields.Date(required=True)
    what = fields.String(required=True)


class PenaltySchema(LawRowSchema):
    what = fields.String(required=True)


class CountryLawSchema(OutSchema):
    country = fields.String(required=True, metadata=_COUNTRY)
    name = fields.String(required=True)
    role = OneOf(("union", "origin", "destination", "outside"), required=True)
    read_on = fields.Date(required=True)
    checked_on = fields.Date(required=True)
    ask = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "Of a country outside: whom to ask, because the registry does not answer for it."},
    )


class WithdrawnLawRowSchema(OutSchema):
    """A row that the overlay withdrew, and why."""

    row = fields.String(required=True)
    reason = fields.String(required=True)


class LawOverlaySchema(OutSchema):
    """A correction that the operator signed and two persons put into force, without a release."""

    version = fields.Integer(required=True)
    made_on = fields.Date(required=True)
    reason = fields.String(required=True)
    rows = fields.List(fields.String(), required=True, metadata={"description": "Ids of the rows it speaks of."})
    withdrawn = fields.List(
        fields.Nested(WithdrawnLawRowSchema),
        required=True,
        metadata={"description": "Of these rows, those that are no longer stated, without another in their place."},
    )
    in_force_from = fields.DateTime(required=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)
    withdrawal_reason = fields.String(required=True, allow_none=True)
    log_index = fields.Integer(required=True, metadata={"description": "The entry that put it into force."})
    kid = fields.String(required=True, metadata={"description": "The law key that signed."})
    signature = fields.String(
        required=True, metadata={"description": "Ed25519, base64url, over a fixed first line and the file's bytes."}
    )
    file = fields.String(required=True, metadata={"description": "The signed file, TOML."})


class RegimesSchema(OutSchema):
    """The law as the registry holds it: `items` are the regimes. Help lines stand at /help-lines."""

    items = fields.List(fields.Nested(RegimeSchema), required=True)
    countries = fields.List(fields.Nested(CountryLawSchema), required=True)
    limits = fields.List(fields.Nested(LimitSchema), required=True)
    permit_routes = fields.List(fields.Nested(PermitRouteSchema), required=True)
    fees = fields.List(fields.Nested(LawFeeSchema), required=True)
    rights = fields.List(fields.Nested(LawRightSchema), required=True)
    authorities = fields.List(fields.Nested(LawAuthoritySchema), required=True)
    official_lists = fields.List(fields.Nested(OfficialListSchema), required=True)
    coming = fields.List(fields.Nested(ComingSchema), required=True)
    penalties = fields.List(fields.Nested(PenaltySchema), required=True)
    overlays = fields.List(
        fields.Nested(LawOverlaySchema),
        required=True,
        metadata={"description": "The operator's corrections, the newest first, those withdrawn among them."},
    )
