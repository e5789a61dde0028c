"""What must hold before a decision is made, and where it takes the case. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.vocabulary.cases import CaseState, DecisionOutcome, DecisionState

SHORTEST_OBJECTION, USUAL_OBJECTION, MAX_OBJECTION = 30, 60, 365
"""Days for an objection. Opening a closed case again stays possible for a year (registry/complaints/case/states.py)."""

OUTCOMES: Mapping[DecisionOutcome, CaseState] = {
    DecisionOutcome.UPHELD: CaseState.DECIDED_UPHELD,
    DecisionOutcome.PARTLY: CaseState.DECIDED_PARTLY,
    DecisionOutcome.NOT_UPHELD: CaseState.DECIDED_NOT_UPHELD,
}

FOUND_WRONG = frozenset({DecisionOutcome.UPHELD, DecisionOutcome.PARTLY})
"""On these a sanction can rest."""

DRAFTED_IN = frozenset({CaseState.INVESTIGATING, CaseState.AGENCY_HEARING, CaseState.DECISION_DRAFT})
"""A decision is written while the case stands in one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFacts:
    """What is asked before a decision is made. `investigators` and `actor` as `same_person` writes them."""

    state: DecisionState
    case_state: CaseState
    written_by: frozenset[str]
    investigators: frozenset[str]
    actor: str


def lacking(facts: DecisionFacts) -> str | None:
    """What does not hold, as a code; None when it may be made by him."""
    if facts.state is not DecisionState.DRAFTED:
        return "not_drafted"
    if facts.case_state is not CaseState.DECISION_DRAFT:
        return "not_in_draft"
    if facts.actor in facts.written_by:
        return "own_draft"
    return "investigated" if facts.actor in facts.investigators else None
