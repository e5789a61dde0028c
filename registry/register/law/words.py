"""The closed sets of words that rows of law use."""

from enum import StrEnum

from registry.vocabulary.register import Word


class LawRole(StrEnum):
    """Which end of a corridor the country is; `outside`: the registry does not answer for it and says where to ask.

    `union`: the law that all member states share.
    """

    UNION = "union"
    ORIGIN = "origin"
    DESTINATION = "destination"
    OUTSIDE = "outside"


class LawActivity(Word):
    """What law regulates. Those that `terms.Activity` has too are spelt alike and compare equal."""

    PLACEMENT = "placement"
    TEMPORARY_WORK = "temporary_work"
    LABOUR_SERVICE_ABROAD = "labour_service_abroad"
    POSTING_IN = "posting_in"
    """An agency established elsewhere lends or posts its workers into the country."""
    SEAFARER_PLACEMENT = "seafarer_placement"
    PROJECT_CONTRACTING = "project_contracting"
    """A contractor sends its own staff to its project abroad."""
    CONTRACTOR_STAFFING = "contractor_staffing"
    """An intermediary finds staff for such contractors."""


class RegimeScope(StrEnum):
    """Which workers a regime is about, where it is not about all: those who stay, come in or go out."""

    INLAND = "inland"
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Instead(StrEnum):
    """What stands in the place of a licence where a country asks for none."""

    NOTICE = "notice"
    GUARANTEE = "guarantee"
    REGISTER = "register"
    CONDUCT_RULES = "conduct_rules"
    TRADE_NOTICE = "trade_notice"
    REPRESENTATIVE = "representative"
    HOME_LICENCE = "home_licence"
    LABOUR_CONTRACT = "labour_contract"


class AsOfKind(StrEnum):
    """How the day of a text is known: it bears the day, it was guessed, or only the day of reading is known."""

    TEXT = "text"
    GUESS = "guess"
    READING_DAY = "reading_day"


class TextFrom(StrEnum):
    """Where the text was read: with its publisher, in a copy, in somebody's account of it, or nowhere."""

    PUBLISHER = "publisher"
    MIRROR = "mirror"
    SECONDARY = "secondary"
    NONE = "none"


class SecondReading(StrEnum):
    """What backs a row beside its source: the act was read a second time, or another source agrees."""

    TEXT = "text"
    SECOND = "second"


class CodeFit(StrEnum):
    """How sector codes fit the law's own words, where they do not fit exactly."""

    WIDER_THAN_LAW = "wider_than_law"
    NARROWER_THAN_LAW = "narrower_than_law"


class OccupationScheme(StrEnum):
    """Codes of occupations: the international ones, or Sweden's own."""

    ISCO = "isco"
    SSYK = "ssyk"


class LimitSubject(StrEnum):
    """What a limit of law is about."""

    NATIONALITY = "nationality"
    LENDING = "lending"
    RESIDENCE = "residence"
    SECTOR = "sector"
    OCCUPATION = "occupation"
    WORK_KIND = "work_kind"
    QUOTA = "quota"
    SHARE = "share"
    DURATION = "duration"
    EMPLOYER_CONDITION = "employer_condition"
    AGENCY_CONDITION = "agency_condition"
    PERMIT_CONDITION = "permit_condition"
    SCOPE_OF_PAPER = "scope_of_paper"
    DISGUISED_LENDING = "disguised_lending"
    CONDUCT = "conduct"
    DOCUMENTS = "documents"
    DESTINATION = "destination"
    PRACTICE = "practice"


ABOUT_CONDUCT = frozenset(
    {LimitSubject.DISGUISED_LENDING, LimitSubject.CONDUCT, LimitSubject.DOCUMENTS, LimitSubject.PRACTICE}
)
"""Limits on deeds rather than plans: they count where the question states the deed, and inform elsewhere."""


class LimitEffect(StrEnum):
    """What a limit does to an answer at most."""

    BARS = "bars"
    CONDITIONS = "conditions"
    INFORMS = "informs"
    UNKNOWN = "unknown"


class AppliesTo(StrEnum):
    """Whom a limit is about; without any of them, everybody."""

    THIRD_COUNTRY_PERMIT_BOUND = "third_country_permit_bound"
    EVERYBODY = "everybody"


class ExemptionFact(StrEnum):
    """The fact that an exemption asks for. Only `permit_free` is ever a field of the question."""

    PERMIT_FREE = "permit_free"
    PERMIT_TITLE = "permit_title"
    FIRM_SIZE = "firm_size"
    OTHER_WORK = "other_work"


class Visa(Word):
    """The visa a worker will travel on. `unknown`: the caller was asked and cannot say, which counts as not asked."""

    TOURIST = "tourist"
    BUSINESS = "business"
    STUDY = "study"
    WORK = "work"
    NONE = "none"
    UNKNOWN = "unknown"


class Route(StrEnum):
    """How a citizen of China may come to a permit."""

    DIRECT = "direct"
    AGENCY = "agency"
    COOK = "cook"
    SKILLED = "skilled"
    SEASONAL = "seasonal"
    STUDENT = "student"
    AU_PAIR_OR_STUDENT = "au_pair_or_student"
    HOUSEHOLD_OR_FARM = "household_or_farm"
    POSTED = "posted"
    INTRA_GROUP = "intra_group"
    INVESTMENT = "investment"
    SHORT_TERM = "short_term"
    JOB_SEEKER = "job_seeker"
    REGULARISATION = "regularisation"
    DECLARATION = "declaration"
    PERMIT_FREE = "permit_free"


class RightSubject(StrEnum):
    """What a worker asks who has no permit, or is afraid to lose it. What may be done with papers is a limit."""

    WAGES = "wages"
    """Whether wages are owed for work that was done without a permit."""
    HOURS = "hours"
    REPORTING = "reporting"
    """What happens to those who report."""
    STAY = "stay"
    """Whether a victim may stay."""


class Possible(StrEnum):
    """Whether a route is open. `quota`: places are few, which says of none that it is free."""

    POSSIBLE = "possible"
    QUOTA = "quota"
    NOT_POSSIBLE = "not_possible"
    UNKNOWN = "unknown"


class Charging(StrEnum):
    """What law says of charging a worker. `partly`: say neither "free" nor "allowed", show the text."""

    FORBIDDEN = "forbidden"
    PARTLY = "partly"
    ALLOWED = "allowed"
    UNKNOWN = "unknown"


class Breadth(StrEnum):
    """`narrow`: a ban on one charge, never to be read as a general one."""

    NARROW = "narrow"


class ChargedBy(StrEnum):
    """Whose charge a fee row is about."""

    PLACEMENT_AGENT = "placement_agent"
    TEMPORARY_AGENCY = "temporary_agency"
    ANY_INTERMEDIARY = "any_intermediary"
    LICENSED_SENDER = "licensed_sender"
    UNLICENSED = "unlicensed"
    CONTRACTOR = "contractor"
    EMPLOYER = "employer"
    SEAFARER_AGENT = "seafarer_agent"


class ListForm(StrEnum):
    """In which form an authority publishes its list."""

    HTML_QUERY = "html_query"
    HTML = "html"
    PDF = "pdf"
    XLSX = "xlsx"
    CSV = "csv"
    JSON_CSV = "json_csv"
    MIXED = "mixed"
    NONE = "none"
    UNKNOWN = "unknown"
