"""What a referral contains, in the reader's language: for the officer's preview and the partner's page alike."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from registry.complaints.parties.referrals.content import Handed
from registry.i18n.question_words import in_words
from registry.pages.officers.cases.showing import place_of
from registry.vocabulary.register import Language


class ShownAnswer(NamedTuple):
    by: str
    question: str
    answer: str


def answers_in(language: Language, handed: Handed) -> list[ShownAnswer]:
    ordered = sorted(handed.answers, key=lambda one: place_of((one.question, None)))
    return [ShownAnswer(one.by, *in_words(language, one.question, one.value)) for one in ordered]


def identity_in(language: Language, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [in_words(language, code, value) for code, value in given.items()]
