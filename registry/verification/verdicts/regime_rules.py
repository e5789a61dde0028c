"""Regimes: what the law of each end of the corridor makes of a licence on a day."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from registry.register.agencies import record
from registry.register.law.rows import Regime
from registry.register.law.rules import regime_needs, regime_on, regimes_on, transition_on
from registry.register.law.words import LawActivity
from registry.verification.verdicts.question import GRAVITY, Finding, Judged, Question, SubjectKind
from registry.verification.verdicts.scope_rules import permitted_activities
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import ForeignLicence, RegimeRule
from registry.vocabulary.register import EU_STATES, KINDS, RECRUITING, SENDING_COUNTRIES, Activity, Answer, Territory

LICENSING = frozenset({RegimeRule.LICENCE, RegimeRule.REGISTRATION})
"""Rules under which an entry on a list can carry a `yes`, and its absence a `no`."""


def activities_in_question(licence: record.Licence, question: Question) -> list[Activity]:
    """The activities a regime must be known for: the one asked about, or what the licence permits."""
    if question.activity is not None:
        return [question.activity]
    permitted = permitted_activities(licence) & RECRUITING or KINDS[licence.kind].permits & RECRUITING
    return sorted(permitted) if permitted else activities_in(licence.country)


def activities_in(country: str) -> list[Activity]:
    """What counts as recruiting in a country where no activity is stated: sending abroad, or placing and hiring out."""
    if country in SENDING_COUNTRIES:
        return [Activity.LABOUR_SERVICE_ABROAD]
    return [Activity.TEMPORARY_WORK, Activity.PLACEMENT]


def first_known(regimes: Sequence[Regime], country: str, activities: Sequence[Activity], day: date) -> Regime | None:
    known = (regime_on(regimes, country, activity, day) for activity in activities)
    return next((regime for regime in known if regime is not None), None)


def of_regime(
    licence: record.Licence, question: Question, activities: Sequence[Activity], day: date, regimes: Sequence[Regime]
) -> Iterator[Judged]:
    """What the country that issued the licence asks for. Every activity asked about must be known to need it."""
    values = {"country": licence.country, "activities": " ".join(activities)}
    known = {
        activity: regime
        for activity in activities
        if (regime := regime_on(regimes, licence.country, activity, day, region=question.region)) is not None
        and not _is_open(regime)
    }
    unknown = [activity for activity in activities if activity not in known]
    if unknown:
        yield of_unknown_law(licence.country, unknown, question, day, regimes)
    rules = {regime.rule for regime in known.values()}
    if not rules:
        return
    values |= rows_of_regimes(known.values())
    if rules == {RegimeRule.PROHIBITED}:
        yield Judged(Answer.NO, Finding(Reason.ACTIVITY_PROHIBITED, values))
    elif not rules & LICENSING:
        # Where a notice or nothing is asked for, a paper proves no permission.
        yield Judged(Answer.UNKNOWN, Finding(Reason.NO_LICENCE_REQUIRED, values))
    elif rules - LICENSING:
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "activity"} | values))


def of_unknown_law(
    country: str, activities: Sequence[Activity], question: Question, day: date, regimes: Sequence[Regime]
) -> Judged:
    """That the law of a country is not known, or is another by region and the region was not said."""
    if question.region is None:
        regions = regions_of(regimes, country, activities, day)
        if regions:
            wanted = {"parameter": "region", "regions": "|".join(regions)}
            return Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, wanted))
    values = {"country": country, "activities": " ".join(activities)}
    passing = [one for one in (transition_on(regimes, country, activity, day) for activity in activities) if one]
    if passing:
        return Judged(Answer.UNKNOWN, Finding(Reason.LAW_IN_TRANSITION, values | rows_of_regimes(passing)))
    return Judged(Answer.UNKNOWN, Finding(Reason.REGIME_UNKNOWN, values))


def regions_of(regimes: Sequence[Regime], country: str, activities: Sequence[Activity], day: date) -> list[str]:
    """The regions of a country whose rules differ for one of the activities; nothing where they agree."""
    return list(
        dict.fromkeys(
            regime.region
            for activity in activities
            if "region" in regime_needs(regimes, country, activity, day)
            for regime in regimes_on(regimes, country, activity, day)
            if regime.region is not None
        )
    )


def regions_in_law(
    regimes: Sequence[Regime], country: str, activities: Sequence[Activity], day: date
) -> tuple[str, ...]:
    """The regions of a country that its law tells apart for one of the activities, whether or not their rules agree."""
    return tuple(
        regime.region
        for activity in activities
        for regime in regimes_on(regimes, country, activity, day)
        if regime.region is not None
    )


def of_region(
    licence: record.Licence, question: Question, of_law: Sequence[str], day: date, regimes: Sequence[Regime]
) -> Iterator[Judged]:
    """Where licences go by region, that of one region permits nothing in another.

    `of_law` are the regions that the law of the licence's country tells apart for what was asked about.

    A licence named by its number is refused where the law of the job's region asks for one of its own. Of an agency it is
    not known: it may hold one there that no list shows us.
    """
    if question.destination != licence.country:
        return
    if licence.region is None:
        if of_law:
            yield Judged(Answer.UNKNOWN, Finding(Reason.SCOPE_NOT_STATED, {"scope": "region"}))
        return
    job_region = question.region
    if job_region is None or (of_law and job_region not in (licence.region, *of_law)):
        # Where only lists tell regions apart, the job may be in one that none of them names.
        offered = dict.fromkeys((licence.region, *(of_law or ("other",))))
        wanted = {"parameter": "region", "regions": "|".join(offered)}
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, wanted))
    elif job_region != licence.region:
        activities = activities_in_question(licence, question)
        known = [regime_on(regimes, licence.country, one, day, region=job_region) for one in activities]
        is_refused = (
            job_region in of_law
            and question.kind in _OF_ONE_LICENCE
            and all(one is not None and one.rule in LICENSING for one in known)
        )
        values = {"country": licence.country, "region": licence.region, "job_region": job_region}
        values |= rows_of_regimes(one for one in known if one is not None)
        yield Judged(Answer.NO if is_refused else Answer.UNKNOWN, Finding(Reason.OUT_OF_REGION, values))


_OF_ONE_LICENCE = frozenset({SubjectKind.LICENCE_NUMBER, SubjectKind.LICENCE_ID})


def rows_of_regimes(regimes: Iterable[Regime]) -> dict[str, str]:
    """The rows that a finding on these regimes stands on, as its value `rows`."""
    return {"rows": " ".join(dict.fromkeys(regime.id for regime in regimes))}


def _is_open(regime: Regime | None) -> bool:
    return regime is None or regime.rule is RegimeRule.UNKNOWN


def partner_of(licence: record.Licence, agency: record.Agency, question: Question, day: date) -> str | None:
    """The agency that recruits for this one where workers come from, by an agreement for the corridor and day."""
    if not agency.agreements:
        return None
    origin = _origin(licence, question)
    covering = (one for one in agency.agreements if _agreement_covers(one, agency, origin, question.destination, day))
    return next((one.sending for one in covering), None)


def _origin(licence: record.Licence, question: Question) -> str | None:
    """A licence to send workers abroad is used in its own country, whether the asker says so or not."""
    is_for_abroad = KINDS[licence.kind].territory is Territory.ABROAD
    return question.origin or (licence.country if is_for_abroad else None)


def of_origin(
    licence: record.Licence,
    agency: record.Agency,
    partner: str | None,
    question: Question,
    day: date,
    regimes: Sequence[Regime],
) -> Iterator[Judged]:
    """Where recruiting happens: a foreign agency may need a partner licensed there."""
    origin = _origin(licence, question)
    if origin is None:
        return
    values = {"origin": origin, "country": licence.country}
    if KINDS[licence.kind].territory is Territory.ABROAD and origin != licence.country:
        yield Judged(Answer.NO, Finding(Reason.OUT_OF_CORRIDOR, values))
        return
    there = regime_on(regimes, origin, Activity.LABOUR_SERVICE_ABROAD, day)
    if there is not None and there.are_foreign_bodies_prohibited:
        if not origin == licence.country == agency.country:
            answer = Answer.UNKNOWN if partner else Answer.NO
            named = {"partner": partner} if partner else {}
            law = rows_of_regimes([there])
            yield Judged(answer, Finding(Reason.NEEDS_LICENSED_SENDING_PARTNER, values | named | law))
    elif origin != licence.country:
        yield Judged(Answer.UNKNOWN, Finding(Reason.REGIME_UNKNOWN, {"country": origin, "activities": ""}))


def _agreement_covers(
    agreement: record.Agreement, agency: record.Agency, origin: str | None, destination: str | None, day: date
) -> bool:
    return (
        agreement.receiving == agency.agency_id
        and agreement.origin == origin
        and destination in (None, agreement.destination)
        and record.holds_on(agreement, day)
    )


def of_foreign_licence(
    licence: record.Licence, question: Question, activities: Sequence[Activity], day: date, regimes: Sequence[Regime]
) -> Iterator[Judged]:
    """What a state's regime makes of a licence of another state used there, whatever the licence itself says."""
    destination = question.destination
    if destination is None or destination == licence.country:
        return
    if KINDS[licence.kind].territory is Territory.ABROAD:
        yield from _of_law_abroad(question, day, regimes)
        return
    known = [_of_foreign_firms(regimes, question, activity, day) for activity in activities]
    values = {"destination": destination, "country": licence.country, "activities": " ".join(activities)}
    found = [regime for regime in known if regime is not None and not _is_open(regime)]
    if len(found) < len(known):
        yield of_unknown_law(destination, activities, question, day, regimes)
        return
    # The least favourable of the activities decides: the licence must be worth something for each.
    yield max((_worth_of(licence, regime, values) for regime in found), key=lambda judged: GRAVITY[judged.answer])


