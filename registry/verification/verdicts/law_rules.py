"""What the law of a corridor asks of all who recruit, where the question is about no one in particular. Pure.

Without a recruiter there is no `yes`: the answer is `no` where the law bars the plan for all, else `unknown`
with what must be asked for.

What the law of both ends makes of recruiting under a licence (`corridor_law`) is worked out once a day for all who hold such
a one. Only what follows from the law alone is remembered, under the question's corridor, activity and visa and the country
and kind of the licence, until the law or the day is another: nothing that turns on an agency, a person, a trade, a region or
on the day that was asked about.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from msgspec.structs import replace

from registry.core.clock import day_at
from registry.register.agencies import record
from registry.register.law.loading import Law, shipped_law
from registry.register.law.rows import Regime
from registry.register.law.rules import Spans, changes_of, regime_on
from registry.register.law.weights import is_disputed, is_readable
from registry.register.law.words import ChargedBy
from registry.verification.verdicts.absence_rules import unique, zone_of
from registry.verification.verdicts.context_rules import asked_parameter
from registry.verification.verdicts.limit_rules import (
    Recruiting,
    is_of_entry,
    law_today,
    of_limits,
    on_disguised_lending,
    states_more,
)
from registry.verification.verdicts.question import GRAVITY, INFORMING, Finding, Judged, Question, Verdict, VerdictFacts
from registry.verification.verdicts.regime_rules import (
    LICENSING,
    activities_in,
    activities_in_question,
    first_known,
    of_foreign_licence,
    of_origin,
    of_regime,
    of_unknown_law,
    partner_of,
    regions_in_law,
    rows_of_regimes,
)
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import RegimeRule
from registry.vocabulary.register import RECRUITING, SENDING_COUNTRIES, Activity, Answer, RecruiterKind, Weight


class CorridorLaw(NamedTuple):
    """What the law says: of the licence where it was issued and workers come from, and of its use at the destination.

    `regions` are those that the law tells apart for the activities in question where the licence was issued, `regime` the
    first that is known of those activities there. `is_licence_needed`: whether that country is known to ask for a licence for
    the activity asked about, or to forbid it.
    """

    at_home: tuple[Judged, ...]
    at_destination: tuple[Judged, ...]
    regions: tuple[str, ...]
    regime: Regime | None
    is_licence_needed: bool


def corridor_law(
    licence: record.Licence, agency: record.Agency, question: Question, day: date, today: date, facts: VerdictFacts
) -> CorridorLaw:
    """What the law of both ends makes of what was asked about, were it done under the licence."""
    partner = partner_of(licence, agency, question, day)
    if day != today or agency.country != licence.country or partner is not None or states_more(question):
        return _worked_out(licence, agency, partner, question, day, today, facts)
    known = law_today(facts, today)
    plan = (question.origin, question.destination, question.activity, question.visa, question.nace_revision)
    key = (licence.country, licence.kind, licence.activities, *plan)
    law: CorridorLaw | None = known.get(key)
    if law is None:
        law = _worked_out(licence, agency, partner, question, day, today, facts)
        activities = activities_in_question(licence, question)
        if not is_of_entry(Recruiting.under(licence), question, activities, day, facts.limits):
            known[key] = law
    return law


def _worked_out(
    licence: record.Licence,
    agency: record.Agency,
    partner: str | None,
    question: Question,
    day: date,
    today: date,
    facts: VerdictFacts,
) -> CorridorLaw:
    regimes = facts.regimes
    activities = activities_in_question(licence, question)
    at_home = (
        *of_regime(licence, question, activities, day, regimes),
        *of_origin(licence, agency, partner, question, day, regimes),
    )
    at_destination = (
        *of_foreign_licence(licence, question, activities, day, regimes),
        *of_limits(Recruiting.under(licence), question, activities, day, today, facts),
    )
    # What only informs is said once here, so that no answer has to compare it again. The order of two gravities is no matter.
    informing = unique(
        one.finding.informing() if one.finding.code in INFORMING else one.finding
        for one in at_destination
        if one.answer is Answer.YES
    )
    open_or_refused = [one for one in at_destination if one.answer is not Answer.YES]
    return CorridorLaw(
        at_home,
        (*open_or_refused, *(Judged(Answer.YES, one) for one in informing)),
        regions_in_law(regimes, licence.country, activities, day),
        first_known(regimes, licence.country, activities, day),
        _needs_licence(licence, question, day, regimes),
    )


def _needs_licence(licence: record.Licence, question: Question, day: date, regimes: Sequence[Regime]) -> bool:
    if question.activity is None:
        return True
    regime = regime_on(regimes, licence.country, question.activity, day, region=question.region)
    return regime is not None and (regime.rule in LICENSING or regime.rule is RegimeRule.PROHIBITED)


NO_ONE = Recruiting(None, is_for_abroad=False, entered_on=None)


def of_law(question: Question, facts: VerdictFacts) -> Verdict:
    """The verdict on a plan without a recruiter."""
    destination = question.destination
    zone = zone_of(destination, facts) if destination is not None else None
    today = day_at(facts.as_of, zone)
    day = question.on or today
    if destination is None:
        return Verdict(Answer.UNKNOWN, Answer.UNKNOWN, (Finding(Reason.COUNTRY_NOT_STATED),), day, time_zone=zone)
    judged = [
        *_at_origin(question, day, facts),
        *_at_destination(question, destination, day, facts),
        *_of_plan(question, destination, day, today, facts),
    ]
    if day > today:
        judged.append(Judged(Answer.UNKNOWN, Finding(Reason.FUTURE_DATE, _days(day, today))))
    answer = Answer.NO if any(one.answer is Answer.NO for one in judged) else Answer.UNKNOWN
    ordered = sorted(judged, key=lambda one: (-GRAVITY[one.answer], one.finding.code is Reason.OTHER_PERMIT_ROUTES))
    findings = unique(_weighed(one, answer) for one in ordered)
    return Verdict(answer, Answer.UNKNOWN, findings, day, time_zone=zone)


def with_law(question: Question, facts: VerdictFacts, verdict: Verdict) -> Verdict:
    """A verdict that no licence gave, with what the law bars for all; what bars it makes the answer `no`."""
    if verdict.licence is not None or question.destination is None:
        return verdict
    today = day_at(facts.as_of, verdict.time_zone)
    found = list(_of_plan(question, question.destination, verdict.on, today, facts))
    bars = [one.finding for one in found if one.answer is Answer.NO]
    codes = (Reason.PERMITS_NOT_GIVEN, Reason.PERMIT_NOT_SETTLED, Reason.LAW_MAY_BAR, Reason.OTHER_PERMIT_ROUTES)
    more = [one.finding.informing() for one in found if one.finding.code in codes]
    if question.activity is Activity.TEMPORARY_WORK or question.recruiter_kind is RecruiterKind.EMPLOYER:
        rows = on_disguised_lending(facts.limits, question.destination, verdict.on)
        values = {"country": question.destination, "rows": " ".join(rows)}
        more += [Finding(Reason.DISGUISED_LENDING, values, Weight.INFORMS)] if rows else []
    if any(one.code is Reason.NO_LICENCE_REQUIRED for one in verdict.reasons):
        more += _charges(question, question.destination, facts)
    if bars and verdict.verdict is not Answer.NO:
        others = (one.informing() for one in verdict.reasons)
        return replace(verdict, verdict=Answer.NO, reasons=unique((*bars, *others, *more)))
    informing = [one.informing() for one in bars]
    return replace(verdict, reasons=unique((*verdict.reasons, *informing, *more)))


HIRING_DIRECTLY = Recruiting(None, is_for_abroad=False, entered_on=None, is_direct=True)

_OF_OTHERS = frozenset(
    {RecruiterKind.EMPLOYER, RecruiterKind.CONTRACTOR, RecruiterKind.SCHOOL_OR_FAMILY, RecruiterKind.PRIVATE_PERSON}
)
"""Recruiters who are no agency, and whom limits on the worker's permit, nationality or trade bind all the same.

