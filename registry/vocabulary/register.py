"""The field's words as closed sets and tables. Everything may import this; it imports nothing of ours.

Sources: Decree 620 of the State Council (in force 2012-08-01), the ILO's forced-labour indicators and fee definitions,
the national registers named beside each licence kind.
"""

from enum import StrEnum
from typing import NamedTuple


class Word(StrEnum):
    """A word of a closed set, hashed as the text that it is.

    A verdict looks words up in tables dozens of times, and the enumeration's own hash is written in Python.
    """

    __hash__ = str.__hash__


class Answer(Word):
    """The verdict as the caller gets it: never a raw status alone."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Role(Word):
    SENDING = "sending"
    RECEIVING = "receiving"


class HolderKind(StrEnum):
    """Whether the holder is a person the law protects as such. `unknown` is treated as a natural person."""

    LEGAL_PERSON = "legal_person"
    SOLE_TRADER = "sole_trader"
    UNKNOWN = "unknown"


class NameKind(StrEnum):
    LEGAL = "legal"
    TRADE = "trade"
    SHORT = "short"
    FORMER = "former"


class Likeness(StrEnum):
    """In what way a registered name answers to a name that is asked for, the closest first."""

    EXACT = "exact"
    DIACRITICS = "diacritics"
    LEGAL_FORM = "legal_form"
    WORD_ORDER = "word_order"
    PINYIN = "pinyin"
    TRANSLATION = "translation"
    CHARACTERS = "characters"
    TYPING = "typing"
    PART = "part"
    INITIALS = "initials"
    SIMILAR = "similar"


class Script(StrEnum):
    """ISO 15924 codes of the scripts that lists come in; `zyyy` is undetermined."""

    HANS = "hans"
    HANT = "hant"
    LATN = "latn"
    CYRL = "cyrl"
    GREK = "grek"
    ZYYY = "zyyy"


class IdentifierScheme(Word):
    USCC = "uscc"
    VAT = "vat"
    LEI = "lei"
    EUID = "euid"
    REGISTRATION_NUMBER = "registration_number"


class ChannelKind(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    WEBSITE = "website"
    WECHAT = "wechat"
    BANK_ACCOUNT = "bank_account"


class Activity(Word):
    PLACEMENT = "placement"
    TEMPORARY_WORK = "temporary_work"
    LABOUR_SERVICE_ABROAD = "labour_service_abroad"
    COUNSELLING = "counselling"


class Visa(Word):
    """On what a worker will travel or stay. `work`: a visa or permit that allows this work; `seasonal`: one for seasonal work,
    given by quota and by list of countries; `other_state`: one that another state gave; `unknown`: the worker cannot say."""

    TOURIST = "tourist"
    BUSINESS = "business"
    STUDY = "study"
    NONE = "none"
    WORK = "work"
    SEASONAL = "seasonal"
    OTHER_STATE = "other_state"
    UNKNOWN = "unknown"


class RecruiterKind(Word):
    """Who offers the work. `unknown`: the worker cannot say."""

    AGENCY = "agency"
    EMPLOYER = "employer"
    CONTRACTOR = "contractor"
    SHIP = "ship"
    SCHOOL_OR_FAMILY = "school_or_family"
    PRIVATE_PERSON = "private_person"
    UNKNOWN = "unknown"


class EmployerKind(Word):
    """Who would employ the worker: a firm, body or other registered business, a household, or a person who runs none.

    `unknown`: the worker cannot say.
    """

    COMPANY = "company"
    HOUSEHOLD = "household"
    PERSON = "person"
    UNKNOWN = "unknown"


class Weight(Word):
    """Whether a reason made the answer what it is, or says more about it."""

    DECIDES = "decides"
    INFORMS = "informs"


RECRUITING = frozenset({Activity.PLACEMENT, Activity.TEMPORARY_WORK, Activity.LABOUR_SERVICE_ABROAD})


class Territory(Word):
    """Where a kind permits recruiting for when the licence itself states no corridor: the kind's legal default."""

    HOME = "home"
    ABROAD = "abroad"
    NOT_STATED = "not_stated"


class KindRule(NamedTuple):
    """One row of the kind table: country of issue, what it permits, and its default territory."""

    country: str | None
    permits: frozenset[Activity]
    territory: Territory


