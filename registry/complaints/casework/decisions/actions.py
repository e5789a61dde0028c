"""Deciding a case: one officer, who investigated it, drafts the decision, and another, who did not, makes it.

Making it moves the case, seals the text to the complainant's mailbox and writes the audit line in one transaction.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import messages
from registry.complaints.case.models import Case
from registry.complaints.case.moves import advance, changed, investigators, lock_case_by_id, moves_of, same_person
from registry.complaints.casework import actions as casework
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import Officer, in_unit, lock_case, seal_reason
from registry.complaints.casework.decisions import rules
from registry.complaints.casework.decisions.models import Decision
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.accounts import agency_record
from registry.complaints.parties.hearings.content import complaint_texts, require_silent
from registry.complaints.sealing.envelopes import Place
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.db.locking import lock, require_version
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import CaseState, DecisionOutcome, DecisionState
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import Language

MAX_REASONS = 20_000
MAX_SUMMARY = 2000

Words = Callable[[Language, DecisionOutcome, str, date], str]
"""The text for the complainant, in their language: what was found, the summary, and the last day for an objection."""

_LACKING = {
    "not_drafted": "this decision was made or sent back already",
    "not_in_draft": "the case is not where it is decided: look at what happened to it",
    "own_draft": "who wrote a decision does not make it: a second person has to",
    "not_translated": "the complainant reads another language than that of the summary: have it translated first",
    "investigated": "who looked into the case does not decide it",
}


def write(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    outcome: DecisionOutcome,
    at: datetime,
    *,
    reasons: str,
    summary: str,
    object_days: int = rules.USUAL_OBJECTION,
    language: str = "",
    translation: str = "",
    version: int | None = None,
) -> Decision:
    """Write the draft of a case's decision, or write it anew; the case stands where it is decided from then on.

    `language` is that of the summary, empty where no one says; `translation` is the summary in the complainant's language.
    Raises NotFound, NotNow, IllegalMove, StaleVersion, InvalidInput.
    """
    case = lock_case(session, officer, reference, version)
    if case.state not in rules.DRAFTED_IN:
        raise NotNow(
            f"what is {case.state} is not decided: it has to be looked into first",
            "decision.not_looked_into",
            state=case.state,
        )
    reasons, summary = _checked(session, sealer, officer, case, reasons, summary, object_days, at.date())
    if language and language not in set(Language):
        raise InvalidInput([Fault.of("language", Problem.INVALID_VALUE, "choose_one")])
    if translation.strip():
        translation = _checked_words(session, sealer, officer, case, "translation", translation, at.date())
    if case.state is not CaseState.DECISION_DRAFT:
        notify_unit(
            session, officer.unit, Resource.DECISION, Act.APPROVE, NoticeKind.SECOND_PERSON, at, but=[officer.name]
        )
        advance(session, case, CaseState.DECISION_DRAFT, officer.role, at, actor=officer.name)
    decision = draft_of(session, case) or Decision(
        reference=new_reference(),
        case_id=case.id,
        box_id=sealed_copies.new_copy_box(session, sealer, case, officer.unit, at.date()).box.id,
        state=DecisionState.DRAFTED,
        written_by=[],
    )
    opened = _box(session, sealer, officer, decision)
    decision.outcome, decision.object_days = outcome, object_days
    decision.drafted_by, decision.drafted_on = officer.name, at.date()
    decision.written_by = [*(name for name in decision.written_by if name != officer.name), officer.name]
    decision.reasons_sealed = opened.seal(reasons, place(case, decision, "reasons_sealed"))
    decision.summary_sealed = opened.seal(summary, place(case, decision, "summary_sealed"))
    decision.language = language or None
    _set_translation(case, opened, decision, translation.strip() and translation, officer.name)
    session.add(decision)
    session.flush()
    changed(session, case, "decision.drafted", at.date(), role=officer.role, actor=officer.name, detail=outcome)
    return decision


def send_back(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    at: datetime,
    *,
    reason: str,
    version: int | None = None,
) -> Decision:
    """Send a draft back instead of making it: the case is investigated again, for the reason given.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, decision = lock_decision(session, officer, reference, version)
    if decision.state is not DecisionState.DRAFTED:
        raise IllegalMove(_LACKING["not_drafted"], "decision.not_drafted")
    messages.read_text("reason", reason, casework.MAX_REASON)
    sealed = seal_reason(session, sealer, officer, case, reason)
    advance(session, case, CaseState.INVESTIGATING, officer.role, at, actor=officer.name, reason_sealed=sealed)
    decision.state = DecisionState.SENT_BACK
    session.flush()
    changed(session, case, "decision.sent_back", at.date(), role=officer.role, actor=officer.name)
    return decision


def make(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    words: Words,
    at: datetime,
    *,
    version: int | None = None,
) -> Decision:
    """Make the drafted decision: the case moves, and the complainant reads of it and of the right to object.

    Raises NotFound, StaleVersion, and IllegalMove for its author, an investigator of the case, or a second decision.
    """
    case, decision = lock_decision(session, officer, reference, version)
    lack = rules.lacking(facts(session, case, decision, officer.name))
    if lack is not None:
        raise IllegalMove(_LACKING[lack], f"decision.{lack}")
    summary = read_summary(session, sealer, officer, case, decision)
    decision.state = DecisionState.MADE
    decision.decided_by, decision.decided_on = officer.name, at.date()
    decision.object_until = at.date() + timedelta(days=decision.object_days)
    sealed = seal_reason(session, sealer, officer, case, summary)
    target = rules.OUTCOMES[decision.outcome]
    advance(session, case, target, officer.role, at, actor=officer.name, reason_sealed=sealed)
    readable = read_translation(session, sealer, officer, case, decision) or summary
    text = words(language_of(case), decision.outcome, readable, decision.object_until)
    # Where no mailbox is left to write to, the decision stands all the same.
    with suppress(NotNow):
        casework.reply(
            session, sealer, officer, case.reference, text, at, to_helper=True, idempotency_key=decision.reference
        )
    changed(session, case, "decision.made", at.date(), role=officer.role, actor=officer.name, detail=decision.outcome)
    return decision


