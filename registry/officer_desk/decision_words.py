"""The text that tells a complainant of a decision, in their language: what was found, and until when to object."""

from datetime import date

from registry.i18n.languages import text
from registry.i18n.wording import date_text
from registry.vocabulary.cases import DecisionOutcome
from registry.vocabulary.register import Language


def decision_notice(language: Language, outcome: DecisionOutcome, summary: str, object_until: date) -> str:
    """The message of a decision: `registry.complaints.casework.decisions.actions.Words`."""
    right = text(language, "decision.notice.object", date=date_text(language, object_until))
    return "\n\n".join((text(language, f"decision.notice.{outcome}"), summary, right))
