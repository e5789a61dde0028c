"""What it means that no list has an entry: its silence.

"Not found" is `no` only where a licence was required and the registry covers, in full and freshly,
everybody who could have issued one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from registry.core.clock import day_at
from registry.register.authorities.sources import SourceFacts, covers, covers_the_country, place_of_uscc
from registry.register.law.rows import Regime
from registry.register.law.rules import regime_on
from registry.verification.verdicts.question import Finding, Question, SourceNote, SubjectKind, VerdictFacts
from registry.verification.verdicts.regime_rules import activities_in
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import (
    EU_STATES,
    KINDS,
    SENDING_COUNTRIES,
    Activity,
    Answer,
    LicenceKind,
    kinds_named_for,
)


class Silence(NamedTuple):
    """What it means that nothing was found, why, and the list that it stands on."""

    answer: Answer
    findings: tuple[Finding, ...]
    source: SourceNote | None = None


def home_of(question: Question) -> str | None:
    """The country that an identifier names; None for what names none."""
    if question.country is not None:
        return question.country
    if question.kind is SubjectKind.USCC:
        return "CN"
    if question.kind in (SubjectKind.VAT, SubjectKind.EUID):
        prefix = question.value.strip()[:2].upper()
        return "GR" if prefix == "EL" else prefix
    return None


def countries_about(home: str | None, question: Question, facts: VerdictFacts) -> list[str]:
    """The countries whose lists must all be silent before silence means anything.

    A named authority answers for itself. An agency in a sending country needs its licence to recruit there, wherever
    the job is; any other may be licensed at home or where the job is. A bare number may come from either end.
    """
    if question.authority is not None:
        known = facts.snapshot.authorities.get(question.authority)
        return [known.country] if known else []
    if home is not None and home in SENDING_COUNTRIES and question.origin in (None, home):
        return [home]
    if home is None and question.destination is None:
        return []
    sending = [] if home is not None else [question.origin] if question.origin else sorted(SENDING_COUNTRIES)
    return list(dict.fromkeys(country for country in (home, question.destination, *sending) if country))


def silence_over(countries: Sequence[str], question: Question, facts: VerdictFacts, day: date) -> Silence:
    """What silence means in several countries together: `no` only if it does in each of them."""
    if not countries:
        return Silence(Answer.UNKNOWN, (Finding(Reason.COUNTRY_NOT_STATED),))
    silences = [_silence_in(country, question, facts, day) for country in countries]
    answer = Answer.NO if all(silence.answer is Answer.NO for silence in silences) else Answer.UNKNOWN
    # What leaves the answer open comes first; a list that was searched in full is named as well.
    silences.sort(key=lambda silence: silence.answer is Answer.NO)
    findings = (
        one if silence.answer is answer else one.informing() for silence in silences for one in silence.findings
    )
    source = next((one.source for one in silences if one.source is not None and one.answer is answer), None)
    return Silence(answer, unique(findings), source)


def _silence_in(country: str, question: Question, facts: VerdictFacts, day: date) -> Silence:
    wanted = [question.activity] if question.activity is not None else activities_in(country)
    today = day_at(facts.as_of, facts.snapshot.time_zone(question.authority) or zone_of(country, facts))
    why: list[Finding] = []
    rows: list[str] = []
    note: SourceNote | None = None
    for activity in wanted:
        regime = regime_on(facts.regimes, country, activity, day, region=question.region)
        rows += [] if regime is None else [regime.id]
        finding, found = _silence_on(country, activity, regime, question, facts, day)
        note = found or note
        if finding is not None:
            why.append(finding)
    # A day that no one asked about is today where another authority sits.
    if question.on is not None and day > today:
        why.append(Finding(Reason.FUTURE_DATE, {"date": day.isoformat(), "today": today.isoformat()}))
    if why:
        return Silence(Answer.UNKNOWN, unique(why), note)
    values = {"country": country, "authority": note.authority if note else "", "date": day.isoformat()}
    values |= {"rows": " ".join(dict.fromkeys(rows))}
    return Silence(Answer.NO, (Finding(Reason.NOT_REGISTERED, values),), note)


def _silence_on(
    country: str, activity: Activity, regime: Regime | None, question: Question, facts: VerdictFacts, day: date
) -> tuple[Finding | None, SourceNote | None]:
    """Why silence on one activity proves nothing; None when it does prove that no agency is licensed."""
    values = {"country": country, "activities": activity.value, "authority": question.authority or ""}
    if regime is None or regime.rule is RegimeRule.UNKNOWN:
        return Finding(Reason.REGIME_UNKNOWN, values), None
    if regime.rule in (RegimeRule.NONE, RegimeRule.NOTIFICATION):
        return Finding(Reason.NO_LICENCE_REQUIRED, values | {"rows": regime.id}), None
    if regime.rule is RegimeRule.PROHIBITED:
        return None, None
    kinds = [kind for kind in kinds_named_for(country) if activity in KINDS[kind].permits]
    if country in EU_STATES and (not kinds or _full_lists(country, LicenceKind.OTHER_EU, activity, question, facts)):
        # A state without kinds of its own, or a list of everybody whom the state lets do this, whatever its kinds are called.
        kinds = [LicenceKind.OTHER_EU]
    note: SourceNote | None = None
    for kind in kinds:
        lists = _full_lists(country, kind, activity, question, facts)
        are_parts = not lists and question.authority is None
        if are_parts:
            lists = _parts(kind, facts)
        if not lists:
            return _of_place(kind, question, facts) or Finding(Reason.AUTHORITY_NOT_COVERED, values), note
        showing = [source for source in lists if _shows(source, question)]
        if not showing or (are_parts and len(showing) < len(lists)):
            # No agency is found by a number that the list does not print.
            return Finding(Reason.LIST_LACKS_NUMBER, values | {"scheme": question.kind.value}), note
        # One list of several that hold the same is enough; of several that each hold a part, the worst counts.
        best = min(showing, key=_freshness) if are_parts else max(showing, key=_freshness)
        stale_at = best.stale_at()
        is_stale = stale_at is not None and facts.as_of >= stale_at
        note = SourceNote(best.authority, best.retrieved_at, is_stale, stale_at)
        assert best.retrieved_at is not None
        assert best.first_retrieved_at is not None
        zone = facts.snapshot.time_zone(best.authority)
        if is_stale:
            return Finding(Reason.SOURCE_STALE, {"date": day_at(best.retrieved_at, zone).isoformat()}), note
        firsts = (one.first_retrieved_at for one in showing if one.first_retrieved_at) if are_parts else ()
        began = day_at(max(firsts, default=best.first_retrieved_at), zone)
        if day < began:
            return Finding(Reason.BEFORE_REGISTRY, {"date": began.isoformat()}), note
    return (None if kinds else Finding(Reason.AUTHORITY_NOT_COVERED, values)), note


def _full_lists(
    country: str, kind: LicenceKind, activity: Activity, question: Question, facts: VerdictFacts
) -> list[SourceFacts]:
    """Full lists of a kind for an activity: of the named authority; where none is named, of the country or the job's region."""
    return [
        source
        for source in facts.snapshot.sources.values()
        if source.is_about(kind, activity)
        and source.country == country
        and source.is_full
        and source.retrieved_at
        and (source.authority == question.authority or (question.authority is None and _is_of_all(source, question)))
    ]


