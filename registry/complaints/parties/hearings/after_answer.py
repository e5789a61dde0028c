"""Officers' acts once a hearing is served: extend its deadline, and tell the agency what was decided."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from registry.complaints.case.consents import is_consented
from registry.complaints.case.messages import read_text
from registry.complaints.case.models import Case
from registry.complaints.case.moves import changed
from registry.complaints.casework import sealed_copies
from registry.complaints.casework.actions import MAX_REASON, Officer
from registry.complaints.casework.decisions.rules import MAX_OBJECTION, SHORTEST_OBJECTION, USUAL_OBJECTION
from registry.complaints.casework.models import Decision
from registry.complaints.parties.hearings import content
from registry.complaints.parties.hearings.actions import lock_hearing
from registry.complaints.parties.hearings.models import Hearing
from registry.complaints.parties.hearings.moves import is_foreign
from registry.complaints.parties.hearings.rules import (
    ENDED_BY_WORKER,
    MAX_EXTENSION,
    TOLD_IN,
    is_longer,
    may_have_longer,
)
from registry.complaints.sealing.models import KeyHolder
from registry.complaints.sealing.sealer import OpenContainer, Sealer
from registry.core.errors import Fault, IllegalMove, InvalidInput
from registry.officers.models import NoticeKind
from registry.officers.notices import notify_unit
from registry.officers.rights import Act, Resource
from registry.vocabulary.cases import ConsentKind, DecisionState
from registry.vocabulary.codes import Problem

MAX_OUTCOME = 8000


def give_longer(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    answer_by: date,
    reason: str,
    at: datetime,
    *,
    version: int | None = None,
) -> Hearing:
    """Extend the deadline to answer, with reasons that the agency never reads; on its request or on the officer's own.

    Raises NotFound, IllegalMove, StaleVersion, InvalidInput.
    """
    case, hearing = lock_hearing(session, officer, reference, version)
    if hearing.answer_by is None or not may_have_longer(hearing.state, hearing.answer_by, at.date()):
        raise IllegalMove("only a hearing that may still be answered is given longer", "hearing.not_longer")
    if not is_longer(hearing.answer_by, answer_by, at.date()):
        raise InvalidInput(
            [
                Fault.of(
                    "answer_by", Problem.INVALID_VALUE, "longer_than", day=hearing.answer_by, days=MAX_EXTENSION.days
                )
            ]
        )
    text = read_text("reason", reason, MAX_REASON)
    own = content.own(session, sealer, officer.unit, case)
    hearing.extended_sealed = own.seal(text, content.place(case, reference, "extended_sealed"))
    hearing.extended_by, hearing.extended_on, hearing.answer_by = officer.name, at.date(), answer_by
    hearing.version += 1
    session.flush()
    notify_unit(session, hearing.desk, Resource.HEARING, Act.ANSWER, NoticeKind.DECIDED, at)
    changed(session, case, "hearing.extended", at.date(), role=officer.role, actor=officer.name)
    return hearing


def why_not_notified(session: Session, case: Case, hearing: Hearing) -> str | None:
    """Why the agency is not told of a decision now, as a code; None when it may be."""
    if hearing.served_on is None or hearing.ended_because in ENDED_BY_WORKER:
        return "not_heard"
    if hearing.told_on is not None:
        return "told_already"
    if case.state not in TOLD_IN or not _is_decided(session, case):
        return "not_decided"
    return None if is_consented(session, case, ConsentKind.AGENCY) else "no_consent"


def notify_outcome(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    reference: str,
    text: str,
    object_days: int,
    at: datetime,
    *,
    language: str = "",
    translation: str = "",
    version: int | None = None,
) -> Hearing:
    """Tell an agency that was heard what was decided, and until when it may object; once.

    The officer writes the text, which is compared with all that the complainant wrote, as an allegation is. The
    decision's reasons stay with the unit. In a `language` that no one at the agency reads it waits for a translator, unless its
    `translation` is there; written again, it takes the place of the one that waits.
    Raises NotFound, IllegalMove, StaleVersion, InvalidInput, KeyTrouble.
    """
    case, hearing = lock_hearing(session, officer, reference, version)
    why_not = why_not_notified(session, case, hearing)
    if why_not is not None:
        raise IllegalMove(_WORDS[why_not], f"hearing.{why_not}")
    text = read_text("outcome", text, MAX_OUTCOME)
    if not SHORTEST_OBJECTION <= object_days <= MAX_OBJECTION:
        raise InvalidInput(
            [
                Fault.of(
                    "object_days",
                    Problem.INVALID_VALUE,
                    "days_from_to",
                    least=SHORTEST_OBJECTION,
                    most=MAX_OBJECTION,
                )
            ]
        )
    content.require_silent(session, sealer, officer, case, hearing.agency, text, at.date(), field="outcome")
    box = content.opened(session, sealer, officer.unit, hearing)
    hearing.outcome_sealed = box.seal(text, content.place(case, reference, "outcome_sealed"))
    hearing.outcome_translation_sealed = None
    if translation.strip():
        hearing.outcome_translation_sealed = _translation(session, sealer, officer, case, hearing, box, translation, at)
    hearing.told_by, hearing.object_days = officer.name, object_days
    hearing.outcome_language = content.read_language(language)
    if hearing.outcome_translation_sealed is None and is_foreign(session, hearing.desk, hearing.outcome_language):
        hearing.version += 1
        session.flush()
        notify_unit(session, officer.unit, Resource.ACCOUNT, Act.WRITE, NoticeKind.ASSIGNED, at, but=(officer.name,))
        changed(session, case, "hearing.outcome_waits", at.date(), role=officer.role, actor=officer.name)
        return hearing
    send_outcome(session, sealer, officer, case, hearing, box, at)
    return hearing


def send_outcome(
    session: Session, sealer: Sealer, officer: Officer, case: Case, hearing: Hearing, box: OpenContainer, at: datetime
) -> None:
    """Send what stands in an opened box of a locked hearing; the days to object count from now."""
    hearing.told_on = at.date()
    hearing.object_until = at.date() + timedelta(days=hearing.object_days or USUAL_OBJECTION)
    hearing.version += 1
    session.flush()
    # A hearing that was closed took its key back: with what is told it is the agency's again.
    sealed_copies.share_with(session, sealer, box, hearing.desk, (KeyHolder.UNIT,))
    notify_unit(session, hearing.desk, Resource.HEARING, Act.ANSWER, NoticeKind.DECIDED, at)
    changed(session, case, "hearing.told", at.date(), role=officer.role, actor=officer.name)


def _translation(
    session: Session,
    sealer: Sealer,
    officer: Officer,
    case: Case,
    hearing: Hearing,
    box: OpenContainer,
    typed: str,
    at: datetime,
) -> str:
    text = read_text("translation", typed, MAX_OUTCOME)
    content.require_silent(session, sealer, officer, case, hearing.agency, text, at.date(), field="translation")
    return box.seal(text, content.place(case, hearing.reference, "outcome_translation_sealed"))


_WORDS = {
    "not_heard": "this agency was not heard, or the complainant withdrew the consent to hear it: it is told nothing",
    "told_already": "the agency was told already: it is not told twice",
    "not_decided": "the case has no decision yet that the agency could be told of",
    "no_consent": "the complainant has not agreed that the agency is heard",
}


def _is_decided(session: Session, case: Case) -> bool:
    made = select(Decision.id).where(Decision.case_id == case.id, Decision.state == DecisionState.MADE)
    return session.execute(made.limit(1)).first() is not None
