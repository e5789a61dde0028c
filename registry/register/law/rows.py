"""The rows of law: each is one statement of one country, with article, source, mark and day.

Data only. What a row may decide is in `rules`; a file is read and validated in `loading`.
"""

from datetime import date

import msgspec

from registry.register.law import words
from registry.vocabulary import codes, fees, register
from registry.vocabulary.law import ForeignLicence, Mark, RegimeRule


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was read. `date` is what the source says of its day: `2026-04-07`, `2024`."""

    title: str
    publisher: str | None = None
    date: str | None = None


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A lawyer's confirmation of a row as it stands: who, by role or office, and on which day."""

    by: str
    on: date


class ListCount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many items the text's own list has that a field of the row holds: a list that was cut off bars what is allowed."""

    list: str
    items: int


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """What every row of law bears.

    `id`: unique over all countries and kept for good, so that a reason can lead to its row. `country` is set on
    loading. `article`: law and article. `as_of`: the state of the text. `in_force_on`: the day on which that text was seen
    to be in force, and `in_force_source` where; the row's age counts from it. `check_by`: the day by which its source is to
    be read again. `url` is the publisher's page and may be shown; `copy_url` is where the text was read and is for
    checking alone. `disputed`: why the row decides nothing; with `disputed_fields` those alone are out. `unread`:
    clauses that are known and were not read: for the editors of the file, never shown. `for_editors`: working notes.
    `counts`: of lists that must be whole, how many items the text has.
    """

    id: str
    country: str = ""
    region: str | None = None
    article: str | None = None
    source: Source
    mark: Mark
    text_from: words.TextFrom
    full_text: bool = False
    second_reading: words.SecondReading | None = None
    as_of: date
    as_of_kind: words.AsOfKind
    as_of_note: str | None = None
    in_force_on: date | None = None
    in_force_source: str | None = None
    check_by: date
    url: str | None = None
    copy_url: str | None = None
    note: str | None = None
    disputed: str | None = None
    disputed_fields: tuple[str, ...] = ()
    confirmation: Confirmation | None = None
    unread: tuple[str, ...] = ()
    for_editors: str | None = None
    counts: tuple[ListCount, ...] = ()


class DatedRow(Row, frozen=True, kw_only=True):
    """A row in force from `from_` to `to`, the last day inclusive.

    `is_from_unread`: the first day is known, not read.
    """

    from_: date | None = None
    to: date | None = None
    is_from_unread: bool = False


class AuthorityRow(Row, frozen=True, kw_only=True):
    """Who issues what. For a country outside the registry this is where to ask."""

    name: str
    name_en: str
    issues: str
    reference_format: str | None = None


class Transition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"from_": "from"}):
    """Between these days, the last one inclusive, `answer` holds instead of what any list says."""

    from_: date
    to: date
    answer: register.Answer
    text: str


class Regime(DatedRow, frozen=True, kw_only=True):
    """One period of one country's rule for one activity.

    `scope`: about these workers alone. `applies_only_to`: whom it binds, where not everybody.
    `are_foreign_bodies_prohibited`: only holders of this country's licence may recruit there.
    `wind_down_months`, `wind_down_after`, `wind_down_not_after`: for how long existing placements may go on, and after
    which ends of a licence; `wind_down` says it in words and computes nothing. `nace`, `nace_except`: NACE 2.1 codes it
    is for, or is not for. `instead`: what was read to stand in the place of a licence where none is asked for.
    """

    activity: words.LawActivity
    rule: RegimeRule
    scope: words.RegimeScope | None = None
    applies_only_to: str | None = None
    foreign_licence: ForeignLicence = ForeignLicence.UNKNOWN
    foreign_note: str | None = None
    are_foreign_bodies_prohibited: bool = False
    validity: str | None = None
    guarantee: str | None = None
    instead: tuple[words.Instead, ...] = ()
    wind_down: str | None = None
    wind_down_months: int | None = None
    wind_down_after: tuple[register.LicenceStatus, ...] = ()
    wind_down_not_after: tuple[register.LicenceStatus, ...] = ()
    nace: tuple[str, ...] = ()
    nace_except: tuple[str, ...] = ()
    nace_fit: words.CodeFit | None = None
    transition: Transition | None = None


