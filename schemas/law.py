"""The law of each country as rows, each with article, source, mark and day; overlays that an operator signs."""

from registry.vocabulary.codes import FeeReason
from registry.vocabulary.fees import ChargeTime, FeeKind
from registry.vocabulary.law import ForeignLicence, Mark, RegimeRule
from registry.vocabulary.register import Answer, EmployerKind, LicenceStatus
from schemas import out
from schemas.base import InSchema, OutSchema
from schemas.fields import Country, Day, Line, OneOf, Passage, Word

_COUNTRY = "ISO 3166-1 alpha-2."
MARK = "How sure it is: s read with its publisher, s2 read elsewhere. What was not read is not listed."

LAW_ACTIVITIES = (
    "placement", "temporary_work", "labour_service_abroad", "posting_in", "seafarer_placement", "project_contracting",
    "contractor_staffing",
)  # fmt: skip
_WEIGHTS = ("shown", "blocks_yes", "decides_with_mark", "decides")
_INSTEAD = (
    "notice", "guarantee", "register", "conduct_rules", "trade_notice", "representative", "home_licence",
    "labour_contract",
)  # fmt: skip
_CODE_FIT = ("wider_than_law", "narrower_than_law")


class RegimesQuerySchema(InSchema):
    country = Country("ISO 3166-1 alpha-2.", example="NL")
    activity = Word(LAW_ACTIVITIES, "Of regimes, and of limits that are about activities.")
    on = Day("Only rows in force on this day.", example="2027-01-01")


class LawRowSchema(OutSchema):
    """What every row bears."""

    id = out.string("Stable: reasons lead to it.")
    country = out.string(_COUNTRY)
    region = out.string("Null: the whole country.", allow_none=True)
    article = out.string("Law and article.", allow_none=True)
    source = out.string("Title of what was read.")
    publisher_of_source = out.string(allow_none=True)
    source_date = out.string("As the source says it.", allow_none=True)
    source_on = out.date("When the registry collected it.")
    mark = out.one_of(Mark, MARK)
    text_from = out.one_of(("publisher", "mirror", "secondary", "none"))
    is_whole_text = out.boolean("The cited article was read whole.")
    as_of = out.date("The state of the text.")
    as_of_kind = out.one_of(
        ("text", "guess", "reading_day"), "`reading_day`: the text bears no day, its age is not known."
    )
    as_of_note = out.string(allow_none=True)
    in_force_on = out.date(
        "When the text was seen to be in force: its age counts from then, else from `as_of`.", allow_none=True
    )
    in_force_source = out.string("Where it was seen.", allow_none=True)
    is_fresh = out.boolean("Its age is known, and at most 24 months today: see `in_force_on`.")
    check_by = out.date("To be read again by this day.")
    confirmed_on = out.date("By a lawyer; null: not yet.", allow_none=True)
    url = out.string(allow_none=True)
    note = out.string(allow_none=True)
    disputed = out.string("Why it decides nothing.", allow_none=True)
    disputed_fields = out.strings("Those alone are disputed; shown as unknown.")
    overlay = out.integer(
        "By which of the operator's overlays it stands here; null: as it was released.", allow_none=True
    )
    overlaid_on = out.date("When that came into force.", allow_none=True)
    weight = out.one_of(_WEIGHTS, "What it may do to an answer: `blocks_yes` makes `unknown`, never `no`.")


class DatedLawRowSchema(LawRowSchema):
    from_ = out.date("Null: the first day was not read.", data_key="from", allow_none=True)
    to = out.date("Last day; null: no end known.", allow_none=True)


class TransitionSchema(OutSchema):
    """Between these days `answer` holds, whatever a list says."""

    from_ = out.date(data_key="from")
    to = out.date()
    answer = out.one_of(Answer)
    text = out.string()


