"""Limits of law on what is planned: by sector, occupation, nationality or permit, place, years after entry. Pure.

Which rows there are and what each may do to an answer is the law's (registry.register.law); here a question becomes the plan
that they judge. A limit that the question states in full makes a `no`; one that may still be met leaves no `yes`.
"""

import dataclasses
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from msgspec.structs import replace

from registry.register.agencies import record
from registry.register.law.limit_rules import LimitFinding, Outcome, Plan, judge_limits, judge_route
from registry.register.law.rows import Limit, PermitRoute, Regime
from registry.register.law.rules import closes_a_permit, limits_on, open_routes, routes_of
from registry.register.law.words import LimitEffect, LimitSubject, Possible, Route
from registry.register.law.words import Visa as LawVisa
from registry.verification.verdicts.question import Finding, Judged, Question, VerdictFacts
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import EU_STATES, KINDS, SENDING_COUNTRIES, Activity, Answer, Territory, Visa, Weight

FREE_TO_WORK = EU_STATES | {"CH", "IS", "LI", "NO"}
"""Whose citizens need no permit for work in a member state."""

UNKNOWN_OCCUPATION = "unknown"
"""The worker was asked for the occupation and cannot say: it may be any."""

HELD = "held"
"""A permit already held by a person who lives and works in the country, not one that is applied for."""

_PARAMETERS = {
    "sector": "sector",
    "employer": "employer",
    "is_shortage_job": "shortage_job",
    "nationality": "nationality",
    "is_permit_bound": "nationality",
    "visa": "visa",
    "occupation": "occupation",
    "permit": "work_permit",
    "is_abroad": "origin",
}
"""The field of a question that tells what a limit needs to know."""


class Recruiting(NamedTuple):
    """What the law's limits must know of the recruiter.

    `entered_on`: since when it is licensed in `home`; None where that is not told. `is_direct`: the one who recruits hires
    the worker itself, so that limits on agencies are none on it. `lends`: it is no agency, and hires the worker out.
    """

    home: str | None
    is_for_abroad: bool
    entered_on: date | None
    is_direct: bool = False
    lends: bool = False

    @classmethod
    def under(cls, licence: record.Licence) -> "Recruiting":
        return cls(licence.country, KINDS[licence.kind].territory is Territory.ABROAD, licence.valid_from)


def of_limits(
    recruiting: Recruiting,
    question: Question,
    activities: Sequence[Activity],
    day: date,
    today: date,
    facts: VerdictFacts,
) -> Iterator[Judged]:
    """What the law of the corridor's ends makes of the plan, beyond what it asks of the agency.

    What it says today of a plan of which no more is stated than a corridor, an activity and a visa is remembered: it follows
    from the law alone. Nothing is that depends on the recruiter, and no day, instant, trade or person that was asked about.
    """
    if day != today or states_more(question):
        yield from _of_limits(recruiting, question, activities, day, today, facts)
        return
    findings = law_today(facts, today)
    ends = (question.origin, question.destination, question.visa, question.nace_revision)
    key = (recruiting.home, recruiting.is_for_abroad, recruiting.is_direct, recruiting.lends, *ends, *activities)
    known = findings.get(key)
    if known is None:
        known = tuple(_of_limits(recruiting, question, activities, day, today, facts))
        if not is_of_entry(recruiting, question, activities, day, facts.limits):
            findings[key] = known
    yield from known


def states_more(question: Question) -> bool:
    """Whether more is stated than corridor, activity and visa: of a person, a trade, a place, or what was known before."""
    return (
        question.known_at is not None
        or question.sector is not None
        or question.nationality is not None
        or question.occupation is not None
        or question.work_permit is not None
        or question.region is not None
        or question.employer is not None
        or question.shortage_job is not None
    )


def is_of_entry(
    recruiting: Recruiting, question: Question, activities: Sequence[Activity], day: date, limits: Sequence[Limit]
) -> bool:
    """Whether a limit on the plan depends on how long the recruiter has been licensed."""
    return any(
        limit.years_after_entry is not None or limit.years_active_before is not None
        for limit in _that_apply(recruiting, question, activities, day, limits)
    )


class _LawToday(NamedTuple):
    """What a law says on the days that are today somewhere: by day, and by what it says it of."""

    regimes: Sequence[Regime]
    limits: Sequence[Limit]
    routes: Sequence[PermitRoute]
    by_day: dict[date, dict[tuple[object, ...], Any]]


