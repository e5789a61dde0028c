"""Words of officials on their way into a public record."""

import unicodedata

from registry.codes import Problem
from registry.errors import Fault, InvalidInput


def tidy_line(parameter: str, text: str, most: int) -> str:
    """One tidy line of text that may stand in a record. Raises InvalidInput, which names the parameter."""
    tidy = unicodedata.normalize("NFC", " ".join(text.split()))
    if not tidy:
        raise InvalidInput([Fault(parameter, Problem.MISSING, "must say something")])
    if len(tidy) > most:
        raise InvalidInput([Fault(parameter, Problem.TOO_LONG, f"must not be longer than {most} characters")])
    if any(unicodedata.category(character)[0] == "C" for character in tidy):
        raise InvalidInput([Fault(parameter, Problem.CONTROL_CHARACTER, "holds an invisible or control character")])
    return tidy