def _is_of_all(source: SourceFacts, question: Question) -> bool:
    """Whether no other authority licenses for where the job is: a list of a region speaks for jobs in that region."""
    return source.region == question.region if source.region else source.is_national


def _parts(kind: LicenceKind, facts: VerdictFacts) -> list[SourceFacts]:
    """Full lists of places in China that together leave no province out; none if they do."""
    parts = [
        source
        for source in facts.snapshot.sources.values()
        if kind in source.kinds and source.is_full and source.retrieved_at and source.territory
    ]
    return parts if covers_the_country(source.territory for source in parts) else []


def _of_place(kind: LicenceKind, question: Question, facts: VerdictFacts) -> Finding | None:
    """A Chinese code that the full and fresh list of its place of first registration lacks: a warning, and no proof.

    A company that moved keeps its code and is licensed where it sits.
    """
    place = place_of_uscc(question.value) if question.kind is SubjectKind.USCC else None
    if place is None or question.authority is not None:
        return None
    for source in facts.snapshot.sources.values():
        stale_at = source.stale_at()
        is_fresh = stale_at is None or facts.as_of < stale_at
        if (
            kind in source.kinds
            and source.is_full
            and source.retrieved_at
            and is_fresh
            and covers(source.territory, place)
            and _shows(source, question)
        ):
            return Finding(Reason.NOT_ON_LIST_OF_PLACE, {"place": place[:2], "authority": source.authority})
    return None


_ON_EVERY_LIST = frozenset({SubjectKind.AGENCY_ID, SubjectKind.LICENCE_ID, SubjectKind.NAME})


def _shows(source: SourceFacts, question: Question) -> bool:
    return question.kind in _ON_EVERY_LIST or question.kind.value in source.prints


def _freshness(source: SourceFacts) -> tuple[bool, float]:
    stale_at = source.stale_at()
    return stale_at is None, stale_at.timestamp() if stale_at else 0.0


def zone_of(country: str, facts: VerdictFacts) -> str | None:
    """The one time zone of a country's authorities; None when we know no authority there or they differ."""
    zones = {authority.time_zone for authority in facts.snapshot.authorities_of(country)}
    return zones.pop() if len(zones) == 1 else None


def unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings in order, each said once.

    Those that differ in the activities or the rows of law alone are one that names them all.
    """
    listed = tuple(findings)
    if len({finding.code for finding in listed}) == len(listed):
        return listed
    stored: list[Finding] = []
    places: dict[Reason, list[int]] = {}
    for finding in listed:
        same_code = places.setdefault(finding.code, [])
        for place in same_code:
            if _say_the_same(stored[place].values, finding.values):
                stored[place] = _merged(stored[place], finding)
                break
        else:
            same_code.append(len(stored))
            stored.append(finding)
    return tuple(stored)


def _say_the_same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    for name, value in one.items():
        if name not in _SEVERAL and other.get(name) != value:
            return False
    return all(name in one or name in _SEVERAL for name in other)


def _merged(one: Finding, other: Finding) -> Finding:
    merged = dict(one.values)
    for name in _SEVERAL:
        named = dict.fromkeys((*one.values.get(name, "").split(), *other.values.get(name, "").split()))
        merged |= {name: " ".join(named)} if named else {}
    # One that decides does so whatever else says the same.
    return Finding(one.code, merged, min(one.weight, other.weight))


_SEVERAL = ("activities", "rows")
"""Values that hold several words, of which two findings may each name some."""
