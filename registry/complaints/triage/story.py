"""What the words of a complaint's story suggest: indicators, danger, months without wages. Pure; nothing of a text is kept.

Suggestions decide how soon an officer reads the story, and are shown as suggestions. What the complainant answered stands
above them. An officer reads every message; words of danger only decide how soon, so they find too much rather than too little.
The words are data: danger.toml for violence, confinement and danger, story.toml for the rest. How a phrase is written stands
at the head of danger.toml.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import msgspec

from registry.complaints.case.questions import NO, QUESTIONNAIRE, YES, Kind
from registry.vocabulary.cases import Indicator

_GAP = {True: r"[^。！？!?\n]{0,6}", False: r"(?:\w+[^\w.!?\n]+){0,3}"}
"""What `*` stands for: in Chinese, and in a language that writes its words apart."""
_APART = r"[^\w.!?\n]+"
_QUOTES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'"})


class PhraseRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What some phrases tell of (`name`), and the phrases by language."""

    name: str
    en: tuple[str, ...]
    it: tuple[str, ...]
    fr: tuple[str, ...]
    ro: tuple[str, ...]
    zh_hans: tuple[str, ...] = msgspec.field(name="zh-Hans")
    zh_hant: tuple[str, ...] = msgspec.field(name="zh-Hant")


@cache
def phrase_rules(file: str) -> tuple[PhraseRule, ...]:
    """The rules of a file beside this one, as this version ships them."""
    text = (files("registry.complaints.triage") / file).read_text(encoding="utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["rule"], list[PhraseRule]))


def rules_met(file: str, text: str) -> list[str]:
    """The names of the rules of a file that a text meets, in their order; empty where it meets none."""
    apart = _plain(text)
    together = "".join(apart.split())
    return [
        name
        for name, of_words, of_characters in _compiled(file)
        if of_words.search(apart) or of_characters.search(together)
    ]


@cache
def _compiled(file: str) -> tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]:
    return tuple(
        (
            rule.name,
            _any_of((*rule.en, *rule.it, *rule.fr, *rule.ro), is_chinese=False),
            _any_of((*rule.zh_hans, *rule.zh_hant), is_chinese=True),
        )
        for rule in phrase_rules(file)
    )


def _any_of(phrases: Iterable[str], *, is_chinese: bool) -> re.Pattern[str]:
    either = "|".join(_pattern(_plain(phrase).split(), is_chinese=is_chinese) for phrase in phrases)
    return re.compile(either if is_chinese else rf"\b(?:{either})\b")


def _pattern(parts: list[str], *, is_chinese: bool) -> str:
    pattern, is_after_word = "", False
    for part in parts:
        if part == "*":
            # Of words, what stands between the part before and the gap belongs to neither.
            pattern += (_APART if is_after_word and not is_chinese else "") + _GAP[is_chinese]
            is_after_word = False
            continue
        words = "|".join(re.escape(word) for word in part.removeprefix("!").split("/"))
        between = _APART if is_after_word and not is_chinese else ""
        pattern += f"(?!{between}(?:{words}))" if part.startswith("!") else f"{between}(?:{words})"
        is_after_word = True
    return pattern


def _plain(text: str) -> str:
    """As texts are compared: one width, small letters, no accents, straight quotation marks, nothing invisible."""
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold().translate(_QUOTES))
    return "".join(c for c in letters if unicodedata.category(c) not in ("Mn", "Cf"))


_STORY = "story.toml"
_DANGER = "danger.toml"
_UNPAID = "unpaid_for_months"
_PAID = "paid_for_the_job"
_OF_DANGER = {"violence": Indicator.PHYSICAL_AND_SEXUAL_VIOLENCE, "locked_in": Indicator.RESTRICTION_OF_MOVEMENT}


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
