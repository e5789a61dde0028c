"""What must not stand in words about a case that leave the unit: nothing that leads back to whoever complained. Pure."""

import re
from collections.abc import Iterable

from registry.names.spelling import is_chinese

_DAY = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日")

HAN_RUN, OTHER_RUN = 10, 30
"""So many characters in a row, spaces and case aside, are her words and not an accident."""


def gives_away(text: str, reference: str, told: Iterable[str]) -> str | None:
    """What of a complaint a text shows, as a code: `reference`, `day` or `words`; None when nothing is found.

    `told` is what the complainant wrote. A text can give somebody away in ways that no rule sees: a second person reads it too.
    """
    if reference.casefold() in text.casefold():
        return "reference"
    if _DAY.search(text):
        return "day"
    said = _runs(text)
    return "words" if said and any(said & _runs(one) for one in told) else None


def _runs(text: str) -> set[str]:
    plain = "".join(text.casefold().split())
    length = HAN_RUN if any(is_chinese(character) for character in plain) else OTHER_RUN
    return {plain[start : start + length] for start in range(len(plain) - length + 1)}
