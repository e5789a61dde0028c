"""The one sentence that answers, by the gravest fact; what stands at once under it; and what to do next, by what is on record."""

from registry.i18n.names import main_name
from registry.i18n.wording import listed, translated, word
from registry.pages.public.answers import LookupResult, Tone
from registry.pages.public.forms import LookupForm
from registry.register.law.law_view import cited
from registry.register.law.loading import Law
from registry.verification.verdicts.question import Finding
from registry.verification.verdicts.subjects import is_person_like
from registry.vocabulary.codes import Reason
from registry.vocabulary.law import CitedRow
from registry.vocabulary.register import Language, LicenceStatus


def permitted(found: LookupResult, form: LookupForm, language: Language) -> str:
    """What the licence permits, as words: the activity asked about, else all that it permits."""
    if form.activity is not None:
        return word(language, "activity.brief", form.activity)
    words = next((f.values["activities"] for f in found.verdict.reasons if f.code is Reason.PERMITS_ONLY), "")
    return listed(language, [word(language, "activity.brief", activity) for activity in words.split()])


_UNKNOWN_HEADLINES = {
    Reason.CONTEXT_NEEDED: "needs",
    Reason.COUNTRY_NOT_COVERED: "outside",
    Reason.EMPLOYER_NEEDS_NO_LICENCE: "recruiter",
    Reason.CONTRACTOR_SENDS_OWN_STAFF: "recruiter",
    Reason.SHIP_NEEDS_SEAFARER_PERMIT: "recruiter",
    Reason.NOT_WORK_RECRUITMENT: "recruiter",
    Reason.PRIVATE_PERSON_SHOWS_NO_LICENCE: "person",
    Reason.USCC_CHECK_FAILED: "typo",
    Reason.NUMBER_CHECK_FAILED: "typo",
}

_OF_STATUS = frozenset(Reason(f"licence_{status}") for status in LicenceStatus) - {Reason.LICENCE_ACTIVE}
"""Reasons that say in what state the licence is; on a `no` that state is the headline."""

_OF_RECRUITERS = frozenset(
    {code for code, key in _UNKNOWN_HEADLINES.items() if key in ("recruiter", "person", "outside")}
)
"""Reasons with a headline of their own, even where the question names no one."""

_BESIDE_A_YES = frozenset({Reason.LICENCE_EXPIRES_SOON, Reason.PAST_DATE, Reason.NO_AGREEMENT_ON_RECORD})


def headline_notes(found: LookupResult) -> list[Finding]:
    """What stands at once under the headline: which permits are not given there, whatever the answer.

    Under a `yes` also that it ends soon, is about another day, or lacks a contract abroad.
    """
    beside = {Reason.PERMITS_NOT_GIVEN}
    if found.tone in (Tone.YES, Tone.NAME):
        beside |= _BESIDE_A_YES - ({Reason.LICENCE_EXPIRES_SOON} if found.tone is Tone.YES else set())
    return [finding for finding in found.verdict.reasons if finding.code in beside]


def other_reasons(found: LookupResult) -> list[Finding]:
    """Why, without what stands above: the notes, and who may be imitated, which is told with the agencies' names.

    In which time zone a day is counted helps no worker: programs read it.
    """
    above = headline_notes(found)
    left_out = (Reason.POSSIBLE_CLONE, Reason.DAY_IN_UTC)
    return [one for one in found.verdict.reasons if one not in above and one.code not in left_out]


def law_of(finding: Finding, law: Law | None) -> list[CitedRow]:
    """The rows of law that a reason stands on, each with a place on the page of its country's rules."""
    return cited(finding.rows, law)


_IN_ITS_OWN_WORDS = frozenset(
    {
        Reason.LAW_MAY_BAR,
        Reason.LAW_CONDITIONS,
        Reason.PERMIT_NOT_SETTLED,
        Reason.PERMITS_BY_QUOTA,
        Reason.OTHER_PERMIT_ROUTES,
        Reason.CHARGES_BY_LAW,
        Reason.LAW_CHANGES_SOON,
        Reason.LAW_IN_TRANSITION,
        Reason.COUNTRY_NOT_COVERED,
    }
)