class Exemption(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Whom or what a limit leaves out, and which fact would show it."""

    text: str
    fact: words.ExemptionFact


class Limit(DatedRow, frozen=True, kw_only=True):
    """A limit of law on what is otherwise allowed: by sector, occupation, nationality, permit, place, or time.

    `text` says it. Nationalities are ISO 3166-1 alpha-2 (XK: Kosovo). `nationalities_allowed`: those alone; empty:
    none; None: it does not go by nationality. `visas_barred`: the pretexts it forbids. `permits_covered`: these permits
    alone. `years_after_entry`: of an agency newly entered; `years_active_before`: that an agency must have worked.
    `deadline`: the day by which something had to be done. Sectors are NACE 2.1. `employers_barred`: it bars work for such
    an employer, whom `nace` shows too. `shortage_jobs_only`: after `years_active_before` it still bars jobs that are not on
    the state's list of shortage jobs.
    """

    text: str
    about: words.LimitSubject
    effect: words.LimitEffect
    activities: tuple[words.LawActivity, ...] = ()
    applies_to: tuple[words.AppliesTo, ...] = ()
    nationalities_barred: tuple[str, ...] = ()
    nationalities_allowed: tuple[str, ...] | None = None
    nationalities_exempt: tuple[str, ...] = ()
    only_while_abroad: bool = False
    visas_barred: tuple[words.Visa, ...] = ()
    permits_covered: tuple[str, ...] = ()
    nace: tuple[str, ...] = ()
    nace_fit: words.CodeFit | None = None
    employers_barred: tuple[register.EmployerKind, ...] = ()
    occupation_scheme: words.OccupationScheme | None = None
    occupations_allowed: tuple[str, ...] = ()
    occupations_barred: tuple[str, ...] = ()
    occupation_fit: words.CodeFit | None = None
    years_after_entry: int | None = None
    years_active_before: int | None = None
    shortage_jobs_only: bool = False
    deadline: date | None = None
    until_note: str | None = None
    exemptions: tuple[Exemption, ...] = ()


class PermitRoute(Row, frozen=True, kw_only=True):
    """Whether a citizen of China can come to a permit in this way. It is never "no work in this country".

    `not_possible` holds for `permits_covered` alone; `not_covered` names what it says nothing about.
    """

    route: words.Route
    who: str
    possible: words.Possible
    text: str
    visa: str | None = None
    applied_for_by: str | None = None
    permits_covered: tuple[str, ...] = ()
    not_covered: tuple[str, ...] = ()


class Fee(Row, frozen=True, kw_only=True):
    """Whether a worker may be charged, by whom and for what, and how the money comes back.

    `reference`, `reason`, `kinds`, `needs_labour_contract` and `most_percent` (of the contract wages, decimal text) let
    the fee check use the row as a rule of the country of recruitment; a row without `reference` is none. Of a ban at the
    destination `kinds` are what its own words name beside fees for a job, of a narrow ban all that it is about;
    `is_under_any_name`: they forbid to take anything, so a bond or a payment to a third party too; of costs such as a
    ticket they settle nothing. Of a charge that is allowed on conditions: when its words forbid it all the same, that it
    takes a written contract with the one who charges, and the most that may be asked, as decimal text.
    """

    charge: words.Charging
    by: words.ChargedBy
    by_whom: str
    for_what: str
    how_much: str | None = None
    conditions: str | None = None
    penalty: str | None = None
    redress: str | None = None
    time_limit: str | None = None
    breadth: words.Breadth | None = None
    reference: str | None = None
    reason: codes.FeeReason | None = None
    kinds: tuple[fees.FeeKind, ...] = ()
    is_under_any_name: bool = False
    needs_labour_contract: bool = False
    most_percent: str | None = None
    forbidden_when: tuple[fees.ChargeTime, ...] = ()
    needs_written_contract: bool = False
    max_amount: str | None = None
    max_currency: str | None = None


class Right(Row, frozen=True, kw_only=True):
    """What law gives a worker, with or without a permit. It is told, and decides no answer.

    `not_in`: of law of the Union, member states that it does not bind, or of which that was not read.
    """

    about: words.RightSubject
    text: str
    not_in: tuple[str, ...] = ()


class HelpLineRow(Row, frozen=True, kw_only=True):
    """A help line of this country; without `number` there are centres.

    `checked_on`: the day somebody of the registry called the number. `languages` are ISO 639 codes; `languages_note`
    says what no code does. `speaks_chinese` only where a page says so. `is_anonymous` None: not known. `is_shown`
    false: the number is never given. `kind`: what it is, in a word that the catalogues translate. `has_wechat`: it has a
    mini program in WeChat; `app`: the name of its application.
    """

    name: str
    number: str | None = None
    number_abroad: str | None = None
    may_fail_abroad: bool = False
    number_inland: str | None = None
    run_by: register.RunBy
    languages: tuple[str, ...] = ()
    languages_note: str | None = None
    speaks_chinese: bool = False
    chinese_note: str | None = None
    hours: str | None = None
    is_free: bool | None = None
    free_note: str | None = None
    is_anonymous: bool | None = None
    for_what: str
    checked_how: str
    checked_on: date | None = None
    is_shown: bool = True
    url_list: str | None = None
    kind: register.LineKind | None = None
    whatsapp: str | None = None
    has_wechat: bool = False
    app: str | None = None


class OfficialListRow(Row, frozen=True, kw_only=True):
    """A list that an authority publishes: its form, columns and terms. `columns_mark`: how sure the columns are."""

    publisher: str | None = None
    title: str
    form: words.ListForm
    form_note: str | None = None
    columns: tuple[str, ...] = ()
    columns_mark: Mark
    columns_note: str | None = None
    licence_terms: str | None = None
    update_rhythm: str | None = None
    unique_key: str | None = None


class Coming(Row, frozen=True, kw_only=True):
    """A change that is announced for a day."""

    on: date
    what: str


class Penalty(Row, frozen=True, kw_only=True):
    """What law threatens."""

    what: str


class CountryLaw(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The law of one country.

    `read_on`: the day its rows were collected; `checked_on`: when they were last gone through.
    """

    country: str
    name: str
    role: words.LawRole
    read_on: date
    checked_on: date
    authority: tuple[AuthorityRow, ...] = ()
    regime: tuple[Regime, ...] = ()
    limit: tuple[Limit, ...] = ()
    permit_route: tuple[PermitRoute, ...] = ()
    fee: tuple[Fee, ...] = ()
    right: tuple[Right, ...] = ()
    help_line: tuple[HelpLineRow, ...] = ()
    official_list: tuple[OfficialListRow, ...] = ()
    coming: tuple[Coming, ...] = ()
    penalty: tuple[Penalty, ...] = ()
