"""Reasons and the field's words as sentences: every code, in every language, with the values that rules give."""

from datetime import UTC, date, datetime
from enum import StrEnum

import pytest

from registry.i18n import languages
from registry.i18n.languages import has_text
from registry.i18n.names import authority_name, country_name, sector_name
from registry.i18n.wording import (
    date_text,
    hours_text,
    permit_name,
    problem_detail,
    problem_title,
    reason_text,
    route_name,
    row_words,
    word,
)
from registry.register.authorities.sources import AuthorityFacts, SourceSnapshot
from registry.register.help_lines import help_lines_in
from registry.register.law.law_view import cited
from registry.register.law.loading import shipped_law
from registry.register.law.rows import Coming, Fee, Limit, PermitRoute, Regime, Row
from registry.register.law.rules import closes_a_permit, open_routes
from registry.register.law.weights import DECIDING, Weight, is_readable, may_decide
from registry.register.law.words import Instead, LawRole, Route
from registry.verification.verdicts.context_rules import PARAMETERS
from registry.verification.verdicts.law_rules import rows_to_look_at
from registry.verification.verdicts.question import Finding, VerdictFacts
from registry.vocabulary.checks import Difference
from registry.vocabulary.codes import Problem, ProofFlaw, Reason
from registry.vocabulary.law import Mark, RegimeRule
from registry.vocabulary.register import (
    CORRIDOR_SECTORS,
    EU_STATES,
    SENDING_COUNTRIES,
    Activity,
    Answer,
    ChannelKind,
    ConditionCode,
    EmployerKind,
    HolderKind,
    IdentifierScheme,
    Language,
    LicenceKind,
    LicenceStatus,
    Likeness,
    NameKind,
    RecruiterKind,
    Role,
    RunBy,
    SanctionKind,
    Visa,
)
from registry.vocabulary.supervision import EntryType

AUTHORITY = AuthorityFacts("cz-invented", "CZ", "Europe/Prague", {"en": "Invented authority", "zh-Hans": "虚构部门"})
GROUND = SourceSnapshot(1, {AUTHORITY.reference: AUTHORITY})

VALUES = {
    "date": "2026-11-24",
    "until": "2027-01-31",
    "today": "2026-11-24",
    "country": "CZ",
    "origin": "CN",
    "destination": "IT",
    "countries": "IT FR",
    "activity": "placement",
    "activities": "placement temporary_work",
    "sector": "14.10",
    "sectors": "14.10 78.20",
    "kind": "nl_recognised_sponsor",
    "status": "suspended",
    "scope": "sector",
    "condition": "no_new_recruitment",
    "parameter": "sector",
    "authority": "cz-invented",
    "ground": "section 5",
    "count": "3",
    "scheme": "lei",
    "visa": "tourist",
    "place": "35",
    "partner": "0CZ0000000XX",
    "article": "Invented Act, art. 1",
    "about": "sector",
    "ask": "HK",
    "permits": "an invented permit|another",
    "routes": "skilled intra_group",
    "instead": "notice register",
    "branch": "1",
    "letters": "O l",
    "characters": "17",
    "region": "Vlaanderen",
    "job_region": "Wallonie",
}
NEEDED = {
    Reason.LIST_LACKS_NUMBER: ("scheme",),
    Reason.NOT_ON_LIST_OF_PLACE: ("place",),
    Reason.NOT_YET_VALID: ("date",),
    Reason.STATUS_NOT_STATED: ("date",),
    Reason.OUT_OF_SECTOR: ("sector", "sectors"),
    Reason.OUT_OF_REGION: ("region", "job_region"),
    Reason.NOT_A_RECRUITMENT_LICENCE: ("kind",),
    Reason.LEGACY_LICENCE_KIND: ("kind",),
    Reason.SECTOR_REVISION_DIFFERS: ("sector",),
    Reason.PERMITS_ONLY: ("activities",),
    Reason.NEEDS_LICENSED_SENDING_PARTNER: ("origin",),
    Reason.FOREIGN_LICENCE_NEEDS_ENTRY: ("destination",),
    Reason.FOREIGN_LICENCE_SUFFICIENT: ("destination",),
    Reason.FOREIGN_LICENCE_NEEDS_NOTICE: ("destination",),
    Reason.FOREIGN_LICENCE_NOT_SUFFICIENT: ("country", "destination"),
    Reason.FOREIGN_LICENCE_UNKNOWN: ("country", "destination"),
    Reason.VISA_DOES_NOT_ALLOW_WORK: ("visa",),
    Reason.LICENCE_EXPIRES_SOON: ("until",),
    Reason.LAW_BARS: ("country",),
    Reason.LAW_MAY_BAR: ("country",),
    Reason.PERMITS_BY_QUOTA: ("country",),
    Reason.PERMIT_NOT_SETTLED: ("country",),
    Reason.LAW_CONDITIONS: ("country",),
    Reason.DISGUISED_LENDING: ("country",),
    Reason.CHARGES_BY_LAW: ("country",),
    Reason.PERMITS_NOT_GIVEN: ("country", "permits"),
    Reason.OTHER_PERMIT_ROUTES: ("country",),
    Reason.LICENCE_REQUIRED: ("country", "activities"),
    Reason.NO_AGREEMENT_ON_RECORD: ("destination",),
    Reason.PAST_DATE: ("date", "today"),
    Reason.REGIME_UNKNOWN: ("country",),
    Reason.LAW_IN_TRANSITION: ("country",),
    Reason.LAW_CHANGES_SOON: ("country",),
    Reason.ACTIVITY_PROHIBITED: ("country",),
    Reason.NO_LICENCE_REQUIRED: ("country",),
    Reason.INSTEAD_OF_LICENCE: ("country",),
    Reason.NOT_REGISTERED: ("country",),
    Reason.AUTHORITY_NOT_COVERED: ("country",),
    Reason.NAME_ONLY: ("count",),
    Reason.AMBIGUOUS: ("count",),
    Reason.BEFORE_REGISTRY: ("date",),
    Reason.HISTORY_BEFORE_FIRST_RETRIEVAL: ("date",),
    Reason.DAY_IN_UTC: ("date",),
}
"""The values that the rules always give with a reason; whatever else a text can say is left out when it is not known."""


