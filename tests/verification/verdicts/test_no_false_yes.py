"""No status, scope, date, kind, regime, staleness or condition gives a false `yes`.

The oracle below was written from the rules in words, not from their code: it lists what must be true of at least one
licence for `yes` to be right, and hypothesis looks for a `yes` without it.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from registry.register.agencies import record
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.rows import Regime
from registry.verification.verdicts.question import Holder, Question, SubjectKind, VerdictFacts
from registry.verification.verdicts.verdict import decide, suits_every_number
from registry.vocabulary.law import ForeignLicence, RegimeRule
from registry.vocabulary.register import (
    KINDS,
    RECRUITING,
    Activity,
    Answer,
    ConditionCode,
    IdentifierScheme,
    LicenceKind,
    LicenceStatus,
    RecruiterKind,
    Visa,
)
from tests.make import (
    agency_record,
    authority_facts,
    changed,
    identifier_record,
    licence_record,
    source_facts,
    status_record,
)
from tests.verification.verdicts.asking import NOW, TODAY, regime

pytestmark = pytest.mark.slow

COUNTRIES = ("CN", "CZ", "IT", "NL", "GB")
EUROPEAN = frozenset({"CZ", "IT", "NL"})
GOOD = frozenset(
    {
        LicenceStatus.PROVISIONAL,
        LicenceStatus.ACTIVE,
        LicenceStatus.ACTIVE_WITH_CONDITIONS,
        LicenceStatus.UNDER_SURVEILLANCE,
        LicenceStatus.RENEWAL_PENDING_DEEMED_VALID,
    }
)
FOR_ABROAD = frozenset({LicenceKind.CN_FOREIGN_LABOUR_SERVICE_COOPERATION, LicenceKind.PL_POSREDNICTWO_ZAGRANICA})
days = st.sampled_from([TODAY + timedelta(days=n) for n in (-800, -400, -30, -1, 0, 1, 30)])
maybe_days = st.none() | days
countries = st.sampled_from(COUNTRIES)
sectors = st.lists(
    st.builds(
        record.Sector,
        code=st.sampled_from(["14", "14.1", "14.10", "56.11", "56", "C", ""]),
        nace_revision=st.sampled_from(["2.1", "2.0"]),
    ),
    max_size=2,
).map(tuple)
corridors = st.lists(
    st.builds(record.Corridor, origin=st.none() | countries, destination=st.none() | countries), max_size=2
).map(tuple)
conditions = st.lists(
    st.builds(
        record.Condition,
        code=st.sampled_from(ConditionCode),
        sectors=sectors,
        destinations=st.lists(countries, max_size=2).map(tuple),
    ),
    max_size=2,
).map(tuple)
activities = st.lists(st.sampled_from(Activity), max_size=3).map(tuple)
CLOSING = ("CN", Activity.LABOUR_SERVICE_ABROAD)
"""The country and activity of the law by which no foreign agency may recruit there."""


# Good facts come often, so that many examples are one fact away from `yes`.
def mostly(usual, others):
    return st.sampled_from([True] * 9 + [False]).flatmap(lambda is_usual: st.just(usual) if is_usual else others)


@st.composite
def periods(draw):
    status = draw(mostly(LicenceStatus.ACTIVE, st.sampled_from(LicenceStatus)))
    withheld = draw(mostly(None, st.just("withheld_by_law")))
    return status_record(
        None if withheld else status,
        from_=draw(mostly(date(2020, 1, 1), maybe_days)),
        to=draw(mostly(None, maybe_days)),
        until=draw(maybe_days),
        is_stayed=draw(st.booleans()),
        withheld=withheld,
    )


@st.composite
def licences(draw):
    kind = draw(mostly(LicenceKind.CZ_ZPROSTREDKOVANI_ZAMESTNANI, st.sampled_from(LicenceKind)))
    country = KINDS[kind].country or draw(countries)
    return licence_record(
        kind,
        country=country,
        licence_id=f"licence-{draw(st.integers(0, 10**9))}",
        authority=draw(mostly(f"{country.lower()}-invented-authority", st.just("nobody-knows"))),
        source=draw(mostly(f"{country.lower()}-invented-list", st.just("nobody-knows"))),
        retrieved_at=NOW - timedelta(days=draw(st.sampled_from([1, 29, 30, 500]))),
        valid_from=draw(mostly(date(2020, 1, 1), maybe_days)),
        valid_to=draw(mostly(None, maybe_days)),
        status_history=draw(mostly((status_record(),), st.lists(periods(), max_size=2).map(tuple))),
        corridors=draw(mostly(None, corridors)),
        sectors=draw(mostly(None, sectors)),
        activities=draw(mostly(None, activities)),
        conditions=draw(mostly(None, conditions)),
    )


@st.composite
def agencies(draw):
    existing = tuple(draw(st.lists(licences(), min_size=1, max_size=2, unique_by=lambda one: one.licence_id)))
    country = draw(mostly(existing[0].country if existing else "CZ", countries))
    identifiers = (identifier_record("registration_number", "1", is_under_review=draw(mostly(False, st.booleans()))),)
    return agency_record(
        country=country,
        licences=existing,
        identifiers=identifiers,
        dissolved_on=draw(mostly(None, maybe_days)),
        withheld=draw(mostly(None, st.just("withheld_by_law"))),
    )


@st.composite
def grounds(draw):
    """Every list in full and fresh, but for up to two."""
    lists = {}
    odd = draw(st.lists(countries, max_size=2))
    for country in COUNTRIES:
        facts = {"first_retrieved_at": NOW - timedelta(days=365), "retrieved_at": NOW}
        if country in odd:
            retrieved_at = draw(st.sampled_from([None, NOW - timedelta(days=30), NOW - timedelta(days=29), NOW]))
            facts = {
                "first_retrieved_at": retrieved_at and NOW - timedelta(days=365),
                "retrieved_at": retrieved_at,
                "is_full": draw(st.booleans()),
                "is_national": draw(st.booleans()),
                "fresh_for_days": draw(st.sampled_from([30, 0])),
            }
        lists[f"{country.lower()}-invented-list"] = source_facts(country, **facts)
    known = [authority_facts(country) for country in COUNTRIES]
    return SourceSnapshot(1, {one.reference: one for one in known}, lists)


@st.composite
def regimes(draw):
    """A licence is required everywhere for everything, but for up to three countries and activities.

    What lets no foreign agency recruit is often among them: a question may leave open whether it is asked about that country.
    """
    odd = draw(st.lists(st.tuples(countries, st.sampled_from(Activity)) | st.just(CLOSING), max_size=3))
    found = []
    for country in COUNTRIES:
        for activity in Activity:
            facts = {"are_foreign_bodies_prohibited": country == "CN"}
            rule = RegimeRule.LICENCE
            if (country, activity) in odd:
                rule = draw(st.none() | st.sampled_from(RegimeRule))
                facts |= {
                    "from_": draw(mostly(date(2000, 1, 1), days)),
                    "to": draw(mostly(None, maybe_days)),
                    "foreign_licence": draw(st.sampled_from(ForeignLicence)),
                    "disputed": draw(mostly(None, st.just("two readings"))),
                }
            if rule is not None:
                found.append(regime(country, activity, rule, **facts))
    return found


questions = st.builds(
    Question,
    kind=mostly(SubjectKind.LICENCE_NUMBER, st.sampled_from(SubjectKind)),
    value=st.just("X"),
    country=st.none() | countries,
    authority=mostly(None, countries.map(lambda country: f"{country.lower()}-invented-authority")),
    origin=mostly("CZ", st.none() | countries),
    destination=mostly("CZ", st.none() | countries),
    sector=mostly(None, st.sampled_from(["14.10", "14", "56.11", "41.00"])),
    nace_revision=st.sampled_from(["2.1", "2.0"]),
    activity=mostly(None, st.sampled_from(Activity)),
    on=mostly(None, days),
    visa=mostly(Visa.WORK, st.none() | st.sampled_from(Visa)),
    recruiter_kind=mostly(RecruiterKind.AGENCY, st.none() | st.sampled_from(RecruiterKind)),
    nationality=mostly(None, countries),
)


def may_be_yes(licence: record.Licence, agency: record.Agency, question: Question, facts: VerdictFacts) -> bool:
    """Whether every condition that `yes` needs holds of one licence."""
    authority = facts.snapshot.authorities.get(licence.authority)
    zone = ZoneInfo(authority.time_zone) if authority else UTC
    today = facts.as_of.astimezone(zone).date()
    day = question.on or today
    return (
        day <= today
        and (agency.dissolved_on is None or day < agency.dissolved_on)
        and not agency.withheld
        and not any(identifier.is_under_review for identifier in agency.identifiers)
        and question.recruiter_kind in (None, RecruiterKind.AGENCY, RecruiterKind.UNKNOWN)
        and _may_work_on(question)
        and _says_where_recruiting_happens(question, facts.regimes, day)
        and _stands(licence, day)
        and _is_fresh(licence, facts)
        and _permits(licence, question, facts.regimes, day)
        and _reaches(licence, agency, question, facts.regimes, day)
        and _covers_sector(licence, question)
        and all(_keeps(condition, question) for condition in licence.conditions or ())
    )


def _may_work_on(question: Question) -> bool:
    """A visa that allows work, none where no worker travels from outside, or the passport of a member state."""
    is_citizen = question.nationality in EUROPEAN and question.destination in (None, *EUROPEAN)
    is_there = question.origin is not None and question.origin == question.destination
    return question.visa is Visa.WORK or is_citizen or (is_there and question.visa in (None, Visa.UNKNOWN))


def _says_where_recruiting_happens(question: Question, regimes: Sequence[Regime], day: date) -> bool:
    """Where one country lets no foreign agency recruit, whether it is that one must be said."""
    is_closed = any(
        one.are_foreign_bodies_prohibited for one in _rules(regimes, "CN", Activity.LABOUR_SERVICE_ABROAD, day)
    )
    return question.origin is not None or not is_closed


def _stands(licence: record.Licence, day: date) -> bool:
    if licence.valid_from is not None and day < licence.valid_from:
        return False
    stated = [p for p in licence.status_history if (p.from_ or date.min) <= day <= (p.to or date.max)]
    if not stated or any(period.status not in GOOD for period in stated):
        return False
    if (
        any(p.status is LicenceStatus.ACTIVE_WITH_CONDITIONS for p in stated)
        and len(stated) == 1
        and not licence.conditions
    ):
        return False
    is_deemed_valid = any(p.status is LicenceStatus.RENEWAL_PENDING_DEEMED_VALID for p in stated)
    return licence.valid_to is None or day <= licence.valid_to or is_deemed_valid


def _is_fresh(licence: record.Licence, facts: VerdictFacts) -> bool:
    source = facts.snapshot.sources.get(licence.source)
    if source is None:
        return False
    if source.fresh_for_days == 0:
        return True
    seen = source.retrieved_at if source.is_full else licence.retrieved_at
    return seen is not None and facts.as_of < seen + timedelta(days=source.fresh_for_days)


def _rules(regimes: Sequence[Regime], country: str, activity: Activity, day: date) -> list[Regime]:
    return [
        one
        for one in regimes
        if (one.country, one.activity) == (country, activity) and one.from_ <= day <= (one.to or date.max)
    ]


def _permitted(licence: record.Licence, question: Question) -> set[Activity]:
    permitted = set(KINDS[licence.kind].permits & RECRUITING)
    if licence.activities is not None:
        permitted &= set(licence.activities)
    return permitted & {question.activity} if question.activity else permitted


def _permits(licence: record.Licence, question: Question, regimes: Sequence[Regime], day: date) -> bool:
    if licence.kind is LicenceKind.NL_RECOGNISED_SPONSOR:
        return False
    requested = _permitted(licence, question)
    if not requested or (licence.kind is LicenceKind.OTHER_EU and licence.activities is None):
        return False
    if question.activity is None and requested != set(KINDS[licence.kind].permits & RECRUITING):
        return False
    ruled = [_rules(regimes, licence.country, activity, day) for activity in requested]
    stated = {one.rule for rules in ruled for one in rules}
    return all(ruled) and stated <= {RegimeRule.LICENCE, RegimeRule.REGISTRATION}


def _reaches(
    licence: record.Licence, agency: record.Agency, question: Question, regimes: Sequence[Regime], day: date
) -> bool:
    is_for_abroad = licence.kind in FOR_ABROAD
    origin = question.origin or (licence.country if is_for_abroad else None)
    if origin == "CN" and (agency.country != "CN" or licence.country != "CN"):
        return not any(
            one.are_foreign_bodies_prohibited for one in _rules(regimes, "CN", Activity.LABOUR_SERVICE_ABROAD, day)
        ) and (licence.country == "CN")
    if origin is not None and origin != licence.country:
        return False
    if is_for_abroad and question.destination == licence.country:
        return False
    if licence.kind is LicenceKind.OTHER_EU and licence.corridors is None and licence.country not in EUROPEAN:
        return False
    if licence.corridors is not None and not any(
        corridor.origin in (None, origin) and corridor.destination in (None, question.destination)
        for corridor in licence.corridors
    ):
        return False
    if not is_for_abroad and question.destination not in (None, licence.country):
        worth = [_rules(regimes, question.destination, activity, day) for activity in _permitted(licence, question)]
        return licence.country in EUROPEAN and all(
            rules and all(one.foreign_licence is ForeignLicence.SUFFICIENT for one in rules) for rules in worth
        )
    return True


def _lies_in(question: Question, sector: record.Sector) -> bool:
    return (
        question.sector is not None
        and sector.nace_revision == question.nace_revision
        and sector.code[:2].isdigit()
        and question.sector.startswith(sector.code)
    )


def _covers_sector(licence: record.Licence, question: Question) -> bool:
    if licence.sectors is None:
        return licence.kind is not LicenceKind.IT_SOMMINISTRAZIONE_SPECIALISTA
    return any(_lies_in(question, sector) for sector in licence.sectors)


def _keeps(condition: record.Condition, question: Question) -> bool:
    match condition.code:
        case ConditionCode.ONLY_SECTORS:
            return any(_lies_in(question, sector) for sector in condition.sectors)
        case ConditionCode.NOT_SECTORS:
            return question.sector is not None and all(
                sector.nace_revision == question.nace_revision and not question.sector.startswith(sector.code or "?")
                for sector in condition.sectors
            )
        case ConditionCode.ONLY_DESTINATIONS:
            return question.destination in condition.destinations
        case ConditionCode.NOT_DESTINATIONS:
            return question.destination is not None and question.destination not in condition.destinations
    return False


@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(question=questions, agency=agencies(), ground=grounds(), laws=regimes())
def test_yes_needs_one_licence_that_satisfies_the_whole_question(question, agency, ground, laws):
    facts = VerdictFacts([Holder(agency)], ground, laws, NOW)
    verdict = decide(question, facts)
    event(verdict.verdict)
    if verdict.verdict is Answer.YES:
        assert question.kind is not SubjectKind.NAME
        assert verdict.licence is not None
        assert may_be_yes(verdict.licence, agency, question, facts)
        if question.authority is not None:
            assert verdict.licence.authority == question.authority
    assert verdict.reasons


NUMBERS = [one for one in SubjectKind if one.value in ("licence_number", *IdentifierScheme)]


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(question=questions, agency=agencies(), ground=grounds(), laws=regimes())
def test_a_licence_to_recruit_answers_each_number_that_leads_to_it_alike(question, agency, ground, laws):
    facts = VerdictFacts([Holder(agency)], ground, laws, NOW)
    verdicts = [decide(replace(question, kind=kind), facts) for kind in NUMBERS]
    suits = {suits_every_number(verdict) for verdict in verdicts}
    event(suits)
    assert len(suits) == 1
    assert suits == {False} or all(verdict == verdicts[0] for verdict in verdicts)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(question=questions, holders=st.lists(agencies(), max_size=3), ground=grounds(), laws=regimes())
def test_no_holder_and_several_holders_are_never_yes(question, holders, ground, laws):
    if len(holders) == 1:
        holders = holders * 2
    verdict = decide(question, VerdictFacts([Holder(one) for one in holders], ground, laws, NOW))
    if question.authority is None:
        assert verdict.verdict is not Answer.YES


@settings(max_examples=100, deadline=None)
@given(question=questions, laws=regimes(), ground=grounds())
def test_a_name_is_never_answered_with_yes_or_no(question, laws, ground):
    good = agency_record(licences=(licence_record(),))
    requested = Question(
        SubjectKind.NAME, "X", origin=question.origin, destination=question.destination, on=question.on
    )
    for holders in ([], [Holder(good)], [Holder(good), Holder(good)]):
        assert decide(requested, VerdictFacts(holders, ground, laws, NOW)).verdict is Answer.UNKNOWN


instants = st.integers(0, 730 * 24 * 60).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)


@example(instant=datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
@settings(max_examples=100, deadline=None)
@given(instant=instants)
def test_the_last_day_is_inclusive_at_every_instant_of_it(instant):
    today = instant.astimezone(ZoneInfo("Europe/Prague")).date()
    snapshot = SourceSnapshot(
        1,
        {"cz-invented-authority": authority_facts("CZ")},
        {"cz-invented-list": source_facts("CZ", first_retrieved_at=instant, retrieved_at=instant)},
    )
    licence = licence_record(valid_to=today)
    laws = [regime("CZ", activity) for activity in Activity]
    for one, answer in ((licence, Answer.YES), (changed(licence, valid_to=today - timedelta(days=1)), Answer.NO)):
        holder = Holder(agency_record(licences=(one,)))
        question = Question(SubjectKind.LICENCE_NUMBER, "X", origin="CZ", destination="CZ")
        assert decide(question, VerdictFacts([holder], snapshot, laws, instant)).verdict is answer
