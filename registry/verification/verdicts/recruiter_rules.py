"""Rules on who offers the work: one that is no agency needs another paper; an employer is not "not registered".

Pure.
"""

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from registry.register.law.rules import Regime, regimes_on
from registry.register.law.words import LawActivity
from registry.verification.verdicts.question import Finding, Question, SubjectKind, Verdict
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import SENDING_COUNTRIES, Answer, LicenceKind, RecruiterKind

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
