"""Conditions for making a decision, and the state to which it takes the case. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.vocabulary.cases import CaseState, DecisionOutcome, DecisionState

SHORTEST_OBJECTION, USUAL_OBJECTION, MAX_OBJECTION = 30, 60, 365
"""Days for an objection. A closed case can be reopened for a year (registry/complaints/case/states.py)."""

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
    """The facts that a decision is checked against. `investigators` and `actor` in one spelling for one person.

    `is_readable`: the summary is there in the language of the complainant, or no one said in which it is.
    """

    state: DecisionState
    case_state: CaseState
    written_by: frozenset[str]
    investigators: frozenset[str]
    actor: str
    is_readable: bool = True


def lacking(facts: DecisionFacts) -> str | None:
    """Why this officer may not make the decision, as a code; None if they may."""
    if facts.state is not DecisionState.DRAFTED:
        return "not_drafted"
    if facts.case_state is not CaseState.DECISION_DRAFT:
        return "not_in_draft"
    if facts.actor in facts.written_by:
        return "own_draft"
    if facts.actor in facts.investigators:
        return "investigated"
    return None if facts.is_readable else "not_translated"