_MAX_REMEMBERED = 4096
_MAX_DAYS = 3
"""So many days are today somewhere at once; for half of every day it is another one in China than in Europe."""

_remembered = _LawToday((), (), (), {})


def law_today(facts: VerdictFacts, today: date) -> dict[tuple[object, ...], Any]:
    """What is remembered for this law and day. Rows in a list may still change: of them nothing is."""
    global _remembered
    law = _remembered
    if law.regimes is not facts.regimes or law.limits is not facts.limits or law.routes is not facts.routes:
        if not all(isinstance(rows, tuple) for rows in (facts.regimes, facts.limits, facts.routes)):
            return {}
        _remembered = law = _LawToday(facts.regimes, facts.limits, facts.routes, {})
    known = law.by_day.get(today)
    if known is None or len(known) >= _MAX_REMEMBERED:
        # Threads that come first at once may each begin a day; any of their dictionaries serves.
        known = {}
        others = [(day, of_day) for day, of_day in law.by_day.items() if day != today]
        _remembered = law._replace(by_day=dict(others[1 - _MAX_DAYS :]) | {today: known})
    return known


def _of_limits(
    recruiting: Recruiting,
    question: Question,
    activities: Sequence[Activity],
    day: date,
    today: date,
    facts: VerdictFacts,
) -> Iterator[Judged]:
    question = _with_known_permit(question, facts)
    plan = _plan(recruiting, question)
    limits = _that_apply(recruiting, question, activities, day, facts.limits)
    if recruiting.lends:
        # To hire out without being an agency is the very deed.
        deeds = {limit.id: True for limit in limits if limit.about is LimitSubject.DISGUISED_LENDING}
        plan = dataclasses.replace(plan, facts=deeds)
    found = judge_limits(limits, plan, day, today=today)
    found += [
        judge_route(route, plan, day, today=today) for route in _routes(recruiting, question, activities, facts.routes)
    ]
    questions: dict[str, list[str]] = {}
    conditions: dict[str, list[str]] = {}
    for finding in found:
        row = finding.row
        if finding.outcome is Outcome.BARS:
            yield Judged(Answer.NO, Finding(Reason.LAW_BARS, _values(finding)))
        elif finding.outcome is Outcome.OPEN:
            wanted = [
                parameter
                for need in finding.needs
                if (parameter := _PARAMETERS.get(need)) is not None and getattr(question, parameter) is None
            ]
            for parameter in wanted:
                known = questions.setdefault(parameter, [])
                known.extend(one for one in _named_by(row, parameter) if one not in known)
            if not wanted:
                yield Judged(Answer.UNKNOWN, Finding(Reason.LAW_MAY_BAR, _values(finding)))
            is_on_permit = "work_permit" in wanted or question.work_permit in NOT_TOLD
            if isinstance(row, PermitRoute) and row.permits_covered and is_on_permit:
                closed = {"country": row.country, "permits": "|".join(row.permits_covered), "rows": row.id}
                yield Judged(Answer.YES, Finding(Reason.PERMITS_NOT_GIVEN, closed))
        elif isinstance(row, PermitRoute):
            yield from _of_open_route(row, question.work_permit)
        elif finding.outcome is Outcome.INFORMS and row.effect is LimitEffect.CONDITIONS:
            conditions.setdefault(row.country, []).append(row.id)
    abroad = _country_entered(recruiting, question)
    taken = [one.row for one in found if one.outcome in (Outcome.BARS, Outcome.OPEN) and closes_a_permit(one.row)]
    if abroad is not None and any(row.country == abroad for row in taken):
        is_lending = any(isinstance(row, Limit) and row.about is LimitSubject.LENDING for row in taken)
        yield Judged(Answer.YES, of_other_routes(facts.routes, abroad, is_lending=is_lending))
        yield from (Judged(Answer.YES, one) for one in of_unsettled_routes(facts.routes, abroad))
    for country, rows in conditions.items():
        yield Judged(Answer.YES, Finding(Reason.LAW_CONDITIONS, {"country": country, "rows": " ".join(rows)}))
    for parameter, values in questions.items():
        more = {_NAMED_AS[parameter]: "|".join(values)} if values else {}
        if parameter == "work_permit" and abroad is not None and (routes := _words_of_open(facts.routes, abroad)):
            more["routes"] = routes
        # A licence may be for some sectors alone; here it is the law that tells them apart.
        more |= {"by": "law"} if parameter == "sector" else {}
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": parameter} | more))


