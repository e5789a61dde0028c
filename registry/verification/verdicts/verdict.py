"""The verdict: one pure function from facts and a question to an answer with reasons.

Two rules stand above all others. A name alone is never `yes`. Silence is not proof: "not found" is `no` only where a
licence was required and the registry covers, in full and freshly, everybody who could have issued one.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial

from msgspec.structs import replace

from registry.core.clock import day_at
from registry.register.agencies import record
from registry.verification.verdicts.absence_rules import countries_about, home_of, silence_over, unique, zone_of
from registry.verification.verdicts.context_rules import lacks_context_alone, unless_unsaid_decides
from registry.verification.verdicts.law_rules import (
    of_law,
    rows_to_look_at,
    with_changes_ahead,
    with_law,
    with_law_for_others,
    with_what_stands_instead,
)
from registry.verification.verdicts.licence_rules import Judgement, judge, refuses_plan
from registry.verification.verdicts.plan_rules import of_recruiter, visa_answer, with_visa
from registry.verification.verdicts.question import (
    GRAVITY,
    REASSURING,
    Finding,
    Holder,
    Question,
    SourceNote,
    SubjectKind,
    Verdict,
    VerdictFacts,
)
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import EU_STATES, OUTSIDE, SENDING_COUNTRIES, Answer, Weight

USCC_LENGTH = 18

CANDIDATES = 20
"""How many agencies an ambiguous answer shows."""

_ABOUT_KIND = frozenset({Reason.NOT_A_RECRUITMENT_LICENCE, Reason.LEGACY_LICENCE_KIND})


def decide(question: Question, facts: VerdictFacts) -> Verdict:
    """May this recruiter recruit for this corridor, sector, activity and day - and how do we know?"""
    verdict = _by_recruiter(question, facts)
    if verdict.verdict is Answer.YES or lacks_context_alone(verdict):
        verdict = unless_unsaid_decides(question, facts, verdict, partial(_is_refused, facts, verdict.licence))
    covered = with_what_stands_instead(facts, _as_answered(_where_covered(question, facts, verdict)))
    answered = with_changes_ahead(question, facts, covered)
    overlay = facts.snapshot.law_overlay
    return answered if overlay is None else replace(answered, law_overlay=overlay)


def suits_every_number(verdict: Verdict) -> bool:
    """Whether any other number that leads to the same licences of the same agency has this verdict, too.

    Of a question without a region and of a number that passes its own check. Where no licence answered, or a paper that is
    none, the verdict depends on which kind of number the lists would print.
    """
    return verdict.licence is not None and _ABOUT_KIND.isdisjoint([one.code for one in verdict.reasons])


def _by_recruiter(question: Question, facts: VerdictFacts) -> Verdict:
    """The verdict on what was said alone: on the subject, by who offers the work and on which visa."""
    on_recruiter = of_recruiter(question, _on_subject(question, facts), facts.regimes)
    return with_visa(question, with_law_for_others(question, facts, on_recruiter), facts.limits)


def _is_refused(facts: VerdictFacts, licence: record.Licence | None, question: Question) -> bool:
    """Whether the verdict on what was said is `no`.

    `licence` is one that may answer: while the plan is not refused under it, neither does the verdict, for the best licence
    gives it.
    """
    if visa_answer(question) is Answer.NO:
        return True
    holders = _of_authority(question, facts.holders)
    if licence is not None and len(holders) == 1 and not refuses_plan(licence, holders[0].agency, question, facts):
        return False
    return _by_recruiter(question, facts).verdict is Answer.NO


def _where_covered(question: Question, facts: VerdictFacts, verdict: Verdict) -> Verdict:
    """The verdict, but for a country that the registry does not answer for: there it says whom to ask, and is never a yes."""
    destination = question.destination
    if destination is None or destination in EU_STATES or destination in SENDING_COUNTRIES:
        return verdict
    values = {"country": destination}
    if destination in OUTSIDE:
        values |= {"ask": destination, "rows": rows_to_look_at(destination, facts)}
    says = Finding(Reason.COUNTRY_NOT_COVERED, values)
    if verdict.verdict is Answer.NO:
        return replace(verdict, reasons=(*verdict.reasons, says.informing()))
    others = (one.informing() for one in verdict.reasons if one.code not in REASSURING)
    return replace(verdict, verdict=Answer.UNKNOWN, may_continue=Answer.UNKNOWN, reasons=(says, *others))


def _as_answered(verdict: Verdict) -> Verdict:
    """The verdict as it is answered: each reason once, and nothing that reassures beside a `no`."""
    reasons = verdict.reasons
    if verdict.verdict is Answer.NO:
        # The first is what refuses.
        reasons = (*reasons[:1], *[one for one in reasons[1:] if one.code not in REASSURING])
    reasons = unique(reasons)
    return verdict if reasons == verdict.reasons else replace(verdict, reasons=reasons)


def _on_subject(question: Question, facts: VerdictFacts) -> Verdict:
    """The verdict on whom or what was asked about. Where a licence gave it, `recruiter_kind` has no part in it."""
    if question.kind is SubjectKind.LAW:
        return of_law(question, facts)
    return with_law(question, facts, _on_holders(question, facts))


def _on_holders(question: Question, facts: VerdictFacts) -> Verdict:
    holders = _of_authority(question, facts.holders)
    if question.kind is SubjectKind.NAME:
        return _of_name(question, facts, holders)
    if len(holders) > 1:
        return _undecided(question, facts, (Finding(Reason.AMBIGUOUS, {"count": str(len(holders))}),), holders)
    if not holders:
        return _of_unknown_subject(question, facts)
    return _of_holder(question, facts, holders[0])


def _of_authority(question: Question, holders: Sequence[Holder]) -> list[Holder]:
    """The holders that remain when the caller names the authority: a number is unique only per authority."""
    if question.authority is None:
        return list(holders)
    stored = []
    for holder in holders:
        issued = frozenset(
            licence.licence_id
            for licence in holder.agency.licences
            if licence.authority == question.authority
            and (holder.licences is None or licence.licence_id in holder.licences)
        )
        if issued:
            stored.append(holder._replace(licences=issued))
    return stored


def _of_name(question: Question, facts: VerdictFacts, holders: Sequence[Holder]) -> Verdict:
    if not holders:
        return _undecided(question, facts, (Finding(Reason.NAME_NOT_FOUND),), ())
    count = f"{len(holders)}+" if facts.is_more else str(len(holders))
    return _undecided(question, facts, (Finding(Reason.NAME_ONLY, {"count": count}),), holders)


def _undecided(
    question: Question, facts: VerdictFacts, findings: tuple[Finding, ...], holders: Sequence[Holder]
) -> Verdict:
    zone = facts.snapshot.time_zone(question.authority)
    day = question.on or day_at(facts.as_of, zone)
    return Verdict(
        Answer.UNKNOWN,
        Answer.UNKNOWN,
        findings + _warnings(question),
        day,
        candidates=tuple(holders[:CANDIDATES]),
        time_zone=zone,
    )


def _warnings(question: Question) -> tuple[Finding, ...]:
    """That the number fails its own check digits: most likely it is mistyped."""
    if not question.has_failed_check:
        return ()
    if question.kind is SubjectKind.USCC:
        is_miscounted = len(question.value) != USCC_LENGTH
        wrong = {"letters": " ".join(question.letters), "characters": str(len(question.value)) if is_miscounted else ""}
        values = {name: value for name, value in wrong.items() if value}
        return (Finding(Reason.USCC_CHECK_FAILED, values, Weight.INFORMS),)
    values = {"scheme": question.kind.value} | ({"letters": " ".join(question.letters)} if question.letters else {})
    return (Finding(Reason.NUMBER_CHECK_FAILED, values, Weight.INFORMS),)


def _of_holder(question: Question, facts: VerdictFacts, holder: Holder) -> Verdict:
    licences = [x for x in holder.agency.licences if holder.licences is None or x.licence_id in holder.licences]
    judgements = [judge(licence, holder.agency, question, facts, holder.confirmed_at) for licence in licences]
    if not judgements:
        return _without_licence(question, facts, holder.agency)
    # One licence alone must satisfy the whole question: the best of them answers, scopes never combine.
    best = min(judgements, key=_closeness) if len(judgements) > 1 else judgements[0]
    answer, findings = best.answer, best.findings
    if answer is Answer.NO and not _ABOUT_KIND.isdisjoint([one.code for one in findings]):
        answer, findings = _of_wrong_paper(question, facts, holder, best)
    return Verdict(
        answer,
        best.may_continue,
        (*findings, *_warnings(question)),
        best.day,
        holder.agency,
        best.licence,
        best.status,
        source=_note(best, facts),
        time_zone=facts.snapshot.time_zone(best.licence.authority),
    )


def _closeness(judgement: Judgement) -> tuple[int, bool, bool, int, int, int]:
    """Sort key of judgements, the closest first.

    Best answer first; then licences before papers that are none, and those for the activity asked about before others;
    then what fails least; then the one that ran last.
    """
    weights = [GRAVITY[judged.answer] for judged in judgement.judged]
    is_wrong_paper = any(judged.finding.code in _ABOUT_KIND for judged in judgement.judged)
    ends = (judgement.licence.valid_to or date.max).toordinal()
    is_for_another = any(judged.finding.code is Reason.ACTIVITY_NOT_PERMITTED for judged in judgement.judged)
    return (
        GRAVITY[judgement.answer],
        is_wrong_paper,
        is_for_another,
        sum(weight == 2 for weight in weights),
        sum(weights),
        -ends,
    )


def _of_wrong_paper(
    question: Question, facts: VerdictFacts, holder: Holder, best: Judgement
) -> tuple[Answer, tuple[Finding, ...]]:
    """A paper that permits no recruiting. It proves nothing, so beyond it the rule of silence decides."""
    kind = tuple(finding for finding in best.findings if finding.code in _ABOUT_KIND)
    if question.kind in (SubjectKind.LICENCE_NUMBER, SubjectKind.LICENCE_ID):
        free = any(finding.code is Reason.NO_LICENCE_REQUIRED for finding in best.findings)
        return (Answer.UNKNOWN if free else Answer.NO), best.findings
    silence = silence_over(countries_about(holder.agency.country, question, facts), question, facts, best.day)
    # What the countries' laws ask is said by silence already.
    left_out = _ABOUT_KIND | {Reason.NO_LICENCE_IN_FORCE, Reason.REGIME_UNKNOWN, Reason.NO_LICENCE_REQUIRED}
    others = tuple(finding for finding in best.findings if finding.code not in left_out)
    return silence.answer, (*kind, *silence.findings, *others)


def _without_licence(question: Question, facts: VerdictFacts, agency: record.Agency) -> Verdict:
    zone = zone_of(agency.country, facts)
    day = question.on or day_at(facts.as_of, zone)
    silence = silence_over(countries_about(agency.country, question, facts), question, facts, day)
    findings = unique((Finding(Reason.NO_LICENCE_RECORDED), *silence.findings, *_warnings(question)))
    return Verdict(silence.answer, Answer.UNKNOWN, findings, day, agency, source=silence.source, time_zone=zone)


def _of_unknown_subject(question: Question, facts: VerdictFacts) -> Verdict:
    """No agency is recorded under the subject: `no` only if silence proves it everywhere the subject could be from."""
    countries = countries_about(home_of(question), question, facts)
    zone = facts.snapshot.time_zone(question.authority)
    if zone is None and len(countries) == 1:
        zone = zone_of(countries[0], facts)
    day = question.on or day_at(facts.as_of, zone)
    silence = silence_over(countries, question, facts, day)
    values = {"date": day.isoformat()}
    in_utc = [Finding(Reason.DAY_IN_UTC, values, Weight.INFORMS)] if countries and zone is None else []
    if question.has_failed_check:
        # A typing error is found nowhere, and says nothing of the company whose number is another.
        typo = tuple(replace(one, weight=Weight.DECIDES) for one in _warnings(question))
        open_too = (one.informing() for one in silence.findings if one.code is not Reason.NOT_REGISTERED)
        return Verdict(Answer.UNKNOWN, Answer.UNKNOWN, (*typo, *open_too, *in_utc), day, time_zone=zone)
    return Verdict(
        silence.answer, Answer.UNKNOWN, (*silence.findings, *in_utc), day, source=silence.source, time_zone=zone
    )


def _note(judgement: Judgement, facts: VerdictFacts) -> SourceNote:
    stale_at = judgement.stale_at
    is_stale = stale_at is not None and facts.as_of >= stale_at
    return SourceNote(judgement.licence.authority, judgement.retrieved_at, is_stale, stale_at)
