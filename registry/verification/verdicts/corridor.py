"""One verdict for the whole corridor: the sending licence, the receiving licence, the registered agreement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from msgspec.structs import replace

from registry.core.clock import day_at
from registry.register.agencies import keys, record
from registry.verification.verdicts.question import GRAVITY, Finding, Question, SourceNote, Verdict, VerdictFacts
from registry.verification.verdicts.scope_rules import is_within
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import SENDING_COUNTRIES, Answer, RecruiterKind, Role, Visa

_SENDING = min(SENDING_COUNTRIES)


class LegKind(StrEnum):
    SENDING_LICENCE = "sending_licence"
    RECEIVING_LICENCE = "receiving_licence"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg: its verdict, or `is_not_required`.

    `agreement` is the contract that the third leg stands on; `question` what a licence's leg was asked.
    """

    kind: LegKind
    verdict: Verdict
    is_not_required: bool = False
    agreement: record.Agreement | None = None
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class CorridorVerdict:
    verdict: Answer
    legs: tuple[Leg, Leg, Leg]


@dataclass(frozen=True, slots=True)
class Employer:
    """The direct employer at the receiving end, as the caller names it."""

    text: str


def decide_corridor(
    sending: tuple[Question, VerdictFacts], receiving: tuple[Question, VerdictFacts] | Employer, destination: str
) -> CorridorVerdict:
    """The verdict of the whole is the gravest of its legs; a direct employer needs no licence but needs the agreement."""
    question, facts = sending
    # Recruiting is the sending agency's part, in its own country; the activity asked about is the receiving one's.
    recruits = replace(question, origin=question.origin or _SENDING, activity=None, recruiter_kind=RecruiterKind.AGENCY)
    first = _leg_of_licence(LegKind.SENDING_LICENCE, recruits, facts, Role.SENDING)
    if isinstance(receiving, Employer):
        second = _leg_of_employer(question, facts)
    else:
        # The receiving agency itself recruits no one abroad; visa and permit are a matter of the sending leg.
        accepts = replace(receiving[0], origin=destination, recruiter_kind=RecruiterKind.AGENCY, visa=Visa.WORK)
        second = _leg_of_licence(LegKind.RECEIVING_LICENCE, accepts, receiving[1], Role.RECEIVING)
    third = _leg_of_agreement(first, second, receiving, question, facts, destination)
    needed = [leg.verdict.verdict for leg in (first, second, third) if not leg.is_not_required]
    return CorridorVerdict(max(needed, key=GRAVITY.__getitem__), (first, second, third))


def _leg_of_licence(kind: LegKind, question: Question, facts: VerdictFacts, role: Role) -> Leg:
    verdict = decide(question, facts)
    if verdict.agency is not None and verdict.agency.role is not role:
        wrong = Finding(Reason.WRONG_ROLE, {"role": role.value})
        verdict = replace(verdict, verdict=Answer.NO, reasons=(wrong, *verdict.reasons))
    return Leg(kind, verdict, question=question)


def _leg_of_employer(question: Question, facts: VerdictFacts) -> Leg:
    day = question.on or day_at(facts.as_of, None)
    verdict = Verdict(Answer.UNKNOWN, Answer.UNKNOWN, (Finding(Reason.EMPLOYER_NOT_LICENSED_BY_DESIGN),), day)
    return Leg(LegKind.RECEIVING_LICENCE, verdict, is_not_required=True)


