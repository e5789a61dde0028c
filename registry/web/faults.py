"""What is wrong with the fields of a form, in words of a page language.

The detail of a fault is English, and stays as it is for programs, logs and terminals. Its words in another language are found by
it, as gettext finds them: `fault.<name>` of the English catalogue is the detail, with the values that differ in braces.
"""

import re
import string
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import NamedTuple

from registry.errors import Fault
from registry.terms import Language
from registry.web.languages import CATALOGUES, has_text, text
from registry.web.wording import date_text

_CHINESE = frozenset({Language.ZH_HANS, Language.ZH_HANT})
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class _Template(NamedTuple):
    key: str
    pattern: re.Pattern[str]
    literal: int


def faults_said(language: Language, faults: Iterable[Fault]) -> str:
    """One line for all of them, each with the name of its field."""
    return ("；" if language in _CHINESE else "; ").join(_one(language, fault) for fault in faults)


def found(detail: str, family: str = "fault") -> tuple[str, Mapping[str, str]] | None:
    """The key of the words for a detail in a family of them, and the values in it; None where it has none."""
    for template in _templates(family):
        match = template.pattern.fullmatch(detail)
        if match is not None:
            return template.key, match.groupdict()
    return None


def _one(language: Language, fault: Fault) -> str:
    name = fault.parameter.partition(".")[0]
    key = f"field.{name}"
    field = text(language, key) if has_text(key) else fault.parameter
    return text(language, "faults.one", field=field, words=_words(language, fault))


def _words(language: Language, fault: Fault) -> str:
    if language is Language.EN:
        return fault.detail
    words = detail_said(language, fault.detail)
    if words is None:
        return text(language, "faults.unworded", problem=text(language, f"problem.{fault.code}"), detail=fault.detail)
    return words


def detail_said(language: Language, detail: str) -> str | None:
    """A detail in words of a language; None where it has none there."""
    match = found(detail)
    if match is None:
        return None
    key, values = match
    return text(language, key, **{name: _shown(language, name, value) for name, value in values.items()})


def _shown(language: Language, name: str, value: str) -> str:
    if name == "act" and has_text(f"licensing.act.{value}"):
        return text(language, f"licensing.act.{value}")
    if name == "state" and has_text(f"case_state.{value}"):
        return text(language, f"case_state.{value}")
    return date_text(language, date.fromisoformat(value)) if _DAY.fullmatch(value) else value


@cache
def _templates(family: str) -> tuple[_Template, ...]:
    """Those that say the most themselves come first, so that a shorter one takes nothing of theirs for a value."""
    english = CATALOGUES[Language.EN]
    read = [_template(key, words) for key, words in english.items() if key.startswith(f"{family}.")]
    return tuple(sorted(read, key=lambda one: -one.literal))


def _template(key: str, words: str) -> _Template:
    pattern, literal = "", 0
    for fixed, name, _, _ in string.Formatter().parse(words):
        pattern += re.escape(fixed) + (f"(?P<{name}>.+)" if name else "")
        literal += len(fixed)
    return _Template(key, re.compile(pattern), literal)