def own_words(finding: Finding, law: Law | None, language: Language) -> list[CitedRow]:
    """The rows whose own words stand beside a reason: they restrict and cannot decide for certain, or set conditions."""
    rows = law_of(finding, law) if finding.code in _IN_ITS_OWN_WORDS else []
    return [row for row in translated(language, rows) if row.text]


def headline(found: LookupResult, subject: str = "", *, asks: int = 1) -> str:
    """The key of the one sentence that answers; `asks` is how many questions stand under it."""
    if found.channel is not None:
        return f"page.answer.channel.{found.channel}"
    if found.candidates:
        return f"page.answer.unknown.{'one' if len(found.candidates) == 1 else 'many'}"
    if found.tone is Tone.UNKNOWN and any(one.code is Reason.NAME_DIFFERS for one in found.verdict.reasons):
        return "page.answer.unknown.name_differs"
    first = found.verdict.reasons[0].code if found.verdict.reasons else None
    if first is Reason.NAME_NOT_FOUND and is_person_like(subject):
        return "page.answer.unknown.person_name"
    if first is Reason.VISA_DOES_NOT_ALLOW_WORK:
        return f"page.answer.{found.tone}.visa"
    if found.tone in (Tone.NO, Tone.UNKNOWN) and _is_of_permit(found, first):
        return f"page.answer.{found.tone}.permit"
    if found.is_of_law and (found.tone is Tone.NO or first not in _OF_RECRUITERS):
        return f"page.answer.{found.tone}.law"
    if first is Reason.CONTEXT_NEEDED and asks > 1:
        return "page.answer.unknown.needs_several"
    # What was asked and could not be told is asked no more.
    is_told = first is not Reason.CONTEXT_NEEDED or asks > 0
    if found.tone is Tone.UNKNOWN and first in _UNKNOWN_HEADLINES and is_told:
        return f"page.answer.unknown.{_UNKNOWN_HEADLINES[first]}"
    if found.tone is Tone.NO and found.verdict.agency is not None and first in _OF_STATUS:
        return "page.answer.no.status"
    if found.tone is Tone.YES:
        ends = any(one.code is Reason.LICENCE_EXPIRES_SOON for one in found.verdict.reasons)
        return "page.answer.yes.ends" if ends else "page.answer.yes.number"
    if found.tone is Tone.NAME:
        return "page.answer.yes.name"
    known = "holder" if found.verdict.agency is not None else "nobody"
    return f"page.answer.{found.tone}.{known}"


def _is_of_permit(found: LookupResult, first: Reason | None) -> bool:
    """Whether the answer turns on a permit that the country of work does not give, asked for or not told."""
    if found.tone is Tone.NO:
        return first is Reason.LAW_BARS and found.verdict.reasons[0].values.get("about") in ("permit", "nationality")
    return first is Reason.LAW_MAY_BAR and any(one.code is Reason.PERMITS_NOT_GIVEN for one in found.verdict.reasons)


def next_steps(found: LookupResult) -> list[str]:
    """Keys of what to do next. Registered contacts are named where there are some, and no number is asked for that was given."""
    if found.tone is Tone.NO:
        return [f"page.answer.next.no.{place}" for place in (1, 2, 3)]
    agency = found.verdict.agency
    codes = {finding.code for finding in found.verdict.reasons}
    reach = "page.answer.next.yes.1" if agency is not None and agency.channels else "page.answer.next.yes.1.none"
    if found.tone is Tone.YES:
        return [reach, "page.answer.next.yes.2", "page.answer.next.yes.3"]
    last = ["page.answer.next.unknown.2", "page.answer.next.unknown.3"]
    if Reason.COUNTRY_NOT_COVERED in codes:
        return last[::-1]
    if Reason.NEEDS_LICENSED_SENDING_PARTNER in codes:
        return ["page.answer.next.unknown.partner", *last]
    is_known = agency is not None and not found.is_by_name and found.channel is None
    return [reach if is_known else "page.answer.next.unknown.1", *last]


def holder_name(found: LookupResult, language: Language) -> object:
    """The holder's name as the headline says it; empty where no holder was found."""
    return main_name(found.verdict.agency, language) if found.verdict.agency is not None else ""
