"""Guessing which field a column holds, by what it is called (headers.toml) and by its values. Pure."""

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from registry.register.imports.columns import Column
from registry.register.imports.identifiers import checked_lei, checked_uscc
from registry.register.imports.values import DATE_FORMS, NO, YES, day_of, days_of_term, folded, unaccented
from registry.vocabulary.record import TERM_DAYS

_WHOLE = 1_000
"""By how much a header that is a known one as a whole beats one that only holds it."""

_SHORTEST_PART = 3
"""Characters (of Latin, Greek or Cyrillic script) below which a known header says nothing within a longer one."""


class Hint(NamedTuple):
    """A known header, plain, and the field it stands for. `is_han`: Chinese, which writes no spaces between words."""

    text: str
    field: str
    is_han: bool


def plain(header: str) -> str:
    """A header as it is compared: small letters without marks, one space for whatever stands between words.

    `validFrom` is two words.
    """
    apart = re.sub(r"(?<=[a-z]{2})(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[\W_]+", " ", unaccented(folded(apart))).split())


@cache
def hints() -> tuple[Hint, ...]:
    text = (files("registry.register.imports") / "headers.toml").read_text(encoding="utf-8")
    fields: Mapping[str, Mapping[str, list[str]]] = tomllib.loads(text)
    return tuple(
        Hint(plain(word), name, language == "zh")
        for name, languages in fields.items()
        for language, words in languages.items()
        for word in words
    )


@cache
def pattern_of(field: str) -> str:
    """A pattern, without marks on letters, that matches every header known for a field as a whole."""
    texts = sorted({hint.text for hint in hints() if hint.field == field}, key=len, reverse=True)
    return "|".join(re.escape(text).replace(r"\ ", r"[\W_]*") + r"\.?" for text in texts)


def guessed_fields(columns: Sequence[Column]) -> dict[str, str]:
    """Field by column name. The surest guesses are made first; a field is given once, and a column not to its next best."""
    ranked = sorted(
        ((score, place, field) for place, column in enumerate(columns) for score, field in _by_header(column)),
        key=lambda one: (-one[0], one[1]),
    )
    found: dict[str, str] = {}
    settled: set[str] = set()
    for _, place, field in ranked:
        name = columns[place].name
        if name in settled:
            continue
        settled.add(name)
        if field not in found.values():
            found[name] = field
    for column in columns:
        if column.name not in found and column.values:
            by_value = _by_values(column)
            if by_value is not None and by_value not in found.values():
                found[column.name] = by_value
    return found


def _by_header(column: Column) -> list[tuple[int, str]]:
    """Fields that a column may hold, each with how sure that is."""
    whole, last = plain(column.name), plain(re.split(r"[.\[\]]+", column.name)[-1])
    scores: dict[str, int] = {}
    for hint in hints():
        if hint.text in (whole, last):
            score = _WHOLE + len(hint.text)
        elif hint.is_han and hint.text in last:
            score = 3 * len(hint.text)
        elif not hint.is_han and len(hint.text) >= _SHORTEST_PART and f" {hint.text} " in f" {last} ":
            score = len(hint.text)
        else:
            continue
        scores[hint.field] = max(score, scores.get(hint.field, 0))
    return [(score, field) for field, score in scores.items() if _may_contain(field, column.values, score >= _WHOLE)]


def _by_values(column: Column) -> str | None:
    if all(checked_uscc(value).value for value in column.values):
        return "uscc"
    if all(checked_lei(value).value for value in column.values):
        return "lei"
    return None


_FORMS = tuple(sorted(DATE_FORMS))


def _is_day(value: str) -> bool:
    return day_of(value, _FORMS) is not None or days_of_term(value, _FORMS) is not None


_LOOKS: Mapping[str, Callable[[str], bool]] = {
    **dict.fromkeys(TERM_DAYS, _is_day),
    "phone": lambda value: re.search(r"\d{5}|\d[\d\s/.()-]{5,}\d", value) is not None,
    "email": lambda value: "@" in value,
    "website": lambda value: "." in value,
    "registration_number": lambda value: sum(c.isdigit() for c in value) >= 4 and len(value) <= 30,
    "vat": lambda value: sum(c.isdigit() for c in value) >= 5 and len(value) <= 20,
    "uscc": lambda value: checked_uscc(value).value is not None,
    "lei": lambda value: checked_lei(value).value is not None,
    "euid": lambda value: "." in value,
    "name": lambda value: not value.replace(" ", "").isdigit(),
    "number": lambda value: len(value) <= 60,
    "status": lambda value: len(value) <= 60,
    "kind": lambda value: len(value) <= 120,
}


def _may_contain(field: str, values: Sequence[str], is_whole: bool) -> bool:
    """Whether a column's values allow a field: most of them must look like it; a column of yes and no is a flag."""
    if not values:
        return True
    if all(folded(value) in YES | NO for value in values):
        return False
    looks = _LOOKS.get(field)
    if looks is None:
        return True
    fitting = sum(looks(value) for value in values)
    # A column whose header says what it is may hold some values that are wrong.
    return 2 * fitting > len(values) or (is_whole and fitting > 0)
