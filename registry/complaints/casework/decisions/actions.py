"""Deciding a case: one officer, who investigated it, drafts the decision, and another, who did not, makes it.

Making it moves the case, seals the text to the complainant's mailbox and writes the audit line in one transaction.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case import messages, moves, units
from registry.complaints.case.models import Case
from registry.complaints.casework import actions as casework
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import Officer, lock_case, record_act, seal_reason
from registry.complaints.casework.decisions import rules
from registry.complaints.casework.models import Decision
from registry.complaints.casework.queries import named_agency_id
from registry.complaints.parties.hearings.content import complaint_texts, require_silent
from registry.complaints.parties.steps import lock_in_unit
from registry.complaints.sealing.envelopes import place_of
from registry.complaints.sealing.models import EncryptedContainer
from registry.complaints.sealing.sealer import OpenContainer, Sealer, read_sealed
from registry.core.calls import Call
from registry.core.db.locking import require_version
from registry.core.errors import Fault, IllegalMove, InvalidInput, NotFound, NotNow
from registry.core.ids import new_reference
from registry.officers import days, notices
from registry.officers.models import NoticeKind
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


class DecisionDraft(NamedTuple):
    """A decision as an officer writes it.

    `language` is that of the summary, empty where no one says; `translation` is the summary in the complainant's language.
    """

    outcome: DecisionOutcome
    reasons: str
    summary: str
    object_days: int = rules.USUAL_OBJECTION
    language: str = ""
    translation: str = ""


def write(call: Call[Officer], sealer: Sealer, reference: str, draft: DecisionDraft) -> Decision:
    """Write the draft of a case's decision, or write it anew; the case stands where it is decided from then on.

    Raises NotFound, NotNow, IllegalMove, StaleVersion, InvalidInput.
    """
    session, officer, today = call.session, call.actor, days.today_of(call)
    case = lock_case(session, officer, reference, call.version)
    if case.state not in rules.DRAFTED_IN:
        raise NotNow(
            f"what is {case.state} is not decided: it has to be looked into first",
            "decision.not_looked_into",
            state=case.state,
        )
    draft = _checked(call, sealer, case, draft)
    if case.state is not CaseState.DECISION_DRAFT:
        notices.notify_unit(
            session, officer.unit, Resource.DECISION, Act.APPROVE, NoticeKind.SECOND_PERSON, call.at, but=[officer.name]
        )
        moves.advance_case(session, case, CaseState.DECISION_DRAFT, officer.role, call.at, actor=officer.name)
    decision = draft_of(session, case) or Decision(
        reference=new_reference(),
        case_id=case.id,
        box_id=sealed_copies.new_copy_box(session, sealer, case, officer.unit, today).box.id,
        state=DecisionState.DRAFTED,
        written_by=[],
    )
    opened = open_decision(session, sealer, officer, decision)
    decision.outcome, decision.object_days = draft.outcome, draft.object_days
    decision.drafted_by, decision.drafted_on = officer.name, today
    decision.written_by = [*(name for name in decision.written_by if name != officer.name), officer.name]
    decision.reasons_sealed = opened.seal(draft.reasons, place_of(case, decision, "reasons_sealed"))
    decision.summary_sealed = opened.seal(draft.summary, place_of(case, decision, "summary_sealed"))
    decision.language = draft.language or None
    _set_translation(case, opened, decision, draft.translation, officer.name)
    session.add(decision)
    session.flush()
    record_act(call, case, "decision.drafted", draft.outcome)
    return decision


def send_back(call: Call[Officer], sealer: Sealer, reference: str, reason: str) -> Decision:
    """Send a draft back instead of making it: the case is investigated again, for the reason given.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    session, officer = call.session, call.actor
    case, decision = lock_decision(session, officer, reference, call.version)
    if decision.state is not DecisionState.DRAFTED:
        raise IllegalMove(_LACKING["not_drafted"], "decision.not_drafted")
    messages.read_text("reason", reason, casework.MAX_REASON)
    sealed = seal_reason(session, sealer, officer, case, reason)
    moves.advance_case(
        session, case, CaseState.INVESTIGATING, officer.role, call.at, actor=officer.name, reason_sealed=sealed
    )
    decision.state = DecisionState.SENT_BACK
    session.flush()
    record_act(call, case, "decision.sent_back")
    return decision


def make(call: Call[Officer], sealer: Sealer, reference: str, *, words: Words) -> Decision:
    """Make the drafted decision: the case moves, and the complainant reads of it and of the right to object.

    Raises NotFound, StaleVersion, and IllegalMove for its author, an investigator of the case, or a second decision.
    """
    session, officer, today = call.session, call.actor, days.today_of(call)
    case, decision = lock_decision(session, officer, reference, call.version)
    lack = rules.lacking(facts(session, case, decision, officer.name))
    if lack is not None:
        raise IllegalMove(_LACKING[lack], f"decision.{lack}")
    summary, translation = read_summary(session, sealer, officer, case, decision)
    decision.state = DecisionState.MADE
    decision.decided_by, decision.decided_on = officer.name, today
    decision.object_until = today + timedelta(days=decision.object_days)
    sealed = seal_reason(session, sealer, officer, case, summary)
    target = rules.OUTCOMES[decision.outcome]
    moves.advance_case(session, case, target, officer.role, call.at, actor=officer.name, reason_sealed=sealed)
    text = words(language_of(case), decision.outcome, translation or summary, decision.object_until)
    # Where no mailbox is left to write to, the decision stands all the same. The move has raised the case's version.
    with suppress(NotNow):
        casework.reply(
            replace(call, version=None),
            sealer,
            case.reference,
            text,
            to_helper=True,
            idempotency_key=decision.reference,
        )
    record_act(call, case, "decision.made", decision.outcome)
    return decision


