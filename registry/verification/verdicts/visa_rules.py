"""Rules on visas: what answers a planned visa leaves open. One that does not allow work never leaves a yes. Pure.

A tourist or business visa lets no one take up work, and China's law forbids sending workers under the name of business, tourism
or study (Decree 620, article 8(2)). A seasonal permit is given by quota and by list of countries: no licence tells whether a
place is open, so it allows no `yes`. Who already lives in the country may hold another title: there the answer is left open.
"""

from collections.abc import Sequence
from datetime import date

from msgspec.structs import replace

from registry.register.law.rows import Limit
from registry.register.law.rules import limits_on
from registry.verification.verdicts.question import Finding, Question, Verdict
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Answer, RecruiterKind, Visa

FOR_NO_WORK = (Visa.TOURIST, Visa.BUSINESS, Visa.STUDY, Visa.NONE)

_FOR_TRAVEL = frozenset({Visa.TOURIST, Visa.BUSINESS})


def visa_answer(question: Question) -> Answer:
    """The best answer that the visa leaves open."""
    visa = question.visa
    is_asked = question.recruiter_kind is not RecruiterKind.SHIP and not _needs_no_visa(question)
    if is_asked and visa is Visa.SEASONAL:
        return Answer.UNKNOWN
    if visa not in FOR_NO_WORK or not is_asked:
        return Answer.YES
    if question.origin in SENDING_COUNTRIES and question.origin != question.destination:
        return Answer.NO
    if visa in _FOR_TRAVEL and (question.origin is None or question.origin != question.destination):
        return Answer.NO
    return Answer.UNKNOWN


def _needs_no_visa(question: Question) -> bool:
    """A citizen of a member state works in all of them without a visa."""
    is_in_union = question.destination is None or question.destination in EU_STATES
    return question.nationality in EU_STATES and is_in_union


def _on_pretexts(limits: Sequence[Limit], country: str, visa: Visa, day: date) -> list[Limit]:
    """The rows by which a country forbids to send workers under the name of such a visa."""
    return [one for one in limits_on(limits, country, None, day) if visa.value in one.visas_barred]


def with_visa(question: Question, verdict: Verdict, limits: Sequence[Limit] = ()) -> Verdict:
    """The verdict, stopped where the visa does not allow the work; a `no` keeps its own first reason."""
    if question.visa is None:
        return verdict
    best = visa_answer(question)
    if best is Answer.YES:
        return verdict
    values = {"visa": question.visa.value}
    if best is Answer.NO and question.origin in SENDING_COUNTRIES:
        values["origin"] = question.origin or ""
    there = question.origin if question.origin is not None else min(SENDING_COUNTRIES)
    rows = [limit.id for limit in _on_pretexts(limits, there, question.visa, verdict.on)]
    values |= {"rows": " ".join(rows)} if rows else {}
    stops = Finding(Reason.VISA_DOES_NOT_ALLOW_WORK, values)
    if question.visa is Visa.SEASONAL:
        stops = Finding(Reason.SEASONAL_PERMIT_NOT_SETTLED)
    if verdict.verdict is Answer.NO:
        weighed = stops if best is Answer.NO else stops.informing()
        return replace(verdict, reasons=(*verdict.reasons[:1], weighed, *verdict.reasons[1:]))
    others = tuple(finding.informing() for finding in verdict.reasons)
    return replace(verdict, verdict=best, may_continue=Answer.UNKNOWN, reasons=(stops, *others))