@pytest.fixture(autouse=True)
def _strict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(languages, "IS_STRICT", True)


@pytest.mark.parametrize("code", list(Reason))
def test_every_reason_is_a_sentence_with_its_values(code: Reason) -> None:
    known = {name: VALUES[name] for name in NEEDED.get(code, ())}
    for language in Language:
        full = reason_text(language, Finding(code, VALUES), GROUND)
        spare = reason_text(language, Finding(code, known), GROUND)
        assert reason_text(language, Finding(code, dict.fromkeys(VALUES, "") | known), GROUND) == spare
        for words in (full, spare):
            assert words.strip().endswith((".", "。")), words
            assert "{" not in words
            assert "  " not in words


def _has_words_of_its_own(row: Row, today: date) -> bool:
    """Whether a reader must have a row in the own language: it can make an answer, keep a `yes` away, or say what is open.

    A rule on licences is told in words of the catalogues already, but for what its transition says.
    """
    if isinstance(row, Fee) and (row.forbidden_when or row.needs_written_contract or row.max_amount):
        return True
    if isinstance(row, Regime):
        return row.transition is not None or row.id in _TOLD_OF_COUNTRIES_OUTSIDE
    is_open = isinstance(row, PermitRoute) and row in open_routes(shipped_law().permit_routes, row.country)
    is_told_as_open = is_open and row.country in _WHERE_A_PERMIT_IS_CLOSED
    decides = may_decide(row, today) in (*DECIDING, Weight.BLOCKS_YES)
    is_told = row.id in _TOLD_OF_COUNTRIES_OUTSIDE or isinstance(row, Coming) or row.country == "EU"
    return decides or is_told_as_open or is_told or isinstance(row, Limit)


_OUTSIDE = (country for country, law in shipped_law().countries.items() if law.role is LawRole.OUTSIDE)
_FACTS = VerdictFacts((), GROUND, (), datetime(2026, 11, 30, tzinfo=UTC))
_TOLD_OF_COUNTRIES_OUTSIDE = {
    row.id for country in _OUTSIDE for row in cited(rows_to_look_at(country, _FACTS).split(), None) if row.text
}

_WHERE_A_PERMIT_IS_CLOSED = {
    row.country
    for row in (*shipped_law().limits, *shipped_law().permit_routes)
    if is_readable(row) and closes_a_permit(row)
}


@pytest.mark.parametrize(
    "row", [row for row in shipped_law().rows.values() if is_readable(row)], ids=lambda row: row.id
)
def test_rows_that_decide_and_what_they_lead_to_are_worded_in_every_language(row: Row) -> None:
    if _has_words_of_its_own(row, date(2026, 11, 30)):
        words = {row_words(language, row.id) for language in Language}
        assert None not in words
        assert len(words) == len(Language)


def test_what_stands_in_the_place_of_a_licence_is_named_in_every_language() -> None:
    for instead in Instead:
        assert len({word(language, "law.instead", instead) for language in Language}) == len(Language), instead


def test_permits_and_ways_to_them_are_named_in_plain_words_in_every_language() -> None:
    rows = [row for row in (*shipped_law().limits, *shipped_law().permit_routes) if is_readable(row)]
    for permit in {name for row in rows for name in row.permits_covered}:
        assert len({permit_name(language, permit) for language in Language}) == len(Language), permit
    for route in Route:
        assert len({route_name(language, route) for language in Language}) == len(Language), route
    assert permit_name(Language.IT, "a permit of a new law") == "a permit of a new law"


def test_words_of_rows_of_law_are_about_rows_that_there_are() -> None:
    about = {key.removeprefix("law.row.") for key in languages.CATALOGUES[Language.EN] if key.startswith("law.row.")}
    assert about <= set(shipped_law().rows)