def lock_decision(
    session: Session, officer: Officer, reference: str, version: int | None = None
) -> tuple[Case, Decision]:
    """A decision of the officer's unit, and its case, locked. Raises NotFound, StaleVersion."""
    found = session.execute(
        select(Decision)
        .join(Case, Case.id == Decision.case_id)
        .where(in_unit(officer.unit), Decision.reference == reference)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(f"there is no decision {reference} in this unit")
    case = lock_case_by_id(session, found.case_id)
    require_version(case.version, version)
    # An officer who waited for the case reads what the one before made of the decision.
    return case, lock(session, Decision, Decision.id == found.id)


def draft_of(session: Session, case: Case) -> Decision | None:
    """The decision that is drafted for a case and not made yet."""
    live = (Decision.case_id == case.id, Decision.state == DecisionState.DRAFTED)
    return session.execute(select(Decision).where(*live)).scalar_one_or_none()


def facts(session: Session, case: Case, decision: Decision, actor: str) -> rules.DecisionFacts:
    return rules.DecisionFacts(
        state=decision.state,
        case_state=case.state,
        written_by=frozenset(map(same_person, decision.written_by)),
        investigators=investigators(moves_of(session, case)),
        actor=same_person(actor),
        is_readable=not wants_translation(case, decision),
    )


def wants_translation(case: Case, decision: Decision) -> bool:
    """Whether the complainant could not read the summary: it is in another language, and no one has translated it."""
    is_other = decision.language is not None and decision.language != language_of(case)
    return is_other and decision.translation_sealed is None


def translate_summary(
    session: Session, sealer: Sealer, officer: Officer, case: Case, text: str, today: date
) -> Decision:
    """Write the summary of a locked case's draft in the complainant's language, by a translator of its unit.

    Raises NotFound where no decision is drafted, InvalidInput.
    """
    decision = draft_of(session, case)
    if decision is None:
        raise NotFound("no decision is drafted in this case")
    text = _checked_words(session, sealer, officer, case, "text", text, today)
    _set_translation(case, _box(session, sealer, officer, decision), decision, text, officer.name)
    changed(
        session, case, "decision.translated", today, role=officer.role, actor=officer.name, detail=language_of(case)
    )
    return decision


def _set_translation(case: Case, opened: OpenContainer, decision: Decision, text: str, by: str) -> None:
    sealed = opened.seal(text, place(case, decision, "translation_sealed")) if text else None
    decision.translation_sealed, decision.translated_by = sealed, by if text else None


def read_summary(session: Session, sealer: Sealer, officer: Officer, case: Case, decision: Decision) -> str:
    return _box(session, sealer, officer, decision).open(
        decision.summary_sealed, place(case, decision, "summary_sealed")
    )


def read_translation(session: Session, sealer: Sealer, officer: Officer, case: Case, decision: Decision) -> str | None:
    """The summary in the complainant's language; None where no one has written it."""
    if decision.translation_sealed is None:
        return None
    return _box(session, sealer, officer, decision).open(
        decision.translation_sealed, place(case, decision, "translation_sealed")
    )


def read_reasons(session: Session, sealer: Sealer, officer: Officer, case: Case, decision: Decision) -> str:
    return _box(session, sealer, officer, decision).open(
        decision.reasons_sealed, place(case, decision, "reasons_sealed")
    )


def language_of(case: Case) -> Language:
    """The language in which the complaint was filed; English if unknown."""
    return Language(case.language) if case.language is not None else Language.EN


def place(case: Case, decision: Decision, column: str) -> Place:
    return Place("decisions", column, decision.reference, case.reference)


def _box(session: Session, sealer: Sealer, officer: Officer, decision: Decision) -> OpenContainer:
    return sealer.open_as_unit(session, session.get_one(EncryptedContainer, decision.box_id), officer.unit)


def _checked(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    case: Case,
    reasons: str,
    summary: str,
    object_days: int,
    today: date,
) -> tuple[str, str]:
    reasons = messages.read_text("reasons", reasons, MAX_REASONS)
    if not rules.SHORTEST_OBJECTION <= object_days <= rules.MAX_OBJECTION:
        raise InvalidInput(
            [
                Fault.of(
                    "object_days",
                    Problem.INVALID_VALUE,
                    "days_from_to",
                    least=rules.SHORTEST_OBJECTION,
                    most=rules.MAX_OBJECTION,
                )
            ]
        )
    return reasons, _checked_words(session, sealer, officer, case, "summary", summary, today)


def _checked_words(
    session: Session, sealer: Sealer, officer: Officer, case: Case, field: str, text: str, today: date
) -> str:
    """What is told outside, tidied: it reveals no one. Raises InvalidInput about the field."""
    text = messages.read_text(field, text, MAX_SUMMARY)
    agency = named_agency_id(sealer, case)
    known = None if agency is None else agency_record(session, agency, today)
    require_silent(text, complaint_texts(session, sealer, officer.unit, case), known, field=field)
    return text
