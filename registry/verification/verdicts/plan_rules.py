"""Rules on the plan: who offers the work, and on which visa. Pure.

One that is no agency needs another paper, and an employer is not "not registered". A visa that does not allow work never
leaves a yes: a tourist or business visa lets no one take up work, and China's law forbids sending workers under the name of
business, tourism or study (Decree 620, article 8(2)). A seasonal permit is given by quota and by list of countries: no
licence tells whether a place is open, so it allows no `yes`; nor does a visa of another state, whose worth here was not read.
Who already lives in the country may hold another title: there
the answer is left open.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from registry.register.law.rows import Limit, Regime
from registry.register.law.rules import limits_on, regimes_on
from registry.register.law.words import LawActivity
from registry.verification.verdicts.question import Finding, Question, SubjectKind, Verdict
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import EU_STATES, SENDING_COUNTRIES, Answer, LicenceKind, RecruiterKind, Visa

_OWN_ANSWERS: Mapping[RecruiterKind, Reason] = {
    RecruiterKind.EMPLOYER: Reason.EMPLOYER_NEEDS_NO_LICENCE,
    RecruiterKind.CONTRACTOR: Reason.CONTRACTOR_SENDS_OWN_STAFF,
    RecruiterKind.SHIP: Reason.SHIP_NEEDS_SEAFARER_PERMIT,
    RecruiterKind.SCHOOL_OR_FAMILY: Reason.NOT_WORK_RECRUITMENT,
    RecruiterKind.PRIVATE_PERSON: Reason.PRIVATE_PERSON_SHOWS_NO_LICENCE,
}

_OWN_LAW: Mapping[RecruiterKind, LawActivity] = {
    RecruiterKind.CONTRACTOR: LawActivity.PROJECT_CONTRACTING,
    RecruiterKind.SHIP: LawActivity.SEAFARER_PLACEMENT,
    RecruiterKind.PRIVATE_PERSON: LawActivity.LABOUR_SERVICE_ABROAD,
}
"""What the sending country's law calls what such a recruiter does."""

_ABOUT_LICENCES_OF_AGENCIES = frozenset(
    {
        # Not relevant to a recruiter that is no agency.
        Reason.NOT_REGISTERED,
        Reason.NO_LICENCE_RECORDED,
        Reason.AUTHORITY_NOT_COVERED,
        Reason.LIST_LACKS_NUMBER,
        Reason.NOT_ON_LIST_OF_PLACE,
        Reason.REGIME_UNKNOWN,
        Reason.NO_LICENCE_REQUIRED,
        Reason.LICENCE_REQUIRED,
        Reason.COUNTRY_NOT_STATED,
        Reason.CONTEXT_NEEDED,
        Reason.NEEDS_LICENSED_SENDING_PARTNER,
        Reason.OUT_OF_CORRIDOR,
        Reason.PERMITS_ONLY,
        Reason.NO_LICENCE_IN_FORCE,
    }
)

_OF_A_COMPANY = frozenset(
    {SubjectKind.USCC, SubjectKind.VAT, SubjectKind.LEI, SubjectKind.EUID, SubjectKind.REGISTRATION_NUMBER}
)
"""Numbers that every company has, an employer too."""


def of_recruiter(question: Question, verdict: Verdict, regimes: Sequence[Regime] = ()) -> Verdict:
    """Turns the verdict on an agency into that on the recruiter who really offers the work."""
    recruiter = question.recruiter_kind
    own = _OWN_ANSWERS.get(recruiter) if recruiter is not None else None
    if own is not None:
        return _of_another(question, verdict, own, _rows(question, verdict, regimes))
    if recruiter is not RecruiterKind.AGENCY and _may_be_right_for_another(question, verdict):
        questions = Finding(Reason.CONTEXT_NEEDED, {"parameter": "recruiter_kind"})
        others = tuple(finding.informing() for finding in verdict.reasons)
        return replace(verdict, verdict=Answer.UNKNOWN, reasons=(questions, *others))
    return verdict


def _rows(question: Question, verdict: Verdict, regimes: Sequence[Regime]) -> dict[str, str]:
    """The rows of the sending country's law that an answer about such a recruiter stands on."""
    activity = _OWN_LAW.get(question.recruiter_kind) if question.recruiter_kind is not None else None
    country = question.origin or min(SENDING_COUNTRIES)
    if activity is None or country not in SENDING_COUNTRIES:
        return {}
    rows = [regime.id for regime in regimes_on(regimes, country, activity, verdict.on)]
    return {"rows": " ".join(rows)} if rows else {}


def _of_another(question: Question, verdict: Verdict, own: Reason, rows: Mapping[str, str]) -> Verdict:
    says = Finding(own, rows)
    if question.recruiter_kind is RecruiterKind.PRIVATE_PERSON:
        if verdict.verdict is Answer.NO:
            return replace(verdict, reasons=(*verdict.reasons[:1], says.informing(), *verdict.reasons[1:]))
        stored = verdict.reasons
    else:
        stored = tuple(one for one in verdict.reasons if one.code not in _ABOUT_LICENCES_OF_AGENCIES)
    others = tuple(finding.informing() for finding in stored)
    return replace(verdict, verdict=Answer.UNKNOWN, may_continue=Answer.UNKNOWN, reasons=(says, *others))


def _may_be_right_for_another(question: Question, verdict: Verdict) -> bool:
    """Whether the `no` says only that no agency of that number is licensed, which an employer or a ship need not be."""
    if verdict.verdict is not Answer.NO:
        return False
    licence = verdict.licence
    is_for_ships = licence is not None and licence.kind is LicenceKind.CN_SEAFARER_DISPATCH
    if not is_for_ships and question.kind not in _OF_A_COMPANY:
        return False
    codes = {finding.code for finding in verdict.reasons}
    if Reason.NOT_REGISTERED in codes and question.kind in _OF_A_COMPANY:
        return True
    return is_for_ships and Reason.NOT_A_RECRUITMENT_LICENCE in codes


FOR_NO_WORK = (Visa.TOURIST, Visa.BUSINESS, Visa.STUDY, Visa.NONE)

_LEFT_OPEN = {Visa.SEASONAL: Reason.SEASONAL_PERMIT_NOT_SETTLED, Visa.OTHER_STATE: Reason.VISA_OF_ANOTHER_STATE}
"""Visas of which no licence tells whether they allow the work, with the reason that says so."""

_FOR_TRAVEL = frozenset({Visa.TOURIST, Visa.BUSINESS})


def visa_answer(question: Question) -> Answer:
    """The best answer that the visa leaves open."""
    visa = question.visa
    is_asked = question.recruiter_kind is not RecruiterKind.SHIP and not _needs_no_visa(question)
    if is_asked and visa in _LEFT_OPEN:
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
    # Those by which a country forbids to send workers under the name of such a visa.
    rows = [one.id for one in limits_on(limits, there, None, verdict.on) if question.visa.value in one.visas_barred]
    values |= {"rows": " ".join(rows)} if rows else {}
    stops = Finding(Reason.VISA_DOES_NOT_ALLOW_WORK, values)
    if question.visa in _LEFT_OPEN:
        stops = Finding(_LEFT_OPEN[question.visa])
    if verdict.verdict is Answer.NO:
        weighed = stops if best is Answer.NO else stops.informing()
        return replace(verdict, reasons=(*verdict.reasons[:1], weighed, *verdict.reasons[1:]))
    others = tuple(finding.informing() for finding in verdict.reasons)
    return replace(verdict, verdict=best, may_continue=Answer.UNKNOWN, reasons=(stops, *others))
