"""Words of officials on their way into a public record."""

import unicodedata

from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.codes import Problem


def tidy_line(parameter: str, text: str, max_length: int) -> str:
    """One tidy line of text that may stand in a record. Raises InvalidInput, which names the parameter."""
    tidy = unicodedata.normalize("NFC", " ".join(text.split()))
    if not tidy:
        raise InvalidInput([Fault.of(parameter, Problem.MISSING, "must_say")])
    if len(tidy) > max_length:
        raise InvalidInput([Fault.of(parameter, Problem.TOO_LONG, "too_long", most=max_length)])
    if any(unicodedata.category(character)[0] == "C" for character in tidy):
        raise InvalidInput([Fault.of(parameter, Problem.CONTROL_CHARACTER, "control")])
    return tidy