Ships do not: their crews take up no work in the country of the port.
"""

_ON_THE_PLAN = frozenset(
    {
        Reason.LAW_BARS,
        Reason.LAW_MAY_BAR,
        Reason.PERMITS_NOT_GIVEN,
        Reason.OTHER_PERMIT_ROUTES,
        Reason.PERMITS_BY_QUOTA,
        Reason.PERMIT_NOT_SETTLED,
        Reason.LAW_CONDITIONS,
    }
)


def with_law_for_others(question: Question, facts: VerdictFacts, verdict: Verdict) -> Verdict:
    """The verdict on a recruiter who is no agency, or may be none, with what the law bars for anyone who hires the worker.

    What bars it makes the answer `no`. Where the recruiter is said, what a limit must still know is asked for.
    """
    is_other = question.recruiter_kind in _OF_OTHERS
    if question.destination is None or not (is_other or _asks_who_recruits(verdict)):
        return verdict
    today = day_at(facts.as_of, verdict.time_zone)
    lends = question.activity is Activity.TEMPORARY_WORK
    activity = Activity.TEMPORARY_WORK if lends else Activity.PLACEMENT
    hiring = HIRING_DIRECTLY._replace(lends=lends and question.recruiter_kind is RecruiterKind.EMPLOYER)
    found = list(of_limits(hiring, question, [activity], verdict.on, today, facts))
    bars = tuple(one.finding for one in found if one.answer is Answer.NO)
    if verdict.verdict is Answer.NO or not (is_other or bars):
        return verdict
    others = tuple(one for one in verdict.reasons if one.code not in _ON_THE_PLAN)
    more = tuple(one.finding.informing() for one in found if one.answer is not Answer.NO)
    if bars:
        others = tuple(one.informing() for one in others if asked_parameter(one) is None)
        more = tuple(one for one in more if asked_parameter(one) is None)
        return replace(verdict, verdict=Answer.NO, reasons=unique((*bars, *others, *more)))
    return replace(verdict, reasons=unique((*others, *more)))


def _asks_who_recruits(verdict: Verdict) -> bool:
    return bool(verdict.reasons) and asked_parameter(verdict.reasons[0]) == "recruiter_kind"


_CHARGERS = {Activity.PLACEMENT: ChargedBy.PLACEMENT_AGENT, Activity.TEMPORARY_WORK: ChargedBy.TEMPORARY_AGENCY}


def _charges(question: Question, destination: str, facts: VerdictFacts) -> list[Finding]:
    """What the law there says of charges to workers: who needs no licence is bound by it all the same."""
    by = {_CHARGERS[one] for one in _activities(question, destination) if one in _CHARGERS} | {
        ChargedBy.ANY_INTERMEDIARY
    }
    law = facts.snapshot.law or shipped_law()
    rows = law.countries[destination].fee if destination in law.countries else ()
    found = [row.id for row in rows if row.by in by and is_readable(row) and row.region in (None, question.region)]
    values = {"country": destination, "rows": " ".join(found)}
    return [Finding(Reason.CHARGES_BY_LAW, values, Weight.INFORMS)] if found else []


def with_what_stands_instead(facts: VerdictFacts, verdict: Verdict) -> Verdict:
    """The verdict, with what stands in the place of a licence where a reason says that none is required."""
    told = [one for one in verdict.reasons if one.code is Reason.NO_LICENCE_REQUIRED]
    if not told:
        return verdict
    rows = (facts.snapshot.law or shipped_law()).rows
    found = [(one.values["country"], rows.get(row)) for one in told for row in one.rows]
    more = []
    for country in dict.fromkeys(one.values["country"] for one in told):
        regimes = [row for of, row in found if of == country and isinstance(row, Regime)]
        free = [row for row in regimes if row.rule in (RegimeRule.NONE, RegimeRule.NOTIFICATION)]
        words = " ".join(dict.fromkeys(word.value for row in free for word in row.instead))
        values = {"country": country, "instead": words, "rows": " ".join(row.id for row in free)}
        filled = {name: value for name, value in values.items() if value}
        more.append(Finding(Reason.INSTEAD_OF_LICENCE, filled, Weight.INFORMS))
    return replace(verdict, reasons=unique((*verdict.reasons, *more)))


AHEAD = timedelta(days=90)
"""How long before a change of the law it is told."""


def with_changes_ahead(question: Question, facts: VerdictFacts, verdict: Verdict) -> Verdict:
    """The verdict, with what changes in the law of the job's country within 90 days of the day that it is about.

    What changes in the law of the Union changes in each of its states.
    """
    if question.destination is None:
        return verdict
    ahead = _changes_ahead(facts.snapshot.law or shipped_law(), question.destination).on(verdict.on)
    return verdict if ahead is None else replace(verdict, reasons=(*verdict.reasons, ahead))


@lru_cache(64)
def _changes_ahead(law: Law, country: str) -> Spans[Finding | None]:
    """What is said each day of the changes to come in a country's law."""
    coming = [row for row in changes_of(law, country) if is_readable(row)]

    def told_on(day: date) -> Finding | None:
        ahead = [row.id for row in coming if row.on - AHEAD <= day < row.on]
        values = {"country": country, "rows": " ".join(ahead)}
        return Finding(Reason.LAW_CHANGES_SOON, values, Weight.INFORMS) if ahead else None

    return Spans([day for row in coming for day in (row.on - AHEAD, row.on)], told_on)