def _leg_of_agreement(
    first: Leg,
    second: Leg,
    receiving: tuple[Question, VerdictFacts] | Employer,
    question: Question,
    facts: VerdictFacts,
    destination: str,
) -> Leg:
    sender = first.verdict.agency
    day = question.on or first.verdict.on
    if sender is None:
        return _agreement_leg(Answer.UNKNOWN, (Finding(Reason.AGREEMENT_NOT_COVERED),), day)
    between = [
        agreement
        for agreement in sender.agreements
        if agreement.sending == sender.agency_id
        and agreement.destination == destination
        and _is_with(agreement, second, receiving)
        and _is_for(agreement, question)
    ]
    in_force = [one for one in between if record.holds_on(one, _day_of(one, question, facts))]
    if not in_force and between:
        ended = max((one.to for one in between if one.to is not None), default=None)
        values = {"date": ended.isoformat()} if ended else {}
        return _agreement_leg(Answer.NO, (Finding(Reason.AGREEMENT_ENDED, values),), day, between[-1])
    if not in_force:
        # No list of agreements is held in full, so their absence proves nothing.
        return _agreement_leg(Answer.UNKNOWN, (Finding(Reason.AGREEMENT_NOT_COVERED),), day)
    return _of_agreement_in_force(in_force[0], facts, question)


def _day_of(agreement: record.Agreement, question: Question, facts: VerdictFacts) -> date:
    """The day asked about; else today where the authority of the agreement sits, which need not be that of the licences."""
    return question.on or day_at(facts.as_of, facts.snapshot.time_zone(agreement.authority))


def _of_agreement_in_force(agreement: record.Agreement, facts: VerdictFacts, question: Question) -> Leg:
    zone = facts.snapshot.time_zone(agreement.authority)
    day, today = _day_of(agreement, question, facts), day_at(facts.as_of, zone)
    source = facts.snapshot.sources.get(agreement.source)
    stale_at = source.stale_at() if source else agreement.retrieved_at
    is_stale = stale_at is not None and facts.as_of >= stale_at
    note = SourceNote(
        agreement.authority, source.retrieved_at if source else agreement.retrieved_at, is_stale, stale_at
    )
    findings: list[Finding] = []
    if is_stale:
        seen = note.retrieved_at
        findings.append(Finding(Reason.SOURCE_STALE, {"date": day_at(seen, zone).isoformat() if seen else ""}))
    if day > today:
        findings.append(Finding(Reason.FUTURE_DATE, {"date": day.isoformat(), "today": today.isoformat()}))
    if agreement.sectors is not None and question.sector is None:
        words = " ".join(sector.code for sector in agreement.sectors)
        findings.append(Finding(Reason.CONTEXT_NEEDED, {"parameter": "sector", "sectors": words}))
    answer = Answer.UNKNOWN if findings else Answer.YES
    values = {"until": agreement.to.isoformat()} if agreement.to else {}
    findings.append(Finding(Reason.AGREEMENT_REGISTERED, values))
    return _agreement_leg(answer, tuple(findings), day, agreement, note)


def _agreement_leg(
    answer: Answer,
    findings: tuple[Finding, ...],
    day: date,
    agreement: record.Agreement | None = None,
    note: SourceNote | None = None,
) -> Leg:
    continuing = Answer.YES if answer is Answer.YES else Answer.UNKNOWN
    return Leg(LegKind.AGREEMENT, Verdict(answer, continuing, findings, day, source=note), agreement=agreement)


def _is_with(agreement: record.Agreement, second: Leg, receiving: tuple[Question, VerdictFacts] | Employer) -> bool:
    if isinstance(receiving, Employer):
        employer = agreement.employer
        if employer is None:
            return False
        wanted = (keys.name_key(receiving.text), keys.number_key(receiving.text))
        return keys.name_key(employer.name) == wanted[0] or (
            employer.identifier is not None and keys.number_key(employer.identifier) == wanted[1]
        )
    receiver = second.verdict.agency
    return receiver is not None and agreement.receiving == receiver.agency_id


def _is_for(agreement: record.Agreement, question: Question) -> bool:
    if agreement.sectors is None or question.sector is None:
        return True
    return _covers(agreement.sectors, question.sector, question.nace_revision)


def _covers(sectors: Sequence[record.Sector], code: str, revision: str) -> bool:
    return any(is_within(code, sector.code) and sector.nace_revision == revision for sector in sectors)
