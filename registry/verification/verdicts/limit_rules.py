"""Limits of law on what is planned: by sector, occupation, nationality or permit, place, years after entry. Pure.

Which rows there are and what each may do to an answer is the law's (registry.register.law); here a question becomes the plan
that they judge. A limit that the question states in full makes a `no`; one that may still be met leaves no `yes`.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from registry.core.codes import Reason
from registry.register.agencies import record
from registry.register.law.limit_rules import LimitFinding, Outcome, Plan, judge_limits
from registry.register.law.rows import Limit, PermitRoute
from registry.register.law.rules import limits_on
from registry.register.law.words import Visa as LawVisa
from registry.verification.verdicts.judged import Judged
from registry.verification.verdicts.question import Finding, Question
from registry.vocabulary.register import EU_STATES, KINDS, SENDING_COUNTRIES, Activity, Answer, Territory, Visa

FREE_TO_WORK = EU_STATES | {"CH", "IS", "LI", "NO"}
"""Whose citizens need no permit for work in a member state."""

OTHER_OCCUPATION = "other"
"""An occupation that the law of the country does not name."""

UNKNOWN_OCCUPATION = "unknown"
"""The worker was asked for the occupation and cannot say: it may be any."""

HELD = "held"
"""A permit already held by a person who lives and works in the country, not one that is applied for."""

_PARAMETERS = {
    "sector": "sector",
    "nationality": "nationality",
    "is_permit_bound": "nationality",
    "visa": "visa",
    "occupation": "occupation",
    "permit": "work_permit",
    "is_abroad": "origin",
}
"""The field of a question that tells what a limit needs to know."""


def of_limits(
    licence: record.Licence,
    question: Question,
    activities: Sequence[Activity],
    day: date,
    today: date,
    limits: Sequence[Limit],
) -> Iterator[Judged]:
    """What the law of the corridor's ends makes of the plan, beyond what it asks of the agency."""
    plan = _plan(licence, question)
    found = [
        finding
        for finding in judge_limits(_that_apply(licence, question, activities, day, limits), plan, day, today=today)
        if finding.outcome in (Outcome.BARS, Outcome.OPEN)
    ]
    questions: dict[str, list[str]] = {}
    for finding in found:
        if finding.outcome is Outcome.BARS:
            yield Judged(Answer.NO, Finding(Reason.LAW_BARS, _values(finding)))
            continue
        wanted = [
            parameter
            for need in finding.needs
            if (parameter := _PARAMETERS.get(need)) is not None and getattr(question, parameter) is None
        ]
        for parameter in wanted:
            known = questions.setdefault(parameter, [])
            known.extend(one for one in _named_by(finding.row, parameter) if one not in known)
        if not wanted:
            yield Judged(Answer.UNKNOWN, Finding(Reason.LAW_MAY_BAR, _values(finding)))
    for parameter, values in questions.items():
        more = {_NAMED_AS[parameter]: "|".join(values)} if values else {}
        yield Judged(Answer.UNKNOWN, Finding(Reason.CONTEXT_NEEDED, {"parameter": parameter} | more))


_NAMED_AS = {"work_permit": "permits", "occupation": "occupations"}
"""Under which value a finding tells what the law names of a field."""


def _named_by(row: Limit | PermitRoute, parameter: str) -> Sequence[str]:
    """The permits or occupations that a row tells apart."""
    if parameter == "work_permit":
        return row.permits_covered
    if parameter == "occupation" and isinstance(row, Limit):
        return sorted({*row.occupations_allowed, *row.occupations_barred})
    return ()


def _that_apply(
    licence: record.Licence, question: Question, activities: Sequence[Activity], day: date, limits: Sequence[Limit]
) -> list[Limit]:
    """Those of the country of the job for what is done there, and of the country that workers are sent from."""
    is_for_abroad = KINDS[licence.kind].territory is Territory.ABROAD
    destination = question.destination or (None if is_for_abroad else licence.country)
    found: dict[str, Limit] = {}
    if destination is not None:
        for activity in activities:
            found |= {limit.id: limit for limit in limits_on(limits, destination, activity, day)}
    if question.origin in SENDING_COUNTRIES:
        there = limits_on(limits, question.origin or "", Activity.LABOUR_SERVICE_ABROAD, day)
        # Pretexts are a matter of the visa, which has a rule of its own.
        found |= {limit.id: limit for limit in there if not limit.visas_barred}
    return list(found.values())


def _plan(licence: record.Licence, question: Question) -> Plan:
    is_abroad = None if None in (question.origin, question.destination) else question.origin != question.destination
    may_work = question.visa in (Visa.WORK, Visa.SEASONAL)
    is_free = question.nationality in FREE_TO_WORK
    is_permit_bound: bool | None = None
    if question.nationality is not None and (is_free or (is_abroad and may_work)):
        is_permit_bound = not is_free
    return Plan(
        nationality=question.nationality,
        is_permit_bound=is_permit_bound,
        permit=question.work_permit or (HELD if may_work and is_abroad is False else None),
        visa=_visa_of_law(question.visa),
        sector=question.sector,
        nace_revision=question.nace_revision,
        occupation=None if question.occupation == UNKNOWN_OCCUPATION else question.occupation,
        is_abroad=is_abroad,
        agency_entered_on=licence.valid_from,
        agency_active_since=licence.valid_from,
    )


def _visa_of_law(visa: Visa | None) -> LawVisa | None:
    if visa in (None, Visa.UNKNOWN):
        return None
    return LawVisa.WORK if visa is Visa.SEASONAL else LawVisa(visa.value)


def _values(finding: LimitFinding) -> dict[str, str]:
    row = finding.row
    about = row.about.value if isinstance(row, Limit) else ""
    return {"country": row.country, "about": about, "article": row.article or row.source.title, "row": row.id}