def of_other_routes(routes: Sequence[PermitRoute], country: str, *, is_lending: bool = False) -> Finding:
    """The ways to a permit that were read to be open there, for citizens of China; without any, that none was read.

    `is_lending`: work for an agency is what the law bars, so a permit for it is none of them.
    """
    found = [one for one in open_routes(routes, country) if not (is_lending and one.route is Route.AGENCY)]
    if not found:
        return Finding(Reason.OTHER_PERMIT_ROUTES, {"country": country}, Weight.INFORMS)
    words = _words_of(found)
    values = {"country": country, "routes": words, "rows": " ".join(one.id for one in found)}
    return Finding(Reason.OTHER_PERMIT_ROUTES, values, Weight.INFORMS)


def of_unsettled_routes(routes: Sequence[PermitRoute], country: str) -> list[Finding]:
    """Tells the ways to a permit there of which it was not read whether they are open, if there are any."""
    found = [one for one in routes_of(routes, country) if one.possible is Possible.UNKNOWN]
    if not found:
        return []
    values = {"country": country, "routes": _words_of(found), "rows": " ".join(one.id for one in found)}
    return [Finding(Reason.PERMIT_NOT_SETTLED, values, Weight.INFORMS)]


def _words_of(routes: Iterable[PermitRoute]) -> str:
    """The ways to a permit, each once, as words of `Route`."""
    return " ".join(dict.fromkeys(one.route.value for one in routes))


def _words_of_open(routes: Sequence[PermitRoute], country: str) -> str:
    return _words_of(open_routes(routes, country))


def _of_open_route(route: PermitRoute, permit: str | None) -> Iterator[Judged]:
    """What a way that does not close the permit adds: that places are few, or that it was not read whether it is open.

    A permit that a closed way leaves out was not read either.
    """
    values = {"country": route.country, "rows": route.id}
    if route.possible is Possible.NOT_POSSIBLE and permit in route.not_covered:
        yield Judged(Answer.UNKNOWN, Finding(Reason.PERMIT_NOT_SETTLED, values))
    elif route.possible is Possible.QUOTA:
        yield Judged(Answer.YES, Finding(Reason.PERMITS_BY_QUOTA, values))
    elif route.possible is Possible.UNKNOWN:
        yield Judged(Answer.UNKNOWN, Finding(Reason.PERMIT_NOT_SETTLED, values))


_ROUTES = {
    Activity.TEMPORARY_WORK: frozenset({Route.AGENCY, Route.DECLARATION}),
    Activity.PLACEMENT: frozenset({Route.DIRECT, Route.DECLARATION}),
    Activity.LABOUR_SERVICE_ABROAD: frozenset({Route.DIRECT, Route.DECLARATION}),
}
"""The ways to a permit that a plan of this kind takes."""


def _routes(
    recruiting: Recruiting, question: Question, activities: Sequence[Activity], routes: Sequence[PermitRoute]
) -> list[PermitRoute]:
    """The ways to a permit that the plan may take, for one who comes from abroad and is, or may be, a citizen of China."""
    destination = _country_entered(recruiting, question)
    if destination is None:
        return []
    wanted = frozenset().union(*(_ROUTES.get(activity, frozenset()) for activity in activities))
    if question.visa is Visa.SEASONAL:
        wanted = frozenset({Route.SEASONAL})
    return [route for route in routes_of(routes, destination) if route.route in wanted]


def _country_entered(recruiting: Recruiting, question: Question) -> str | None:
    """The country of the job, for one who comes from abroad and is, or may be, a citizen of China; else None."""
    destination = question.destination or (None if recruiting.is_for_abroad else recruiting.home)
    is_there = question.origin is not None and question.origin == destination
    return None if is_there or question.nationality not in (None, _ROUTES_ARE_FOR) else destination


_ROUTES_ARE_FOR = "CN"
"""Permit routes are stated for citizens of this country alone."""


_NAMED_AS = {"work_permit": "permits", "occupation": "occupations"}
"""Under which value a finding tells what the law names of a field."""