def _of_foreign_firms(regimes: Sequence[Regime], question: Question, activity: Activity, day: date) -> Regime | None:
    """The destination's rule for foreign firms: for hiring out, its rule on posting workers into it comes first."""
    country = question.destination or ""
    if activity is Activity.TEMPORARY_WORK:
        posting = regime_on(regimes, country, LawActivity.POSTING_IN, day, region=question.region)
        if posting is not None:
            return posting
    return regime_on(regimes, country, activity, day, region=question.region)


def _of_law_abroad(question: Question, day: date, regimes: Sequence[Regime]) -> Iterator[Judged]:
    """A licence to send workers abroad says nothing of the country they are sent to: its law must be known too."""
    destination = question.destination or ""
    activities = activities_in(destination)
    known = [regime_on(regimes, destination, activity, day, region=question.region) for activity in activities]
    if destination not in EU_STATES or all(map(_is_open, known)):
        yield of_unknown_law(destination, activities, question, day, regimes)


_WORTH: dict[ForeignLicence, tuple[Answer, Reason]] = {
    ForeignLicence.SUFFICIENT: (Answer.YES, Reason.FOREIGN_LICENCE_SUFFICIENT),
    ForeignLicence.NEEDS_ENTRY: (Answer.UNKNOWN, Reason.FOREIGN_LICENCE_NEEDS_ENTRY),
    ForeignLicence.NEEDS_NOTICE: (Answer.UNKNOWN, Reason.FOREIGN_LICENCE_NEEDS_NOTICE),
    ForeignLicence.NOT_SUFFICIENT: (Answer.NO, Reason.FOREIGN_LICENCE_NOT_SUFFICIENT),
}
"""What a licence of another member state is worth; all else is not known, and what is not known is no `no`."""


def _worth_of(licence: record.Licence, regime: Regime, values: dict[str, str]) -> Judged:
    values = values | rows_of_regimes([regime]) | ({"article": regime.article} if regime.article else {})
    if regime.rule is RegimeRule.PROHIBITED:
        return Judged(Answer.NO, Finding(Reason.ACTIVITY_PROHIBITED, values))
    if regime.rule is RegimeRule.NONE:
        return Judged(Answer.UNKNOWN, Finding(Reason.NO_LICENCE_REQUIRED, values | {"country": regime.country}))
    if licence.country not in EU_STATES and regime.rule in LICENSING:
        return Judged(Answer.NO, Finding(Reason.OUT_OF_CORRIDOR, values))
    answer, reason = _WORTH.get(regime.foreign_licence, (Answer.UNKNOWN, Reason.FOREIGN_LICENCE_UNKNOWN))
    if regime.rule is RegimeRule.NOTIFICATION and answer is Answer.YES:
        answer, reason = Answer.UNKNOWN, Reason.FOREIGN_LICENCE_NEEDS_NOTICE
    return Judged(answer, Finding(reason, values))