def lock_decision(
    session: Session, officer: Officer, reference: str, version: int | None = None
) -> tuple[Case, Decision]:
    """A decision of the officer's unit, and its case, locked. Raises NotFound, StaleVersion."""
    case, decision = lock_in_unit(session, Decision, officer.unit, reference)
    require_version(case.version, version)
    return case, decision


def draft_of(session: Session, case: Case) -> Decision | None:
    """The decision that is drafted for a case and not made yet."""
    live = (Decision.case_id == case.id, Decision.state == DecisionState.DRAFTED)
    return session.execute(select(Decision).where(*live)).scalar_one_or_none()


def facts(session: Session, case: Case, decision: Decision, actor: str) -> rules.DecisionFacts:
    return rules.DecisionFacts(
        state=decision.state,
        case_state=case.state,
        written_by=frozenset(map(moves.same_person, decision.written_by)),
        investigators=moves.investigators(moves.moves_of(session, case)),
        actor=moves.same_person(actor),
        is_readable=not wants_translation(case, decision),
    )


def wants_translation(case: Case, decision: Decision) -> bool:
    """Whether the complainant could not read the summary: it is in another language, and no one has translated it."""
    is_other = decision.language is not None and decision.language != language_of(case)
    return is_other and decision.translation_sealed is None


def translate_summary(call: Call[Officer], sealer: Sealer, case: Case, text: str) -> Decision:
    """Write the summary of a locked case's draft in the complainant's language, by a translator of its unit.

    Raises NotFound where no decision is drafted, InvalidInput.
    """
    session, officer = call.session, call.actor
    decision = draft_of(session, case)
    if decision is None:
        raise NotFound("no decision is drafted in this case")
    text = _checked_words(call, sealer, case, "text", text)
    _set_translation(case, open_decision(session, sealer, officer, decision), decision, text, officer.name)
    record_act(call, case, "decision.translated", language_of(case))
    return decision


def _set_translation(case: Case, opened: OpenContainer, decision: Decision, text: str, by: str) -> None:
    sealed = opened.seal(text, place_of(case, decision, "translation_sealed")) if text else None
    decision.translation_sealed, decision.translated_by = sealed, by if text else None


def language_of(case: Case) -> Language:
    """The language in which the complaint was filed; English if unknown."""
    return Language(case.language) if case.language is not None else Language.EN


def open_decision(session: Session, sealer: Sealer, officer: Officer, decision: Decision) -> OpenContainer:
    """The box in which the words of a decision lie."""
    return sealer.open_as_unit(session, session.get_one(EncryptedContainer, decision.box_id), officer.unit)


def read_summary(
    session: Session, sealer: Sealer, officer: Officer, case: Case, decision: Decision
) -> tuple[str, str | None]:
    """The summary, and the same in the complainant's language: None where no one has written it."""
    box = open_decision(session, sealer, officer, decision)
    summary = box.open(decision.summary_sealed, place_of(case, decision, "summary_sealed"))
    return summary, read_sealed(box, case, decision, "translation_sealed")


def _checked(call: Call[Officer], sealer: Sealer, case: Case, draft: DecisionDraft) -> DecisionDraft:
    """The draft with its texts tidied. Raises InvalidInput."""
    reasons = messages.read_text("reasons", draft.reasons, MAX_REASONS)
    least, most = rules.SHORTEST_OBJECTION, rules.MAX_OBJECTION
    if not least <= draft.object_days <= most:
        raise InvalidInput([Fault.of("object_days", Problem.INVALID_VALUE, "days_from_to", least=least, most=most)])
    summary = _checked_words(call, sealer, case, "summary", draft.summary)
    language = messages.read_language(draft.language) or ""
    translation = draft.translation.strip() and _checked_words(call, sealer, case, "translation", draft.translation)
    return draft._replace(reasons=reasons, summary=summary, language=language, translation=translation)


def _checked_words(call: Call[Officer], sealer: Sealer, case: Case, field: str, text: str) -> str:
    """What is told outside, tidied: it reveals no one. Raises InvalidInput about the field."""
    text = messages.read_text(field, text, MAX_SUMMARY)
    agency = named_agency_id(sealer, case)
    known = None if agency is None else units.agency_record(call.session, agency, days.today_of(call))
    require_silent(text, complaint_texts(call.session, sealer, call.actor.unit, case), known, field=field)
    return text