class LicenceKind(Word):
    CN_FOREIGN_LABOUR_SERVICE_COOPERATION = "cn_foreign_labour_service_cooperation"
    CN_OVERSEAS_EMPLOYMENT_INTERMEDIARY_LEGACY = "cn_overseas_employment_intermediary_legacy"
    CN_HUMAN_RESOURCES_SERVICE = "cn_human_resources_service"
    CN_DOMESTIC_LABOUR_DISPATCH = "cn_domestic_labour_dispatch"
    CN_SEAFARER_DISPATCH = "cn_seafarer_dispatch"
    IT_SOMMINISTRAZIONE_GENERALISTA = "it_somministrazione_generalista"
    IT_SOMMINISTRAZIONE_SPECIALISTA = "it_somministrazione_specialista"
    IT_INTERMEDIAZIONE = "it_intermediazione"
    IT_RICERCA_SELEZIONE = "it_ricerca_selezione"
    IT_RICOLLOCAZIONE = "it_ricollocazione"
    DE_AUEG = "de_aueg"
    PL_POSREDNICTWO_KRAJ = "pl_posrednictwo_kraj"
    PL_POSREDNICTWO_ZAGRANICA = "pl_posrednictwo_zagranica"
    PL_DORADZTWO_PERSONALNE = "pl_doradztwo_personalne"
    PL_PORADNICTWO_ZAWODOWE = "pl_poradnictwo_zawodowe"
    PL_PRACA_TYMCZASOWA = "pl_praca_tymczasowa"
    CZ_ZPROSTREDKOVANI_ZAMESTNANI = "cz_zprostredkovani_zamestnani"
    CZ_VYHLEDAVANI_ZAMESTNANI = "cz_vyhledavani_zamestnani"
    CZ_ZAMESTNAVANI_OSOB = "cz_zamestnavani_osob"
    CZ_PORADENSKA_CINNOST = "cz_poradenska_cinnost"
    NL_RECOGNISED_SPONSOR = "nl_recognised_sponsor"
    OTHER_EU = "other_eu"


_NONE: frozenset[Activity] = frozenset()
_PLACEMENT = frozenset({Activity.PLACEMENT})
_TEMPORARY = frozenset({Activity.TEMPORARY_WORK})
_COUNSELLING = frozenset({Activity.COUNSELLING})

KINDS: dict[LicenceKind, KindRule] = {
    LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION: KindRule(
        "CN", frozenset({Activity.LABOUR_SERVICE_ABROAD}), Territory.ABROAD
    ),
    # Merged into the licence above in 2008: shown today it is a red flag.
    LicenceKind.CN_OVERSEAS_EMPLOYMENT_INTERMEDIARY_LEGACY: KindRule("CN", _NONE, Territory.ABROAD),
    # Papers that are genuine for something else and are shown to workers as if they were a licence for work abroad.
    LicenceKind.CN_HUMAN_RESOURCES_SERVICE: KindRule("CN", _NONE, Territory.HOME),
    LicenceKind.CN_DOMESTIC_LABOUR_DISPATCH: KindRule("CN", _NONE, Territory.HOME),
    LicenceKind.CN_SEAFARER_DISPATCH: KindRule("CN", _NONE, Territory.ABROAD),
    LicenceKind.IT_SOMMINISTRAZIONE_GENERALISTA: KindRule("IT", _TEMPORARY | _PLACEMENT, Territory.HOME),
    LicenceKind.IT_SOMMINISTRAZIONE_SPECIALISTA: KindRule("IT", _TEMPORARY, Territory.HOME),
    LicenceKind.IT_INTERMEDIAZIONE: KindRule("IT", _PLACEMENT, Territory.HOME),
    LicenceKind.IT_RICERCA_SELEZIONE: KindRule("IT", _PLACEMENT, Territory.HOME),
    LicenceKind.IT_RICOLLOCAZIONE: KindRule("IT", _NONE, Territory.HOME),
    LicenceKind.DE_AUEG: KindRule("DE", _TEMPORARY, Territory.HOME),
    LicenceKind.PL_POSREDNICTWO_KRAJ: KindRule("PL", _PLACEMENT, Territory.HOME),
    LicenceKind.PL_POSREDNICTWO_ZAGRANICA: KindRule("PL", _PLACEMENT, Territory.ABROAD),
    LicenceKind.PL_DORADZTWO_PERSONALNE: KindRule("PL", _NONE, Territory.HOME),
    LicenceKind.PL_PORADNICTWO_ZAWODOWE: KindRule("PL", _COUNSELLING, Territory.HOME),
    LicenceKind.PL_PRACA_TYMCZASOWA: KindRule("PL", _TEMPORARY, Territory.HOME),
    LicenceKind.CZ_ZPROSTREDKOVANI_ZAMESTNANI: KindRule("CZ", _TEMPORARY | _PLACEMENT | _COUNSELLING, Territory.HOME),
    LicenceKind.CZ_VYHLEDAVANI_ZAMESTNANI: KindRule("CZ", _PLACEMENT | _COUNSELLING, Territory.HOME),
    LicenceKind.CZ_ZAMESTNAVANI_OSOB: KindRule("CZ", _TEMPORARY | _COUNSELLING, Territory.HOME),
    LicenceKind.CZ_PORADENSKA_CINNOST: KindRule("CZ", _COUNSELLING, Territory.HOME),
    # Immigration sponsorship: says nothing about supplying labour.
    LicenceKind.NL_RECOGNISED_SPONSOR: KindRule("NL", _NONE, Territory.HOME),
    LicenceKind.OTHER_EU: KindRule(None, _TEMPORARY | _PLACEMENT, Territory.NOT_STATED),
}


