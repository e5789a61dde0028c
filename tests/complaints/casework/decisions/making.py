"""Cases that were looked into, and what was found of them. All invented."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from registry.complaints.casework import actions as casework
from registry.complaints.casework.actions import Officer
from registry.complaints.casework.decisions import actions
from registry.complaints.casework.models import Decision
from registry.complaints.sealing.sealer import Sealer
from registry.core.calls import Call
from registry.vocabulary.cases import CaseRole, CaseState, DecisionOutcome
from registry.vocabulary.register import Language
from tests.complaints.filing import AT, ORDINARY, Filed, file

ANNA = Officer("A. Anna", CaseRole.INVESTIGATOR, "it-labour")
BRUNO = Officer("B. Bruno", CaseRole.DECIDER, "it-labour")
CARLA = Officer("C. Carla", CaseRole.SUPERVISOR, "it-labour")
FOREIGN = Officer("D. Dana", CaseRole.DECIDER, "cz-labour")
REASONS = "The inspectors found forty passports in a drawer."
SUMMARY = "The agency kept papers that were not its own."


def words(language: Language, outcome: DecisionOutcome, summary: str, object_until: date) -> str:
    return f"{language} {outcome} {summary} {object_until}"


def looked_into(session: Session, sealer: Sealer, at: datetime = AT, **answers: object) -> Filed:
    """A case that Anna took up and looks into."""
    filed = file(session, sealer, ORDINARY | answers, at=at)
    for state in (CaseState.IN_TRIAGE, CaseState.INVESTIGATING):
        casework.move(Call(session, ANNA, at), sealer, filed.case.reference, state)
    return filed


def drafted(session: Session, sealer: Sealer, filed: Filed, officer: Officer = ANNA, **facts: object) -> Decision:
    stated: dict[str, object] = {"reasons": REASONS, "summary": SUMMARY} | facts
    outcome, at = stated.pop("outcome", DecisionOutcome.UPHELD), stated.pop("at", AT)
    draft = actions.DecisionDraft(outcome, **stated)  # type: ignore[arg-type]
    return actions.write(Call(session, officer, at), sealer, filed.case.reference, draft)  # type: ignore[arg-type]


def decided(session: Session, sealer: Sealer, filed: Filed, **facts: object) -> Decision:
    """By Bruno."""
    decision = drafted(session, sealer, filed, **facts)
    return actions.make(Call(session, BRUNO, AT), sealer, decision.reference, words=words)