def on_disguised_lending(limits: Sequence[Limit], country: str, day: date) -> list[str]:
    """The rows by which a country forbids to lend workers under another name, as an employer's or a contractor's own."""
    there = limits_on(limits, country, Activity.TEMPORARY_WORK, day)
    return [limit.id for limit in there if limit.about is LimitSubject.DISGUISED_LENDING]


def _named_by(row: Limit | PermitRoute, parameter: str) -> Sequence[str]:
    """The permits or occupations that a row tells apart."""
    if parameter == "work_permit":
        return row.permits_covered
    if parameter == "occupation" and isinstance(row, Limit):
        return sorted({*row.occupations_allowed, *row.occupations_barred})
    return ()


def _that_apply(
    recruiting: Recruiting, question: Question, activities: Sequence[Activity], day: date, limits: Sequence[Limit]
) -> list[Limit]:
    """Those of the country of the job for what is done there, and of the country that workers are sent from."""
    destination = question.destination or (None if recruiting.is_for_abroad else recruiting.home)
    found: dict[str, Limit] = {}
    if destination is not None:
        for activity in activities:
            there = limits_on(limits, destination, activity, day, region=question.region)
            found |= {
                limit.id: limit for limit in there if not (recruiting.is_direct and _is_on_agencies(limit, question))
            }
    if question.origin in SENDING_COUNTRIES and not recruiting.is_direct:
        there = limits_on(limits, question.origin or "", Activity.LABOUR_SERVICE_ABROAD, day)
        # Pretexts are a matter of the visa, which has a rule of its own.
        found |= {limit.id: limit for limit in there if not limit.visas_barred}
    return list(found.values())


def _is_on_agencies(limit: Limit, question: Question) -> bool:
    """Whether a limit is on what agencies do, and the question is not about that."""
    return bool(limit.activities) and question.activity is not Activity.TEMPORARY_WORK


OTHER_PERMIT, UNKNOWN_PERMIT = "other", "unknown"
NOT_TOLD = frozenset({OTHER_PERMIT, UNKNOWN_PERMIT})
"""Another permit than those that are named, or one that the worker cannot name: it may be one that is closed."""


def _with_known_permit(question: Question, facts: VerdictFacts) -> Question:
    """The question without a permit that is none of the country's words: a word that is not known may mean a closed one."""
    permit, country = question.work_permit, question.destination
    if permit is None or permit in NOT_TOLD or country is None:
        return question
    if permit in _words_of_open(facts.routes, country).split():
        return question
    of_limits = (name for row in facts.limits if row.country == country for name in row.permits_covered)
    of_routes = (
        name for row in facts.routes if row.country == country for name in (*row.permits_covered, *row.not_covered)
    )
    return question if permit in {*of_limits, *of_routes} else replace(question, work_permit=None)


def _plan(recruiting: Recruiting, question: Question) -> Plan:
    is_abroad = None if None in (question.origin, question.destination) else question.origin != question.destination
    may_work = question.visa in (Visa.WORK, Visa.SEASONAL)
    is_free = question.nationality in FREE_TO_WORK
    is_permit_bound: bool | None = None
    if question.nationality is not None and (is_free or (is_abroad and may_work)):
        is_permit_bound = not is_free
    return Plan(
        nationality=question.nationality,
        is_permit_bound=is_permit_bound,
        permit=None
        if question.work_permit in NOT_TOLD
        else question.work_permit or (HELD if may_work and is_abroad is False else None),
        visa=_visa_of_law(question.visa),
        sector=question.sector,
        nace_revision=question.nace_revision,
        employer=question.employer,
        is_shortage_job=_SAID.get(question.shortage_job),
        occupation=None if question.occupation == UNKNOWN_OCCUPATION else question.occupation,
        is_abroad=is_abroad,
        agency_entered_on=recruiting.entered_on,
        agency_active_since=recruiting.entered_on,
        agency_country=recruiting.home,
    )


_SAID: dict[Answer | None, bool] = {Answer.YES: True, Answer.NO: False}


def _visa_of_law(visa: Visa | None) -> LawVisa | None:
    if visa in (None, Visa.UNKNOWN, Visa.OTHER_STATE):
        return None
    return LawVisa.WORK if visa is Visa.SEASONAL else LawVisa(visa.value)


def _values(finding: LimitFinding) -> dict[str, str]:
    row = finding.row
    about = row.about.value if isinstance(row, Limit) else "permit"
    return {"country": row.country, "about": about, "article": row.article or row.source.title, "rows": row.id}