class LicenceStatus(Word):
    APPLIED = "applied"
    REFUSED = "refused"
    PROVISIONAL = "provisional"
    ACTIVE = "active"
    ACTIVE_WITH_CONDITIONS = "active_with_conditions"
    UNDER_SURVEILLANCE = "under_surveillance"
    RENEWAL_PENDING_DEEMED_VALID = "renewal_pending_deemed_valid"
    REVOCATION_PENDING_APPEAL = "revocation_pending_appeal"
    SUSPENDED = "suspended"
    WINDING_DOWN = "winding_down"
    RENEWAL_REFUSED = "renewal_refused"
    EXPIRED = "expired"
    SURRENDERED = "surrendered"
    REVOKED = "revoked"
    REVOKED_IMMEDIATE = "revoked_immediate"
    BANNED = "banned"
    ANNULLED_ENTITY_DISSOLVED = "annulled_entity_dissolved"
    DELISTED = "delisted"


class Continuation(Word):
    """What may go on with workers already placed."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"
    BY_REGIME = "by_regime"
    UNTIL_DATE = "until_date"


class StatusRule(NamedTuple):
    """One row of the status table: may the holder recruit now, and what of existing placements."""

    recruit: Answer
    continue_placements: Continuation


_YES = StatusRule(Answer.YES, Continuation.YES)
_NO_BY_REGIME = StatusRule(Answer.NO, Continuation.BY_REGIME)
_NO_NO = StatusRule(Answer.NO, Continuation.NO)

STATUSES: dict[LicenceStatus, StatusRule] = {
    LicenceStatus.APPLIED: _NO_NO,
    LicenceStatus.REFUSED: _NO_NO,
    LicenceStatus.PROVISIONAL: _YES,
    LicenceStatus.ACTIVE: _YES,
    LicenceStatus.ACTIVE_WITH_CONDITIONS: _YES,
    LicenceStatus.UNDER_SURVEILLANCE: _YES,
    LicenceStatus.RENEWAL_PENDING_DEEMED_VALID: _YES,
    LicenceStatus.REVOCATION_PENDING_APPEAL: StatusRule(Answer.UNKNOWN, Continuation.YES),
    LicenceStatus.SUSPENDED: _NO_BY_REGIME,
    LicenceStatus.WINDING_DOWN: StatusRule(Answer.NO, Continuation.UNTIL_DATE),
    LicenceStatus.RENEWAL_REFUSED: _NO_BY_REGIME,
    LicenceStatus.EXPIRED: _NO_BY_REGIME,
    LicenceStatus.SURRENDERED: _NO_BY_REGIME,
    LicenceStatus.REVOKED: _NO_BY_REGIME,
    LicenceStatus.REVOKED_IMMEDIATE: _NO_BY_REGIME,
    LicenceStatus.BANNED: _NO_BY_REGIME,
    LicenceStatus.ANNULLED_ENTITY_DISSOLVED: _NO_NO,
    LicenceStatus.DELISTED: StatusRule(Answer.UNKNOWN, Continuation.UNKNOWN),
}

BAD_STATUSES = frozenset(
    {
        LicenceStatus.REFUSED,
        LicenceStatus.SUSPENDED,
        LicenceStatus.RENEWAL_REFUSED,
        LicenceStatus.REVOKED,
        LicenceStatus.REVOKED_IMMEDIATE,
        LicenceStatus.BANNED,
        LicenceStatus.REVOCATION_PENDING_APPEAL,
    }
)
"""Statuses that name a wrong: their publicity may end by law (`publish_until`)."""


class RunBy(StrEnum):
    """Who answers a help line: a line that the police run frightens people, so it is always said."""

    STATE = "state"
    STATE_AND_NGO = "state_and_ngo"
    NGO = "ngo"
    UNION = "union"
    POLICE = "police"
    IMMIGRATION = "immigration"
    LABOUR_INSPECTION = "labour_inspection"
    EMERGENCY = "emergency"
    NOT_CONFIRMED = "not_confirmed"


class LineKind(StrEnum):
    """What a help line is for, in a word that every reader knows: its name is in the language of its country."""

    TRAFFICKING = "trafficking"
    LABOUR = "labour"
    VICTIMS = "victims"
    MIGRANTS = "migrants"
    WOMEN = "women"
    POLICE = "police"
    FRAUD = "fraud"
    LEGAL = "legal"
    CONSULAR = "consular"
    GOVERNMENT = "government"


class SanctionKind(StrEnum):
    WARNING_LETTER = "warning_letter"
    CONDITIONS = "conditions"
    POINTS = "points"
    FINE = "fine"
    DEPOSIT_FORFEITURE = "deposit_forfeiture"
    SUSPENSION = "suspension"
    REVOCATION = "revocation"
    REVOCATION_IMMEDIATE = "revocation_immediate"
    REFUSAL_OF_RENEWAL = "refusal_of_renewal"
    DIRECTOR_DEBARMENT = "director_debarment"
    BLACKLISTING = "blacklisting"
    REFERRAL_TO_PROSECUTOR = "referral_to_prosecutor"


class SanctionEnd(StrEnum):
    """How a published sanction ended before its time: shown as prominently as the sanction itself."""

    LIFTED = "lifted"
    OVERTURNED = "overturned"


class ConditionCode(Word):
    """Conditions a rule can judge; `other` is free text that no rule can, so it never yields `yes`."""

    ONLY_SECTORS = "only_sectors"
    NOT_SECTORS = "not_sectors"
    ONLY_DESTINATIONS = "only_destinations"
    NOT_DESTINATIONS = "not_destinations"
    NO_NEW_RECRUITMENT = "no_new_recruitment"
    OTHER = "other"


class Language(Word):
    """Languages of the public pages, of complaints and of the answers to them; more are a catalogue each."""

    ZH_HANS = "zh-Hans"
    ZH_HANT = "zh-Hant"
    EN = "en"
    IT = "it"
    FR = "fr"
    RO = "ro"


STAFF_LANGUAGES = (Language.ZH_HANS, Language.ZH_HANT, Language.EN, Language.IT)
"""Languages of the officers' console and of the pages of organisations' accounts."""


EU_STATES = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""The 27, ISO 3166-1 alpha-2 (Greece is GR here, EL in VAT numbers)."""