def rows_to_look_at(country: str, facts: VerdictFacts) -> str:
    """Of a country that is not answered for: what was read of it that helps who is offered work there, by the rows' ids.

    Which work needs a licence, what is barred, who may sponsor, what may be charged, where to look it up, whom to call.
    """
    law = (facts.snapshot.law or shipped_law()).countries[country]
    rows = (*law.regime, *law.limit, *law.permit_route, *law.fee, *law.official_list, *law.help_line)
    return " ".join(row.id for row in rows if is_readable(row) and not is_disputed(row))


def _weighed(one: Judged, answer: Answer) -> Finding:
    decides = one.answer is answer and one.finding.code not in INFORMING
    return one.finding if decides else one.finding.informing()


def _days(day: date, today: date) -> dict[str, str]:
    return {"date": day.isoformat(), "today": today.isoformat()}


def _at_origin(question: Question, day: date, facts: VerdictFacts) -> Iterator[Judged]:
    """What the country asks in which workers are recruited for work abroad."""
    origin = question.origin
    if origin is None:
        likely = " ".join(dict.fromkeys((*sorted(SENDING_COUNTRIES), question.destination or "")))
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": "origin", "likely": likely}))
        return
    if origin == question.destination:
        return
    there = regime_on(facts.regimes, origin, Activity.LABOUR_SERVICE_ABROAD, day)
    if there is not None and there.rule in LICENSING:
        values = {"country": origin, "activities": Activity.LABOUR_SERVICE_ABROAD.value}
        yield Judged(Answer.UNKNOWN, Finding(Reason.LICENCE_REQUIRED, values | rows_of_regimes([there])))


