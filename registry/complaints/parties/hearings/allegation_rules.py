"""What a text for the accused agency must not contain, because it would reveal who complained. Pure.

The program finds copied sentences, numbers that lead to a case, and days. It does not find a detail that only one
person can know: for that a second person reads the text, the reprisal check.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Sequence
from enum import StrEnum
from typing import NamedTuple

from registry.core.ids import read_reference
from registry.register.names.spelling import is_chinese, letters

COPIED = 30
"""Letters in a row that count as the complainant's own words: about six words. A Chinese character counts as three."""

_HAN_WEIGHT = 3
LONG_NUMBER = 20
"""Digits in a row, however they are grouped, that look like a complaint code (it has 22)."""


class Telling(StrEnum):
    HER_WORDS = "her_words"
    REFERENCE = "reference"
    LONG_NUMBER = "long_number"
    DAY = "day"


class Flaw(NamedTuple):
    """What reveals who complained, and in which line of the text, counted from one."""

    what: Telling
    line: int


_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec|"
    "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
)
_DAY = re.compile(
    r"\d{4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,2}(?!\d)"
    r"|(?<!\d)\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2})(?!\d)"
    r"|(?<![\d.,])\d{1,2}(?:st|nd|rd|th|º|°|\.)?\s?(?:of\s|di\s)?(?:" + _MONTHS + r")\b"
    r"|\b(?:" + _MONTHS + r")\.?\s\d{1,2}(?:st|nd|rd|th)?(?!\d)"
    r"|[\d一二三四五六七八九十]{1,3}\s?月\s?[\d一二三四五六七八九十]{1,3}\s?[日号號]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d(?:[ .\-/·]{0,2}\d){" + str(LONG_NUMBER - 1) + r",}")
_REFERENCE = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{4}-?[A-Z0-9]{4}-?[A-Z0-9]{4}(?![A-Z0-9])", re.IGNORECASE)
_SHORTEST_NAME = 4


def flaws(
    text: str, *, own: Sequence[str], references: Collection[str], agency: str, names: Sequence[str] = ()
) -> list[Flaw]:
    """What in a text would reveal who complained, each kind once, in the order of `Telling`.

    `own` is all that complainants wrote; `references` are those of the case and of what is in it; `agency` is the
    accused agency's own, and `names` are its names: officer and complainant both use them.
    """
    lines = unicodedata.normalize("NFKC", text).split("\n")
    found = (
        (Telling.HER_WORDS, _copied_in(lines, own, names)),
        (Telling.REFERENCE, _first(lines, lambda line: _has_reference(line, references, agency))),
        (Telling.LONG_NUMBER, _first(lines, lambda line: _NUMBER.search(line) is not None)),
        (Telling.DAY, _first(lines, lambda line: _DAY.search(line) is not None)),
    )
    return [Flaw(what, line) for what, line in found if line is not None]


def fewest(estimate: int | None, given: Collection[int]) -> int | None:
    """How many people could have complained: the lowest of the numbers given. None: no number was given."""
    return min([*given, *([] if estimate is None else [estimate])], default=None)


def _first(lines: Sequence[str], has_it: Callable[[str], bool]) -> int | None:
    return next((number for number, line in enumerate(lines, 1) if has_it(line)), None)


def _copied_in(lines: Sequence[str], own: Sequence[str], names: Sequence[str]) -> int | None:
    """The line in which the first copied run ends."""
    known = {run for text in own for run in _runs(text, names)}

    def is_copied(count: int) -> bool:
        return not known.isdisjoint(_runs("\n".join(lines[:count]), names))

    if not is_copied(len(lines)):
        return None
    return bisect_left(range(len(lines) + 1), True, key=is_copied)


def _runs(text: str, names: Sequence[str]) -> Iterator[str]:
    """Each run of `COPIED` letters in a text, none over a name: two texts share one where they share as many letters in a row."""
    plain = letters(text)
    for name in sorted(map(letters, names), key=len, reverse=True):
        if len(name) >= _SHORTEST_NAME:
            plain = plain.replace(name, " ")
    for part in plain.split(" "):
        for start in range(len(part)):
            weight = 0
            for end in range(start, len(part)):
                weight += _HAN_WEIGHT if is_chinese(part[end]) else 1
                if weight >= COPIED:
                    yield part[start : end + 1]
                    break


def _has_reference(line: str, references: Collection[str], agency: str) -> bool:
    """Whether a number of the case stands in a line, however it is spaced, or any that could be one."""
    bare = "".join(character for character in line.upper() if character.isalnum())
    if any(reference in bare for reference in references):
        return True
    read = (read_reference(one[0]) for one in _REFERENCE.finditer(line))
    # A word of twelve letters may pass for a reference by chance; one with a digit in it is none.
    return any(one is not None and one != agency and not one.isalpha() for one in read)
