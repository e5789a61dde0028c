"""What the words of a complaint's story suggest: indicators, danger, months without wages. Pure; nothing of a text is kept.

Suggestions decide how soon an officer reads the story, and are shown as suggestions. What the complainant answered stands
above them. An officer reads every message; words of danger only decide how soon, so they find too much rather than too little.
The words are data: danger.toml for violence, confinement and danger, story.toml for the rest.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from registry.complaints.case.questions import NO, QUESTIONNAIRE, YES, Kind
from registry.complaints.triage.phrases import PhraseRule, phrase_rules, rules_met
from registry.vocabulary.cases import Indicator

_STORY = "story.toml"
_DANGER = "danger.toml"
_UNPAID = "unpaid_for_months"
_PAID = "paid_for_the_job"
_OF_DANGER = {
    "violence": Indicator.PHYSICAL_AND_SEXUAL_VIOLENCE,
    "locked_in": Indicator.RESTRICTION_OF_MOVEMENT,
}


class Suggested(NamedTuple):
    """What a story suggests. `is_danger`: a threat to life, or a call for help."""

    indicators: frozenset[Indicator] = frozenset()
    is_danger: bool = False
    is_unpaid_for_months: bool = False
    has_paid: bool = False

    def __bool__(self) -> bool:
        return any(self)


def danger_rules() -> tuple[PhraseRule, ...]:
    """The kinds of danger and their phrases, as this version ships them."""
    return phrase_rules(_DANGER)


def dangers_in(text: str) -> list[str]:
    """The names of the kinds of danger that a text tells of, in their order; empty where it tells of none."""
    return rules_met(_DANGER, text)


def is_alarming(answers: Mapping[str, Any]) -> bool:
    """Whether whom to call is to be shown at once: one of the answers says so, or the words of one tell of danger."""
    if any(answers.get(code) == YES for code in ("in_danger", Indicator.PHYSICAL_AND_SEXUAL_VIOLENCE)):
        return True
    texts = (answers.get(question.code) for question in QUESTIONNAIRE if question.kind is Kind.TEXT)
    return any(dangers_in(text) for text in texts if isinstance(text, str))


def story_rules() -> tuple[PhraseRule, ...]:
    """What the words of a story may suggest beside danger, and the phrases, as this version ships them."""
    return phrase_rules(_STORY)


def suggested_by(answers: Mapping[str, Any]) -> Suggested:
    """What the story among the answers suggests, but for what its writer answered no to, which stands."""
    account = answers.get("account")
    if not isinstance(account, str):
        return Suggested()
    dangers, signs = dangers_in(account), rules_met(_STORY, account)
    found = {_OF_DANGER[name] for name in dangers if name in _OF_DANGER}
    found |= {Indicator(name) for name in signs if name not in (_UNPAID, _PAID)}
    return Suggested(
        frozenset(one for one in found if answers.get(one) != NO),
        bool(set(dangers) - _OF_DANGER.keys()) and answers.get("in_danger") != NO,
        _UNPAID in signs and not isinstance(answers.get("unpaid_months"), int | float),
        _PAID in signs and answers.get("paid_fees") != NO,
    )
