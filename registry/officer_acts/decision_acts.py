"""Acts on a drafted decision by officers of the case's unit. Versions are the case's."""

from datetime import date
from functools import partial

from sqlalchemy.orm import Session

from registry.complaints.casework.decisions import actions
from registry.core.errors import NotFound
from registry.i18n import languages, wording
from registry.officer_acts.acts import OfficerAct, calling_sealed, case_acts
from registry.officer_acts.case_acts import case_finder, lock_case_for
from registry.officer_acts.permissions import reference_in
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.vocabulary.cases import DecisionOutcome
from registry.vocabulary.register import Language
from schemas.sanctions import DecisionDraftSchema, SendBackSchema


def decision_notice(language: Language, outcome: DecisionOutcome, summary: str, object_until: date) -> str:
    """The message of a decision: `registry.complaints.casework.decisions.actions.Words`."""
    right = languages.text(language, "decision.notice.object", date=wording.date_text(language, object_until))
    return "\n\n".join((languages.text(language, f"decision.notice.{outcome}"), summary, right))


def find_decision(session: Session, me: AuthenticatedOfficer, act: OfficerAct, case_id: str, decision_id: str) -> str:
    """The stored reference. Raises NotFound for another unit's or case's, Forbidden where the officer has an interest."""
    officer, case = lock_case_for(session, me, Resource.DECISION, act.right, case_id)
    reference = reference_in(decision_id)
    found, _ = actions.lock_decision(session, officer, reference)
    if found.id != case.id:
        raise NotFound(f"there is no decision {reference} in this case")
    return reference


ACTS = case_acts(
    Resource.DECISION,
    find_decision,
    OfficerAct(
        "make", Act.APPROVE, calling_sealed(partial(actions.make, words=decision_notice)), "makeDecision",
        """Make the decision that was drafted.

        The case moves, and the complainant reads of it and of the right to object, in the language of the complaint.
        """,
        is_final=True,
    ),
    OfficerAct(
        "send-back", Act.APPROVE, calling_sealed(actions.send_back), "returnDecision",
        "Return a drafted decision, so that the case is looked into again.", SendBackSchema,
    ),
)  # fmt: skip


IN_CASE = case_acts(
    Resource.DECISION,
    case_finder(Resource.DECISION),
    OfficerAct(
        "decision", Act.PROPOSE, calling_sealed(actions.write, actions.DecisionDraft), "draftDecision",
        """Write or rewrite the draft of a case's decision.

        An officer who ever wrote on it, or looked into the case, does not make it. Idempotent with an Idempotency-Key.
        """,
        DecisionDraftSchema, path="", unread={"outcome": "choose_found", "object_days": "days_number"}, drafts="decision",
    ),
)  # fmt: skip
"""What is done to a case."""