UNION = "EU"
"""The country of rows of law that every member state shares."""

SENDING_COUNTRIES = frozenset({"CN"})


def kinds_named_for(country: str) -> list[LicenceKind]:
    """The licence kinds that are named for a country, in the order of `LicenceKind`; none for most states."""
    return [kind for kind, rule in KINDS.items() if rule.country == country]


def kind_of_country(country: str) -> LicenceKind | None:
    """The one kind of licence that a country issues; None where it has several or where none is known.

    A member state that has no kind of its own to recruit issues `other_eu`: a state is added as data alone.
    """
    own = [kind for kind in kinds_named_for(country) if KINDS[kind].permits & RECRUITING]
    if not own and country in EU_STATES:
        return LicenceKind.OTHER_EU
    return own[0] if len(own) == 1 else None


def territory_of(kind: LicenceKind, country: str) -> Territory:
    """Where a licence issued in a country holds by law, as far as it states no corridor itself.

    A member state's licence holds in that state; what it is worth in another is that other state's law.
    """
    territory = KINDS[kind].territory
    is_home = territory is Territory.NOT_STATED and country in EU_STATES
    return Territory.HOME if is_home else territory


OUTSIDE = frozenset({"GB", "HK", "MO"})
"""Countries that the registry does not answer for, and knows whom to ask about."""

CORRIDOR_SECTORS = (
    "14.10", "14.21", "14.22", "14.24", "14.29", "13.92", "15.11", "15.12", "15.20",
    "31.00", "56.11", "56.22", "41.00", "01.13", "81.21", "97.00", "87.30", "96.23", "49.41", "03.11",
)  # fmt: skip
"""NACE Rev. 2.1 classes in which workers from China are most at risk."""

NACE_REVISIONS = ("2.1", "2.0")
