"""The key and values of a sentence that the database keeps in English: a detail of the audit trail, a trouble of a job.

Both are kept as they were written, the trail because its lines are chained and exported. What is not stored carries its code:
registry.core.faults.
"""

import re
import string
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from registry.i18n.languages import CATALOGUES
from registry.vocabulary.register import Language


class _Template(NamedTuple):
    key: str
    pattern: re.Pattern[str]
    literal: int


def found(stored: str, family: str) -> tuple[str, Mapping[str, str]] | None:
    """The key of a stored sentence in a family such as `audit.detail`, and the values in it; None where it has none."""
    for template in _templates(family):
        match = template.pattern.fullmatch(stored)
        if match is not None:
            return template.key, match.groupdict()
    return None


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
