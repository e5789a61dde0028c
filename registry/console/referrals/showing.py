"""What was handed on, in the reader's language: for the officer's preview and the partner's page alike."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from registry.complaints.questions import QUESTIONNAIRE
from registry.complaints.referrals.content import Handed
from registry.terms import Language
from registry.web.questions import answer_text, question_text


class ShownAnswer(NamedTuple):
    by: str
    question: str
    answer: str


def answers_in(language: Language, handed: Handed) -> list[ShownAnswer]:
    return [ShownAnswer(one.by, *in_words(language, one.question, one.value)) for one in handed.answers]


def identity_in(language: Language, told: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [in_words(language, code, value) for code, value in told.items()]


def in_words(language: Language, code: str, value: Any) -> tuple[str, str]:
    """A question and its answer. One that is asked no more keeps its name."""
    question = QUESTIONNAIRE.by_code.get(code)
    if question is None:
        return code, str(value)
    return question_text(language, question), answer_text(language, question, value)