@pytest.mark.parametrize("code", list(Reason))
def test_every_no_on_a_licence_says_it_is_no_reason_to_dismiss_workers(code: Reason) -> None:
    finding = Finding(code, VALUES)
    added = {
        "en": "wages remain owed",
        "it": "salari restano dovuti",
        "zh-Hans": "工资仍须照付",
        "zh-Hant": "工資仍須照付",
        "fr": "les salaires restent dus",
        "ro": "salariile rămân datorate",
    }
    for language in Language:
        assert added[language] in reason_text(language, finding, GROUND, has_licence=True, answer=Answer.NO)
        assert added[language] not in reason_text(language, finding, GROUND, has_licence=True, answer=Answer.YES)
        assert added[language] not in reason_text(language, finding, GROUND, has_licence=False, answer=Answer.NO)


@pytest.mark.parametrize("parameter", PARAMETERS)
def test_a_missing_detail_is_asked_for_by_name(parameter: str) -> None:
    requested = {reason_text(Language.EN, Finding(Reason.CONTEXT_NEEDED, {"parameter": parameter}), GROUND)}
    requested.add(reason_text(Language.EN, Finding(Reason.CONTEXT_NEEDED, {}), GROUND))
    assert len(requested) == 2


def test_a_suspended_licence_is_told_with_its_day_and_ground() -> None:
    finding = Finding(Reason.LICENCE_SUSPENDED, {"status": "suspended", "date": "2026-02-01", "ground": "section 5"})
    assert reason_text(Language.EN, finding, GROUND) == (
        "The licence is suspended: this agency may not recruit now. Since 1 February 2026. The authority’s ground: section 5."
    )
    assert "自2026年2月1日起。" in reason_text(Language.ZH_HANS, finding, GROUND)


@pytest.mark.parametrize("code", list(Problem))
def test_every_problem_has_a_title_and_says_what_to_do(code: Problem) -> None:
    for language in Language:
        assert problem_title(language, code)
        assert problem_detail(language, code).endswith((".", "。"))


FAMILIES: dict[str, type[StrEnum]] = {
    "status": LicenceStatus,
    "kind": LicenceKind,
    "role": Role,
    "holder": HolderKind,
    "activity": Activity,
    "activity.brief": Activity,
    "name_kind": NameKind,
    "likeness": Likeness,
    "scheme": IdentifierScheme,
    "channel": ChannelKind,
    "difference": Difference,
    "page.answer.channel": ChannelKind,
    "sanction": SanctionKind,
    "condition": ConditionCode,
    "entry": EntryType,
    "run_by": RunBy,
    "answer": Answer,
    "page.coverage.law": RegimeRule,
    "page.coverage.mark": Mark,
    "visa": Visa,
    "recruiter_kind": RecruiterKind,
    "employer": EmployerKind,
    "shortage_job": Answer,
    "proof_flaw": ProofFlaw,
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_word_of_the_field_has_a_plain_one(family: str) -> None:
    # No bank account is ever typed into the lookup, so no answer speaks of one.
    rare = {"page.answer.channel.bank_account"}
    missing = [key for value in FAMILIES[family] if not has_text(key := f"{family}.{value}") and key not in rare]
    assert missing == []


def test_the_words_of_the_data_that_ships_are_there() -> None:
    for language in Language:
        assert all(word(language, "run_by", line.run_by) for line in help_lines_in(shipped_law()))
        assert all(word(language, "page.coverage.law", regime.rule) for regime in shipped_law().regimes)
        assert all(sector_name(language, code) != f"NACE {code}" for code in CORRIDOR_SECTORS)
        assert all(country_name(language, code) != code for code in EU_STATES | SENDING_COUNTRIES)


def test_dates_are_in_the_languages_own_form() -> None:
    day = date(2026, 11, 4)
    assert [date_text(language, day) for language in Language] == [
        "2026年11月4日",
        "2026年11月4日",
        "4 November 2026",
        "4 novembre 2026",
        "4 novembre 2026",
        "4 noiembrie 2026",
    ]


def test_an_authority_is_named_in_the_nearest_language_it_has() -> None:
    assert authority_name(Language.ZH_HANT, "cz-invented", GROUND) == "虚构部门"
    assert authority_name(Language.IT, "cz-invented", GROUND) == "Invented authority"
    assert authority_name(Language.IT, "nobody", GROUND) == "nobody"


@pytest.mark.parametrize(
    ("hours", "said"),
    [
        ("24/7", "24小时"),
        ("24 h", "24小时"),
        ("weekdays", "星期一到星期五"),
        ("Mon-Fri 9:30-18 (2021)", "星期一到星期五 9:30—18 点"),
        ("Mon-Fri 9-20, Sat 9-17 (2022)", "星期一到星期五 9—20 点、星期六 9—17 点"),
        ("daily 9-20", "每天 9—20 点"),
        ("unknown", ""),
        ("desk Mon, Wed, Fri 9-12, by appointment; via Valentini 10", ""),
        (None, ""),
    ],
)
def test_hours_of_a_help_line_are_said_in_the_readers_words(hours: str | None, said: str) -> None:
    assert hours_text(Language.ZH_HANS, hours).replace("和", "、") == said