class RegimeSchema(DatedLawRowSchema):
    """One period of one country's rule for one activity. Whatever is not listed is unknown."""

    activity = out.one_of(LAW_ACTIVITIES)
    rule = out.one_of(RegimeRule)
    scope = out.one_of(
        ("inland", "inbound", "outbound"), "About workers who stay, come in or go out alone.", allow_none=True
    )
    applies_only_to = out.string(allow_none=True)
    foreign_licence = out.one_of(ForeignLicence, "What another EU state's licence is worth.")
    foreign_note = out.string(allow_none=True)
    are_foreign_bodies_prohibited = out.boolean()
    validity = out.string(allow_none=True)
    guarantee = out.string(allow_none=True)
    instead = out.list_of(OneOf(_INSTEAD), "What stands in the place of a licence, where none is asked for.")
    wind_down = out.string(allow_none=True)
    wind_down_months = out.integer(
        "How long existing placements may go on after `wind_down_after`; null: unknown.", allow_none=True
    )
    wind_down_after = out.list_of(OneOf(LicenceStatus))
    wind_down_not_after = out.list_of(OneOf(LicenceStatus))
    nace = out.strings("NACE 2.1: for these alone.")
    nace_except = out.strings()
    nace_fit = out.one_of(_CODE_FIT, allow_none=True)
    transition = out.nested(TransitionSchema, allow_none=True)


class ExemptionSchema(OutSchema):
    text = out.string()
    fact = out.one_of(("permit_free", "permit_title", "firm_size", "other_work"))


class LimitSchema(DatedLawRowSchema):
    """A limit of law by sector, occupation, nationality, permit, visa, place or time."""

    text = out.string()
    about = out.string()
    effect = out.one_of(("bars", "conditions", "informs", "unknown"))
    activities = out.list_of(OneOf(LAW_ACTIVITIES), "Empty: all.")
    applies_to = out.list_of(OneOf(("third_country_permit_bound", "everybody")))
    nationalities_barred = out.strings()
    nationalities_allowed = out.strings(
        "Only these nationalities; empty: none; null: it does not depend on nationality.",
        allow_none=True,
    )
    nationalities_exempt = out.strings()
    only_while_abroad = out.boolean()
    visas_barred = out.strings()
    permits_covered = out.strings("These permits alone.")
    nace = out.strings("NACE 2.1.")
    nace_fit = out.one_of(_CODE_FIT, allow_none=True)
    employers_barred = out.list_of(OneOf(EmployerKind), "Such employers alone, whom `nace` shows too.")
    occupation_scheme = out.one_of(("isco", "ssyk"), allow_none=True)
    occupations_allowed = out.strings()
    occupations_barred = out.strings()
    occupation_fit = out.one_of(_CODE_FIT, allow_none=True)
    years_after_entry = out.integer(allow_none=True)
    years_active_before = out.integer(allow_none=True)
    shortage_jobs_only = out.boolean(
        "After `years_active_before` it still bars jobs that are not on the list of shortage jobs."
    )
    deadline = out.date(allow_none=True)
    until_note = out.string(allow_none=True)
    exemptions = out.list_of(ExemptionSchema)


class PermitRouteSchema(LawRowSchema):
    """How a citizen of China may come to a permit. `not_possible` holds for `permits_covered` alone."""

    route = out.string()
    who = out.string()
    possible = out.one_of(("possible", "quota", "not_possible", "unknown"))
    text = out.string()
    visa = out.string(allow_none=True)
    applied_for_by = out.string(allow_none=True)
    permits_covered = out.strings()
    not_covered = out.strings()


class LawFeeSchema(LawRowSchema):
    """Whether a worker may be charged. `partly` and `narrow` mean neither free nor allowed: read the text."""

    charge = out.one_of(("forbidden", "partly", "allowed", "unknown"))
    by = out.string()
    by_whom = out.string()
    for_what = out.string()
    how_much = out.string(allow_none=True)
    conditions = out.string(allow_none=True)
    penalty = out.string(allow_none=True)
    redress = out.string(allow_none=True)
    time_limit = out.string(allow_none=True)
    breadth = out.one_of(("narrow",), allow_none=True)
    reference = out.string("As fee rules name it.", allow_none=True)
    reason = out.one_of(FeeReason, allow_none=True)
    kinds = out.list_of(OneOf(FeeKind))
    is_under_any_name = out.boolean("It forbids to take anything: a bond too.")
    needs_labour_contract = out.boolean()
    most_percent = out.string(allow_none=True)
    forbidden_when = out.list_of(OneOf(ChargeTime), "When the row forbids it though it is else allowed.")
    needs_written_contract = out.boolean("Nothing may be asked without a written contract on the service.")
    max_amount = out.string("The most that may be asked.", allow_none=True)
    max_currency = out.string("ISO 4217.", allow_none=True)


class LawRightSchema(LawRowSchema):
    """What law gives a worker, with or without a permit. It decides no answer."""

    about = out.one_of(("wages", "hours", "reporting", "stay"))
    text = out.string()
    not_in = out.strings("Of law of the Union: states that it does not bind, or of which that was not read.")