def _at_destination(question: Question, destination: str, day: date, facts: VerdictFacts) -> Iterator[Judged]:
    """What the country of the job asks of agencies."""
    for activity in _activities(question, destination):
        regime = regime_on(facts.regimes, destination, activity, day, region=question.region)
        values = {"country": destination, "activities": activity.value}
        if regime is None or regime.rule is RegimeRule.UNKNOWN:
            yield of_unknown_law(destination, [activity], question, day, facts.regimes)
            continue
        values |= rows_of_regimes([regime])
        if regime.rule is RegimeRule.PROHIBITED and question.activity is not None:
            yield Judged(Answer.NO, Finding(Reason.ACTIVITY_PROHIBITED, values))
        elif regime.rule in LICENSING:
            yield Judged(Answer.UNKNOWN, Finding(Reason.LICENCE_REQUIRED, values))
        elif regime.rule is not RegimeRule.PROHIBITED:
            yield Judged(Answer.UNKNOWN, Finding(Reason.NO_LICENCE_REQUIRED, values))


def _activities(question: Question, destination: str) -> Sequence[Activity]:
    """What is asked about in the country of the job; sending workers abroad is a matter of the country they come from."""
    if question.activity in RECRUITING and question.activity is not Activity.LABOUR_SERVICE_ABROAD:
        return [question.activity]
    return activities_in(destination)


def _of_plan(question: Question, destination: str, day: date, today: date, facts: VerdictFacts) -> Iterator[Judged]:
    """Limits and permit routes. What bars one activity alone leaves the answer open until the activity is said."""
    if question.activity is Activity.LABOUR_SERVICE_ABROAD:
        activities: Sequence[Activity] = [question.activity]
    else:
        activities = _activities(question, destination)
    by_activity = {one: list(of_limits(NO_ONE, question, [one], day, today, facts)) for one in activities}
    is_barred = all(any(one.answer is Answer.NO for one in found) for found in by_activity.values())
    is_open = False
    for found in by_activity.values():
        for one in found:
            if one.answer is Answer.NO and not is_barred:
                is_open = True
                yield Judged(Answer.UNKNOWN, replace(one.finding, code=Reason.LAW_MAY_BAR))
            else:
                yield one
    if is_open and question.activity is None:
        values = {"parameter": "activity", "activities": " ".join(activities)}
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, values))
