"""Why a complaint has its priority, as words: for officers, and for everybody who wants to know the policy."""

from registry.i18n.wording import word
from registry.vocabulary.cases import Indicator, Priority
from registry.vocabulary.codes import TriageReason
from registry.vocabulary.register import Language


def priority_text(language: Language, priority: Priority) -> str:
    """Within what time somebody looks."""
    return word(language, "triage.priority", priority)


def triage_reason_text(language: Language, reason: TriageReason) -> str:
    return word(language, "triage.reason", reason)


def indicator_text(language: Language, indicator: Indicator) -> str:
    return word(language, "indicator", indicator)