class LawAuthoritySchema(LawRowSchema):
    """Who issues what."""

    name = out.string()
    name_en = out.string()
    issues = out.string()
    reference_format = out.string(allow_none=True)


class OfficialListSchema(LawRowSchema):
    """A list that an authority publishes."""

    publisher = out.string(allow_none=True)
    title = out.string()
    form = out.string()
    form_note = out.string(allow_none=True)
    columns = out.strings()
    columns_mark = out.one_of(Mark)
    columns_note = out.string(allow_none=True)
    licence_terms = out.string(allow_none=True)
    update_rhythm = out.string(allow_none=True)
    unique_key = out.string(allow_none=True)


class ComingSchema(LawRowSchema):
    on = out.date()
    what = out.string()


class PenaltySchema(LawRowSchema):
    what = out.string()


class CountryLawSchema(OutSchema):
    country = out.string(_COUNTRY)
    name = out.string()
    role = out.one_of(("union", "origin", "destination", "outside"))
    read_on = out.date()
    checked_on = out.date()
    ask = out.strings("Of a country outside: whom to ask, because the registry does not answer for it.")


class WithdrawnLawRowSchema(OutSchema):
    """A row that the overlay withdrew, and why."""

    row = out.string()
    reason = out.string()


class LawOverlaySchema(OutSchema):
    """A correction that the operator signed and two persons put into force, without a release."""

    version = out.integer()
    made_on = out.date()
    reason = out.string()
    rows = out.strings("Ids of the rows it speaks of.")
    withdrawn = out.list_of(
        WithdrawnLawRowSchema, "Of these rows, those that are no longer stated, without another in their place."
    )
    in_force_from = out.instant()
    withdrawn_at = out.instant(allow_none=True)
    withdrawal_reason = out.string(allow_none=True)
    log_index = out.integer("The entry that put it into force.")
    kid = out.string("The law key that signed.")
    signature = out.string("Ed25519, base64url, over a fixed first line and the file's bytes.")
    file = out.string("The signed file, TOML.")


class RegimesSchema(OutSchema):
    """The law as the registry holds it: `items` are the regimes. Help lines stand at /help-lines."""

    items = out.list_of(RegimeSchema)
    countries = out.list_of(CountryLawSchema)
    limits = out.list_of(LimitSchema)
    permit_routes = out.list_of(PermitRouteSchema)
    fees = out.list_of(LawFeeSchema)
    rights = out.list_of(LawRightSchema)
    authorities = out.list_of(LawAuthoritySchema)
    official_lists = out.list_of(OfficialListSchema)
    coming = out.list_of(ComingSchema)
    penalties = out.list_of(PenaltySchema)
    overlays = out.list_of(
        LawOverlaySchema, "The operator's corrections, the newest first, those withdrawn among them."
    )


_OFFICER = "Id of the officer."


class OverlayWithdrawalSchema(InSchema):
    reason = Line("Everybody may read it where the overlay was in force.", max_length=400, required=True)


class OverlayProposalSchema(InSchema):
    """A file of `registry law overlay sign` and the line that it wrote beside it."""

    file = Passage("TOML, character for character as it was signed.", max_length=64 * 1024, required=True)
    signature = Line("The kid of a law key and 86 characters of base64url.", max_length=200, required=True)
    filename = Line("What a refusal calls the file; `overlay` without it.", max_length=200)


class DeskOverlaySchema(OutSchema):
    """An overlay of the law as operators see it."""

    overlay_id = out.string()
    state = out.one_of(
        ("proposed", "approved", "refused", "withdrawn"), "`refused` was never in force, `withdrawn` was until then."
    )
    law_version = out.integer("The version that the file states.")
    reason = out.string("Why the law is corrected, as the file says.")
    rows = out.strings("Ids of the rows it speaks of.")
    kid = out.string("The law key that signed.")
    proposed_by = out.string(_OFFICER)
    proposed_at = out.instant()
    decided_by = out.string(_OFFICER, allow_none=True)
    decided_at = out.instant(allow_none=True)
    withdrawal_asked_by = out.string(_OFFICER, allow_none=True)
    withdrawn_by = out.string(_OFFICER, allow_none=True)
    withdrawn_at = out.instant(allow_none=True)
    withdrawal_reason = out.string("Or why it was refused.", allow_none=True)
    file = out.string()
    version = out.integer("For `If-Match`.")


DeskOverlaysSchema = out.list_schema("DeskOverlays", DeskOverlaySchema)
